import type { IModel } from 'aws-cdk-lib/aws-bedrock';
import type { IConstruct } from 'constructs';
import {
  type AccessProblem,
  type AccessRendering,
  type AccessVerb,
  type Conditions,
  DeclaredAccess,
  type DeclaredOperation,
  describeCall,
  readable,
  renderVerbs,
} from './declared-access';
import { checkExact, checkList } from './exact-text';

/** Options of {@link ModelAccess.invoke} and {@link ModelAccess.invokeStreaming}. */
export interface ModelInvokeOptions {
  /**
   * ARN of a guardrail that every request must name. A request without it is denied.
   *
   * @default - requests may or may not use a guardrail, and the tool may apply none
   */
  readonly guardrailArn?: string;

  /**
   * Version of the guardrail.
   *
   * @default - the working draft
   */
  readonly guardrailVersion?: string;
}

/** Options of `Access.inferenceProfile`. */
export interface InferenceProfileOptions {
  /** ARN of the inference profile. */
  readonly profileArn: string;

  /**
   * ARNs of the models behind it, in all the regions it may route to. They can be called through this profile alone.
   *
   * @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
   */
  readonly modelArns: string[];
}

/** A model by itself, or through an inference profile. */
interface ModelTarget {
  readonly arn: string;
  readonly throughProfile: readonly string[];
  readonly factory: string;
  readonly problems: readonly AccessProblem[];
}

/**
 * Calls of one Bedrock model, or of the models behind one inference profile. The environment variable carries the ARN
 * of the model or of the profile, which the SDK takes as `modelId`.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
 */
export class ModelAccess extends DeclaredAccess {
  /** @internal */
  public static _of(model: IModel): ModelAccess {
    const factory = `Access.model('${readable(model.modelArn)}')`;
    return new ModelAccess({ arn: model.modelArn, throughProfile: [], factory, problems: [] }, []);
  }

  /** @internal */
  public static _ofProfile({ profileArn, modelArns }: InferenceProfileOptions): ModelAccess {
    const target: ModelTarget = {
      arn: profileArn,
      throughProfile: modelArns,
      factory: `Access.inferenceProfile({ profileArn: '${readable(profileArn)}', … })`,
      problems: [...checkList('modelArns', modelArns), ...checkExact('the ARN of a model', ...modelArns)],
    };
    return new ModelAccess(target, []);
  }

  private constructor(
    private readonly target: ModelTarget,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `InvokeModel` and `Converse`. */
  public invoke(options: ModelInvokeOptions = {}): ModelAccess {
    return this.with('invoke', 'bedrock:InvokeModel', ['InvokeModel', 'Converse'], options);
  }

  /** `InvokeModelWithResponseStream` and `ConverseStream`. */
  public invokeStreaming(options: ModelInvokeOptions = {}): ModelAccess {
    const operations = ['InvokeModelWithResponseStream', 'ConverseStream'];
    return this.with('invokeStreaming', 'bedrock:InvokeModelWithResponseStream', operations, options);
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    const { arn, factory, problems } = this.target;
    const rendering = renderVerbs(factory, this.verbs);
    return {
      service: 'bedrock',
      environmentValue: arn,
      resourceArn: arn,
      ...rendering,
      problems: [...problems, ...rendering.problems],
    };
  }

  private with(name: string, action: string, operations: readonly string[], options: ModelInvokeOptions): ModelAccess {
    const { arn, throughProfile } = this.target;
    const required = guardrailCondition(options);
    const verb: AccessVerb = {
      call: describeCall(name, options),
      problems: checkExact('a guardrail', options.guardrailArn, options.guardrailVersion),
      operations: operations.flatMap((operation) => [
        { operation, actions: [action], resources: [arn], readOnly: true, conditions: asConditions(required) },
        ...(throughProfile.length === 0
          ? []
          : [
              {
                operation,
                actions: [action],
                resources: throughProfile,
                readOnly: true,
                conditions: asConditions({ ...required, 'bedrock:InferenceProfileArn': arn }),
              },
            ]),
        ...guardrailOperation(options),
      ]),
    };
    return new ModelAccess(this.target, [...this.verbs, verb]);
  }
}

function asConditions(equal: { readonly [key: string]: string }): Conditions | undefined {
  return Object.keys(equal).length === 0 ? undefined : { StringEquals: equal };
}

/** @see https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html */
function guardrailCondition({ guardrailArn, guardrailVersion }: ModelInvokeOptions): { [key: string]: string } {
  if (guardrailArn === undefined) return {};
  const arn = guardrailVersion === undefined ? guardrailArn : `${guardrailArn}:${guardrailVersion}`;
  return { 'bedrock:GuardrailIdentifier': arn };
}

function guardrailOperation({ guardrailArn }: ModelInvokeOptions): DeclaredOperation[] {
  if (guardrailArn === undefined) return [];
  return [
    {
      operation: 'ApplyGuardrail',
      actions: ['bedrock:ApplyGuardrail'],
      resources: [guardrailArn],
      readOnly: true,
    },
  ];
}
