import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { shown } from '../../core/errors';
import { checkReason } from '../../core/reason';
import { type AccessProblem, type AccessRendering, DeclaredAccess } from './declared-access';

/** Options of `Access.custom`. */
export interface CustomAccessOptions {
  /** IAM actions, for example `translate:TranslateText`. Nothing else of the service is allowed. */
  readonly actions: string[];

  /** ARNs. `*` only for an action that IAM cannot limit to a resource. */
  readonly resources: string[];

  /**
   * Why this is needed and no other method of `Access` will do, in 10 characters or more. It is shown in the report and in the template, for the
   * people who review the app.
   */
  readonly reason: string;

  /**
   * Value of the environment variable.
   *
   * @default - the first of the resources
   */
  readonly environmentValue?: string;

  /**
   * Whether all of this only reads. Decides the default risk of the tool.
   *
   * @default false
   */
  readonly readOnly?: boolean;
}

/** Access that no other method of `Access` describes. It stands out in every report. */
export class CustomAccess extends DeclaredAccess {
  /** @internal */
  public static _of(options: CustomAccessOptions): CustomAccess {
    return new CustomAccess(options);
  }

  private constructor(private readonly options: CustomAccessOptions) {
    super();
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    const { actions, resources, reason, environmentValue, readOnly } = this.options;
    return {
      service: actions[0]?.split(':')[0] ?? 'custom',
      environmentValue: environmentValue ?? resources[0] ?? '',
      resourceArn: resources[0] ?? '',
      operations: actions.filter(isAction).map((action) => ({
        operation: action.split(':')[1] ?? action,
        actions: [action],
        resources,
        readOnly: readOnly === true,
      })),
      declaration: `Access.custom({ actions: [${actions.map((action) => `'${action}'`).join(', ')}], … })`,
      problems: this.findProblems(),
      reason,
    };
  }

  private findProblems(): AccessProblem[] {
    const { actions, resources, reason } = this.options;
    const problems: AccessProblem[] = [];
    for (const action of actions.filter((other) => !isAction(other))) {
      problems.push({
        code: 'ACCESS_INVALID',
        message: `an IAM action is <service>:<Action>, got ${shown(action)}`,
        fix: 'Look the action up in the Service Authorization Reference',
      });
    }
    if (actions.length === 0 || resources.length === 0) {
      problems.push({
        code: 'ACCESS_INVALID',
        message: `a custom access names actions and resources, got ${actions.length} and ${resources.length}`,
        fix: 'Name at least one of each',
      });
    }
    // Where it is wrong is added when a tool takes the access.
    problems.push(...checkReason(describe(this.options), reason, ''));
    return problems;
  }
}

function isAction(action: string): boolean {
  return action === '*' || /^[a-z0-9-]+:[A-Za-z0-9*?]+$/.test(action);
}

function describe({ actions, resources }: CustomAccessOptions): string {
  const wide = [
    ...actions.filter((action) => isEscalating(action) || /[*?]/.test(action)),
    ...resources.filter(isWide),
  ];
  if (wide.length === 0) return `Access.custom of ${shown(actions.join(', '))}`;
  return `Access.custom of ${shown(wide.join(', '))}, which is wider than one tool needs,`;
}

function isWide(resource: string): boolean {
  return !Token.isUnresolved(resource) && /[*?]/.test(resource);
}

/**
 * Actions with which a role gains rights that it was not given, changes what guards it, or runs code as another role.
 * No other method of `Access` grants one of these.
 */
const ESCALATING = [
  /^\*$/,
  /^(iam|organizations|cloudformation|sso|account):/,
  /^sts:(assumerole|getfederationtoken|getsessiontoken|setsourceidentity|tagsession)/,
  /^lambda:(create|update|add|put|publish|delete|tag|untag)/,
  /^kms:(creategrant|putkeypolicy|schedulekeydeletion|disablekey|replicatekey|updateprimaryregion)/,
  /^(s3|sqs|sns|secretsmanager|dynamodb|kinesis|events|ecr|logs):(put|delete|add|set)[a-z]*(policy|permission)$/,
  /^(s3|sqs|sns):(addpermission|setqueueattributes|settopicattributes|putbucketacl|putobjectacl)$/,
  /^ssm:(sendcommand|startsession|startautomationexecution)/,
  /^(ec2:runinstances|ecs:runtask|glue:create|sagemaker:create|codebuild:startbuild|states:(create|update))/,
  /^bedrock-agentcore:(create|update|delete|put|invokeagentruntimecommand|startcodeinterpretersession)/,
  /^cognito-idp:admin/,
];

/** Whether an action lets a tool widen its own rights. */
export function isEscalating(action: string): boolean {
  return ESCALATING.some((pattern) => pattern.test(action.toLowerCase()));
}
