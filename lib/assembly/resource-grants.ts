import { hasVariables } from '../core/iam/conditions';
import type { RoleStatementText } from '../core/iam/proofs';
import { POLICY_VARIABLE } from '../core/iam/relation';
import { ARN_TYPES, type ArnOwners } from './arn-owners';
import { isObject, own } from './cloudformation';
import { policyDocument } from './policy-documents';
import { isUnknown } from './resolve';
import { asList, type ModelResource, property, type TemplateModel, within } from './template-model';

/** Where resources keep a policy of their own; `*` is every item of a list. */
const PLACES = [['PolicyDocument'], ['ResourcePolicy'], ['ResourcePolicy', 'PolicyDocument'], ['KeyPolicy']];
const PLACES_OF: { readonly [type: string]: string[][] | undefined } = {
  'AWS::DynamoDB::GlobalTable': [
    ['Replicas', '*', 'ResourcePolicy', 'PolicyDocument'],
    ['Replicas', '*', 'ReplicaStreamSpecification', 'ResourcePolicy', 'PolicyDocument'],
  ],
  'AWS::DynamoDB::Table': [['StreamSpecification', 'ResourcePolicy', 'PolicyDocument']],
  'AWS::Events::EventBus': [['Policy']],
  'AWS::IAM::Role': [['AssumeRolePolicyDocument']],
  'AWS::S3::AccessPoint': [['Policy']],
};

/**
 * Without a policy of its own a key leaves it to the account.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
const DEFAULT_KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '${AWS::AccountId}' }, Action: 'kms:*', Resource: '*' }],
};

type Named = Pick<RoleStatementText, 'grantedTo' | 'uncertain'>;

/** What policies on the side of resources say of one role. */
export class ResourceGrants {
  private readonly roleKey: string;

  public constructor(
    private readonly model: TemplateModel,
    private readonly owners: ArnOwners,
    private readonly role: ModelResource,
    private readonly doubts: string[],
  ) {
    this.roleKey = `${role.stack.name}:${role.logicalId}`;
  }

  /** What they grant to the role, and where they leave it to the account. */
  public statements(): { readonly grants: RoleStatementText[]; readonly delegations: RoleStatementText[] } {
    const all = this.model.resources
      // The policy of an endpoint limits, and grants nothing. What a role trusts is a policy on the side of a resource.
      .filter(({ type }) => !/^AWS::IAM::(?!Role$)/.test(type) && type !== 'AWS::EC2::VPCEndpoint')
      .flatMap((resource) =>
        resource.type === 'AWS::Lambda::Permission' ? this.ofPermission(resource) : this.ofPolicies(resource),
      );
    const isDelegation = ({ grantedTo }: RoleStatementText) => grantedTo === 'account';
    return { grants: all.filter((each) => !isDelegation(each)), delegations: all.filter(isDelegation) };
  }

  private ofPolicies(resource: ModelResource): RoleStatementText[] {
    const at = `the policy of ${resource.logicalId}`;
    const documents = [...PLACES, ...(PLACES_OF[resource.type] ?? [])]
      .flatMap((path) => valuesAt(resource, path))
      .map(policyDocument);
    if (resource.type === 'AWS::KMS::Key' && documents.length === 0) documents.push(DEFAULT_KEY_POLICY);
    if (documents.some((document) => isUnknown(document) || asList(within(document, 'Statement')).some(isUnknown)))
      this.doubts.push(`${at} is not known`);
    const self = selfOf(resource);
    return documents
      .flatMap((document) => asList(within(document, 'Statement')).map((each) => [each, own(document, 'Version')]))
      .flatMap(([each, version]) => {
        const named = isUnknown(each) ? [] : this.named(each, resource);
        if (named.length === 0) return [];
        const text = statementText(each, at, this.doubts, version);
        // `*` is the resource whose policy it is. Where that is not known, an Allow counts for all and a Deny for none.
        const written = text.resources.length === 0 && text.notResources.length === 0 ? ['*'] : text.resources;
        const resources = written.map((one) => this.owners.exact(one === '*' ? (self ?? one) : one));
        const isConditional = ARN_TYPES[resource.type] === undefined && hasCondition(resource);
        const isOpen = isConditional || resources.includes('*') || text.notResources.length > 0;
        return named.map((who) => ({ ...text, ...(isOpen && { uncertain: at }), ...who, resources }));
      });
  }

  /** The policy of a function is written as permissions. */
  private ofPermission(permission: ModelResource): RoleStatementText[] {
    const named = this.principal(property(permission, 'Principal'), 'Allow', permission);
    if (named === undefined) return [];
    const action = property(permission, 'Action');
    const fn = property(permission, 'FunctionName');
    const at = `the permission ${permission.logicalId}`;
    const conditions = Object.keys(Object(permission.properties)).filter(
      (name) => !['Action', 'FunctionName', 'Principal'].includes(name),
    );
    return [
      {
        effect: 'Allow',
        actions: [typeof action === 'string' ? action : 'lambda:*'],
        notActions: [],
        resources: [this.functionArn(fn)],
        notResources: [],
        ...(conditions.length > 0 && { uncertain: conditions.join(', ') }),
        ...named,
        at,
      },
    ];
  }

  private functionArn(name: unknown): string {
    const found = this.model.reference(name);
    if (found?.resource.type === 'AWS::Lambda::Function') return `\${${keyOf(found.resource)}.Arn}`;
    if (typeof name !== 'string') return '*';
    return /^(arn:|\$\{)/.test(name) ? name : `arn:*:lambda:*:*:function:${name.replace(/^(\d{12}:)?function:/, '')}`;
  }

  private named(statement: unknown, of: ModelResource): Named[] {
    if (own(statement, 'NotPrincipal') !== undefined)
      return [{ grantedTo: 'session', uncertain: 'whom NotPrincipal leaves' }];
    const principal = own(statement, 'Principal');
    const values = isObject(principal) && !isUnknown(principal) ? principal.AWS : principal;
    const effect = String(own(statement, 'Effect'));
    return asList(values).flatMap((value) => this.principal(value, effect, of) ?? []);
  }

  /**
   * Whether a principal in the policy of a resource is the role, one of its sessions, everyone or the account;
   * `undefined` when it is none of them.
   */
  private principal(given: unknown, effect: string, of: ModelResource): Named | undefined {
    const perhaps: Named = { grantedTo: 'session', uncertain: 'a principal that is not known' };
    const value = typeof given === 'number' ? String(given) : given;
    if (typeof value !== 'string') return perhaps;
    if (value === '*') return { grantedTo: 'everyone' };
    if (value === `\${${this.roleKey}.Arn}`) return { grantedTo: 'role' };
    // To name the account leaves what is allowed to the role's own policies; what is denied is denied to all in it.
    if (/^(\d{12}|\$\{AWS::AccountId\}|arn:[^/]*:iam::[^/]*:root)$/.test(value)) {
      if (effect !== 'Deny')
        return { grantedTo: 'account', ...(!this.isOwnAccount(value, of) && { uncertain: 'which account it names' }) };
      return value.includes('${AWS::AccountId}') ? { grantedTo: 'role' } : perhaps;
    }
    if (/^[^:/]*(\$\{AWS::[^:/]*)?\.amazon(aws)?\.com(\.cn)?$/.test(value)) return undefined;
    return this.byName(value) ?? (this.isOther(value) ? undefined : perhaps);
  }

  /** Two stacks without an account are deployed to the same one. */
  private isOwnAccount(value: string, { stack }: ModelResource): boolean {
    const { account } = this.role.stack;
    if (value.includes('${AWS::AccountId}')) return stack.account === account;
    return account !== undefined && value.includes(account);
  }

  private byName(value: string): Named | undefined {
    const name = property(this.role, 'RoleName');
    const names = [`\${${this.roleKey}}`, ...(typeof name === 'string' ? [name] : [])].map(escaped).join('|');
    const [, kind] = new RegExp(`:(role|assumed-role)/(?:.*/)?(?:${names})(?:/|$)`).exec(value) ?? [];
    if (kind === undefined) return undefined;
    return { grantedTo: kind === 'role' ? 'role' : 'session' };
  }

  /** A principal that is certainly not the role: another role of the template, a user, a fixed name that is not its own. */
  private isOther(value: string): boolean {
    const [, inner] = /^(?:arn:.*:role\/(?:.*\/)?)?(\$\{[^${}]+\})$/.exec(value) ?? [];
    const other = this.model.referenced(inner);
    if (other !== undefined) return other !== this.role && /^AWS::IAM::(Role|User)$/.test(other.type);
    if (/\$\{(?!AWS::)/.test(value)) return /^arn:[^/]*:iam::cloudfront:user\//.test(value);
    if (/^arn:[^/]*:(iam|sts)::[^/]*:(user|federated-user)\//.test(value)) return true;
    const name = property(this.role, 'RoleName');
    return typeof name === 'string' && !name.includes('${') && value.startsWith('arn:');
  }
}

/** What `*` in the policy of a resource means; `undefined` when it is not known. */
function selfOf(resource: ModelResource): string | undefined {
  if (ARN_TYPES[resource.type] !== undefined) return `\${${keyOf(resource)}.Arn}`;
  const secret = resource.type === 'AWS::SecretsManager::ResourcePolicy' ? property(resource, 'SecretId') : undefined;
  return typeof secret === 'string' ? secret : undefined;
}

/** Whether a condition of the template decides that there is such a resource at all. */
export function hasCondition({ stack, logicalId }: ModelResource): boolean {
  return own(own(stack.template.Resources, logicalId), 'Condition') !== undefined;
}

function valuesAt(resource: ModelResource, path: readonly string[]): unknown[] {
  let values: unknown[] = [resource.properties];
  for (const step of path) {
    values = values.flatMap((value) => {
      if (isUnknown(value)) return [value];
      return step === '*' ? asList(value) : [own(value, step)].filter((found) => found !== undefined);
    });
  }
  return values;
}

/** A statement as it is written; what of it is not known becomes a doubt. */
export function statementText(statement: unknown, at: string, doubts: string[], version: unknown): RoleStatementText {
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
    condition: openCondition(own(statement, 'Condition')),
    ...variablesAsText(version, statement),
    at,
  };
}

/**
 * Before version 2012-10-17, and without a version, a variable is text: what it is about is not certain.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
 */
export function variablesAsText(version: unknown, ...of: unknown[]): Pick<RoleStatementText, 'uncertain'> {
  if (hasVariables(typeof version === 'string' ? version : undefined)) return {};
  const isAbout = new RegExp(POLICY_VARIABLE.source).test(JSON.stringify(of));
  return isAbout ? { uncertain: 'a variable in a policy before version 2012-10-17' } : {};
}

/** A condition with `null` for what of it is not known. */
export function openCondition(value: unknown): unknown {
  if (isUnknown(value)) return null;
  if (Array.isArray(value)) return value.map(openCondition);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, openCondition(item)]));
}

function keyOf({ stack, logicalId }: ModelResource): string {
  return `${stack.name}:${logicalId}`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
