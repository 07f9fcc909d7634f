import type { IKnowledgeBaseRef, IModel } from 'aws-cdk-lib/aws-bedrock';
import type { IConstruct } from 'constructs';
import { type AccessRendering, type AccessVerb, DeclaredAccess, renderVerbs } from './declared-access';
import { checkArn } from './exact-text';

/**
 * Operations on one Bedrock knowledge base. The environment variable carries its id.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
 */
export class KnowledgeBaseAccess extends DeclaredAccess {
  /** @internal */
  public static _of(knowledgeBase: IKnowledgeBaseRef): KnowledgeBaseAccess {
    return new KnowledgeBaseAccess(knowledgeBase, []);
  }

  private constructor(
    private readonly knowledgeBase: IKnowledgeBaseRef,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `Retrieve`. */
  public retrieve(): KnowledgeBaseAccess {
    return this.with({
      call: 'retrieve()',
      operations: [{ operation: 'Retrieve', actions: ['bedrock:Retrieve'], resources: [this.arn], readOnly: true }],
    });
  }

  /**
   * `RetrieveAndGenerate` with one model. IAM cannot limit the operation itself to a knowledge base; it needs `Retrieve`
   * and `InvokeModel`, too, and those are limited to this knowledge base and this model.
   */
  public retrieveAndGenerate(model: IModel): KnowledgeBaseAccess {
    const operation = 'RetrieveAndGenerate';
    return this.with({
      call: `retrieveAndGenerate('${model.modelArn}')`,
      problems: checkArn('the model of a knowledge base', model.modelArn),
      operations: [
        { operation, actions: ['bedrock:RetrieveAndGenerate'], resources: ['*'], readOnly: true },
        { operation, actions: ['bedrock:Retrieve'], resources: [this.arn], readOnly: true },
        { operation, actions: ['bedrock:InvokeModel'], resources: [model.modelArn], readOnly: true },
      ],
    });
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    return {
      service: 'bedrock',
      environmentValue: this.knowledgeBase.knowledgeBaseRef.knowledgeBaseId,
      resourceArn: this.arn,
      ...renderVerbs(`Access.knowledgeBase(${this.knowledgeBase.node.id})`, this.verbs),
    };
  }

  private get arn(): string {
    return this.knowledgeBase.knowledgeBaseRef.knowledgeBaseArn;
  }

  private with(verb: AccessVerb): KnowledgeBaseAccess {
    return new KnowledgeBaseAccess(this.knowledgeBase, [...this.verbs, verb]);
  }
}
