import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { type AccessRendering, type AccessVerb, DeclaredAccess, renderVerbs } from './declared-access';

/**
 * Operations on one Lambda function, alias or version. The environment variable carries its ARN.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
export class FunctionAccess extends DeclaredAccess {
  /** @internal */
  public static _of(fn: IFunction): FunctionAccess {
    return new FunctionAccess(fn, []);
  }

  private constructor(
    private readonly fn: IFunction,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `Invoke` and `InvokeWithResponseStream` of exactly this function, alias or version: a bare function without qualifier. */
  public invoke(): FunctionAccess {
    const verb: AccessVerb = {
      call: 'invoke()',
      operations: ['Invoke', 'InvokeWithResponseStream'].map((operation) => ({
        operation,
        actions: ['lambda:InvokeFunction'],
        resources: [this.fn.functionArn],
        readOnly: false,
      })),
    };
    return new FunctionAccess(this.fn, [...this.verbs, verb]);
  }

  /** @internal */
  public _render(scope: IConstruct): AccessRendering {
    const { fn } = this;
    return {
      service: 'lambda',
      environmentValue: fn.functionArn,
      resourceArn: fn.functionArn,
      foreign: {
        path: fn.node.path,
        account: fn.env.account,
        allow: (_statement, roleArn) => {
          const id = `InvokeFrom${scope.node.addr}`;
          fn.addPermission(id, { principal: new ArnPrincipal(roleArn) });
          return fn.permissionsNode.tryFindChild(id) !== undefined;
        },
      },
      ...renderVerbs(`Access.lambdaFunction(${fn.node.id})`, this.verbs),
    };
  }
}
