import type { ConditionBlock } from '../core/iam/policy-document';
import { type ProofTarget, RoleProofs, type RoleStatementText } from '../core/iam/proofs';
import { METADATA_KEY } from '../protocol/template-metadata';
import { isObject, own } from './cloudformation';
import type { Assembly } from './read-assembly';
import { isUnknown, type Unknown } from './resolve';
import { asList, type ModelResource, property, TemplateModel, within } from './template-model';

/** Types with a name, an ARN and a place for a policy of their own. */
const TARGETS: { readonly [type: string]: { service: string; name: string } } = {
  'AWS::DynamoDB::Table': { service: 'dynamodb', name: 'TableName' },
  'AWS::DynamoDB::GlobalTable': { service: 'dynamodb', name: 'TableName' },
  'AWS::S3::Bucket': { service: 's3', name: 'BucketName' },
  'AWS::SecretsManager::Secret': { service: 'secretsmanager', name: 'Name' },
  'AWS::SQS::Queue': { service: 'sqs', name: 'QueueName' },
  'AWS::SNS::Topic': { service: 'sns', name: 'TopicName' },
  'AWS::KMS::Key': { service: 'kms', name: 'KeyId' },
  'AWS::Lambda::Function': { service: 'lambda', name: 'FunctionName' },
};

/** Resources whose `Ref` is their ARN. */
const REF_IS_ARN = new Set(['AWS::SecretsManager::Secret', 'AWS::SNS::Topic']);

/** The roles of an assembly, for tests that prove what a tool cannot do. */
export class ToolRoles {
  private readonly model: TemplateModel;

  public constructor(assembly: Assembly) {
    this.model = new TemplateModel(assembly);
  }

  /** The role of a tool, by the tool's name. Throws when there is no such tool or its role is not in the assembly. */
  public tool(name: string): RoleProofs {
    const functions = this.model.ofType('AWS::Lambda::Function');
    const fn = functions.find((candidate) => within(candidate.metadata, METADATA_KEY, 'tool') === name);
    if (fn === undefined) {
      const known = functions.flatMap((candidate) => within(candidate.metadata, METADATA_KEY, 'tool') ?? []);
      throw new RangeError(`there is no tool ${JSON.stringify(name)}; there are: ${known.join(', ') || 'none'}`);
    }
    const role = this.model.referenced(property(fn, 'Role'));
    if (role === undefined) throw new RangeError(`the role of the tool ${name} is not in the assembly`);
    return this.proofsOf(role);
  }

  /** The role with this logical id. */
  public role(logicalId: string): RoleProofs {
    return this.proofsOf(this.resource(logicalId, { type: 'AWS::IAM::Role' }));
  }

  /** The resource with this logical id, as something to prove about; `stack` is needed where several stacks have it. */
  public target(logicalId: string, stack?: string): ProofTarget {
    const resource = this.resource(logicalId, { stack });
    const kind = TARGETS[resource.type];
    if (kind === undefined) throw new RangeError(`nothing can be proven about ${resource.type}`);
    const key = `${resource.stack.name}:${logicalId}`;
    const name = property(resource, kind.name);
    return {
      arn: REF_IS_ARN.has(resource.type) ? `\${${key}}` : `\${${key}.Arn}`,
      service: kind.service,
      ...(typeof name === 'string' && !name.includes('${') && { name }),
    };
  }

  private resource(logicalId: string, { type, stack }: { type?: string; stack?: string | undefined }): ModelResource {
    const found = this.model.resources.filter(
      (resource) =>
        resource.logicalId === logicalId &&
        (type === undefined || resource.type === type) &&
        (stack === undefined || resource.stack.name === stack),
    );
    if (found.length !== 1)
      throw new RangeError(`${found.length} resources have the logical id ${JSON.stringify(logicalId)}`);
    return found[0]!;
  }

  private proofsOf(role: ModelResource): RoleProofs {
    const { statements, unknown } = this.model.statementsOf(role);
    const doubts = unknown.map((value) => `a policy is not known: ${value.why}`);
    for (const arn of asList(property(role, 'ManagedPolicyArns'))) {
      if (this.model.referenced(arn) === undefined)
        doubts.push(`the managed policy ${isUnknown(arn) ? arn.why : String(arn)} is not known`);
    }
    const texts = statements.map((statement): RoleStatementText => {
      const at = `${statement.holder.logicalId}.${statement.path}`;
      const known = (values: readonly (string | Unknown)[]) =>
        values.flatMap((value) => {
          if (!isUnknown(value)) return [value];
          doubts.push(`${at} is not known: ${value.why}`);
          return [];
        });
      return {
        effect: isUnknown(statement.effect) ? 'unknown' : statement.effect,
        actions: known(statement.actions),
        notActions: known(statement.notActions),
        resources: known(statement.resources),
        notResources: known(statement.notResources),
        condition: statement.condition as ConditionBlock | undefined,
        at,
      };
    });
    const granted = this.resourcePolicies(role, doubts);
    return new RoleProofs(role.logicalId, [...texts, ...granted], doubts, this.boundaryOf(role));
  }

  private boundaryOf(role: ModelResource): RoleStatementText[] | string | undefined {
    const value = property(role, 'PermissionsBoundary');
    if (value === undefined) return undefined;
    const policy = this.model.referenced(value);
    const doubts: string[] = [];
    const statements = asList(policy && property(policy, 'PolicyDocument', 'Statement'));
    const texts = statements.map((each) => textOf(each, `the boundary ${policy?.logicalId}`, doubts));
    return policy === undefined || doubts.length > 0 ? 'its permissions boundary is not known' : texts;
  }

  /** What policies on the side of resources allow the role, or everyone, as if the role had it. */
  private resourcePolicies(role: ModelResource, doubts: string[]): RoleStatementText[] {
    const names = namesRole(role);
    return this.model.resources.flatMap((resource) => {
      if (resource.type.startsWith('AWS::IAM::')) return [];
      const at = `the policy of ${resource.logicalId}`;
      const self = `\${${resource.stack.name}:${resource.logicalId}.Arn}`;
      const documents = [
        property(resource, 'PolicyDocument'),
        property(resource, 'ResourcePolicy'),
        property(resource, 'ResourcePolicy', 'PolicyDocument'),
        property(resource, 'KeyPolicy'),
      ];
      if (documents.some((document) => isUnknown(document) || isUnknown(within(document, 'Statement'))))
        doubts.push(`${at} is not known`);
      return documents
        .flatMap((document) => asList(within(document, 'Statement')))
        .filter((each) => own(each, 'Effect') !== 'Deny' && names(own(each, 'Principal')))
        .map((each) => {
          const text = textOf(each, at, doubts);
          // `*` in the policy that a resource has itself is the resource; in a policy of its own it is any.
          const resources = text.resources.length === 0 && text.notResources.length === 0 ? ['*'] : text.resources;
          const isSelf = TARGETS[resource.type] !== undefined;
          return { ...text, resources: resources.map((one) => (one === '*' && isSelf ? self : one)) };
        });
    });
  }
}

/** A statement as it is written; what of it is not known becomes a doubt. */
function textOf(statement: unknown, at: string, doubts: string[]): RoleStatementText {
  const texts = (name: string) => {
    const items = asList(own(statement, name));
    if (!items.every((item) => typeof item === 'string')) doubts.push(`${at} is not known`);
    return items.filter((item) => typeof item === 'string');
  };
  const effect = own(statement, 'Effect');
  if (typeof effect !== 'string') doubts.push(`${at} is not known`);
  return {
    effect: String(effect),
    actions: texts('Action'),
    notActions: texts('NotAction'),
    resources: texts('Resource'),
    notResources: texts('NotResource'),
    condition: own(statement, 'Condition') as ConditionBlock | undefined,
    at,
  };
}

/** Whether a `Principal` is the role, may be it, or is everyone. The account alone leaves it to the role's own policies. */
function namesRole(role: ModelResource): (principal: unknown) => boolean {
  const key = `\${${role.stack.name}:${role.logicalId}.Arn}`;
  const name = property(role, 'RoleName');
  const isRole = (value: unknown) =>
    isUnknown(value) ||
    value === '*' ||
    value === key ||
    (typeof name === 'string' && new RegExp(`:(role|assumed-role)/(.*/)?${escaped(name)}(/|$)`).test(String(value)));
  return (principal) => isUnknown(principal) || asList(isObject(principal) ? principal.AWS : principal).some(isRole);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The roles of an assembly, for proofs in tests: `rolesOf(assembly).tool('order-lookup').cannotReach(…)`. */
export function rolesOf(assembly: Assembly): ToolRoles {
  return new ToolRoles(assembly);
}
