import { isUnknown, Unknown } from '../assembly/resolve';
import {
  asList,
  type ModelResource,
  property,
  type RoleStatement,
  type TemplateModel,
  within,
} from '../assembly/template-model';
import { groupedBy } from '../core/grouped-by';
import { matchesAction, WITHOUT_TYPE } from '../core/iam/match';
import { targetsOf } from './gateways';
import { UNSCOPABLE } from './iam-actions';
import { functionOf } from './lambda';
import { perModel } from './per-model';
import { FUNCTION, GATEWAY, ROLE, RUNTIME, TARGET } from './types';

/** The role resource that a property names, if it is in the assembly. */
export function roleOf(
  model: TemplateModel,
  resource: ModelResource,
  name: 'RoleArn' | 'Role',
): ModelResource | undefined {
  const value = property(resource, name);
  const role = model.referenced(value);
  if (role !== undefined) return role.type === ROLE ? role : undefined;
  const roleName = /:role\/(?:.*\/)?(\$\{[^${}]+\}|[^/${}]+)$/.exec(String(value))?.[1];
  if (roleName === undefined) return undefined;
  return model.referenced(roleName) ?? rolesByName(model).get(roleName)?.[0];
}

const rolesByName = perModel((model) => groupedBy(model.ofType(ROLE), (role) => property(role, 'RoleName')));

/** Why the role of a resource is not known. */
export function unknownRole(resource: ModelResource, name: 'RoleArn' | 'Role'): Unknown {
  const value = property(resource, name);
  if (isUnknown(value)) return value;
  return new Unknown(value === undefined ? 'no role is named' : 'its role is not in the assembly');
}

/** ARN of a Lambda target, resolved; undefined for other kinds of target. */
export function lambdaArnOf(target: ModelResource): unknown {
  return property(target, 'TargetConfiguration', 'Mcp', 'Lambda', 'LambdaArn');
}

export function interceptorArnsOf(gateway: ModelResource): unknown[] {
  return asList(property(gateway, 'InterceptorConfigurations')).map((interceptor) =>
    within(interceptor, 'Interceptor', 'Lambda', 'Arn'),
  );
}

/** Functions that a target or an interceptor of any gateway names. */
export const toolFunctions = perModel((model): ReadonlySet<ModelResource> => {
  const arns = [...model.ofType(TARGET).map(lambdaArnOf), ...model.ofType(GATEWAY).flatMap(interceptorArnsOf)];
  return new Set(arns.flatMap((arn) => functionOf(model, arn) ?? []));
});

/** Functions that interceptors name. */
export function interceptorFunctions(model: TemplateModel): Set<ModelResource> {
  return new Set(
    model
      .ofType(GATEWAY)
      .flatMap((gateway) => interceptorArnsOf(gateway))
      .flatMap((arn) => functionOf(model, arn) ?? []),
  );
}

/** Functions that a gateway may invoke: of its targets and interceptors. */
export function functionsOf(model: TemplateModel, gateway: ModelResource): Set<ModelResource> {
  const arns = [...targetsOf(model, gateway).map(lambdaArnOf), ...interceptorArnsOf(gateway)];
  return new Set(arns.flatMap((arn) => functionOf(model, arn) ?? []));
}

/** Roles of code that runs: functions, agent runtimes, containers, instances. */
export const runtimeRoles = perModel((model): readonly ModelResource[] =>
  model.ofType(ROLE).filter((role) => {
    const statements = asList(property(role, 'AssumeRolePolicyDocument', 'Statement'));
    const services = statements.flatMap((statement) => asList(within(statement, 'Principal', 'Service'))).map(String);
    return services.some((service) =>
      /^(lambda|bedrock-agentcore|ecs-tasks|ec2|pods\.eks)\.amazonaws\.com/.test(service),
    );
  }),
);

export function rolesOfGateways(model: TemplateModel): { gateway: ModelResource; role: ModelResource | undefined }[] {
  return model.ofType(GATEWAY).map((gateway) => ({ gateway, role: roleOf(model, gateway, 'RoleArn') }));
}

/** Roles of everything that runs a tool or an agent, with what uses them. */
export function roleUsers(model: TemplateModel): { user: ModelResource; property: 'RoleArn' | 'Role' }[] {
  return [
    ...model.ofType(GATEWAY).map((user) => ({ user, property: 'RoleArn' as const })),
    ...model.ofType(RUNTIME).map((user) => ({ user, property: 'RoleArn' as const })),
    ...[...toolFunctions(model)]
      .filter(({ type }) => type === FUNCTION)
      .map((user) => ({ user, property: 'Role' as const })),
  ];
}

/** Whether a statement allows an action; an unknown action may be any. */
export function allows(statement: RoleStatement, action: string): boolean {
  if (statement.effect !== 'Allow') return false;
  if (statement.notActions.length > 0) {
    return !statement.notActions.some((pattern) => typeof pattern === 'string' && isAction(pattern, action));
  }
  return statement.actions.some((pattern) => typeof pattern === 'string' && isAction(pattern, action));
}

/** Most actions are written out, and need no matching. */
function isAction(pattern: string, action: string): boolean {
  return isWideAction(pattern) ? matchesAction(pattern, action) : pattern.toLowerCase() === action.toLowerCase();
}

/** A pattern that matches more than one thing, apart from the ten characters the service appends to a gateway's name. */
export function isWide(pattern: string): boolean {
  return /[*?]/.test(pattern.replace(/((?:gateway|workload-identity)\/[a-z0-9-]+-)\?{10}$/, '$1'));
}

/** `dynamodb:*`, `*`, `s3:Get*`. */
export function isWideAction(action: string): boolean {
  return action.includes('*') || action.includes('?');
}

/** The value of a condition key, for any of the operators; IAM compares keys without regard to case. */
export function conditionValue(condition: unknown, operators: RegExp, key: string): unknown {
  if (isUnknown(condition)) return condition;
  for (const [operator, keys] of Object.entries((condition ?? {}) as object)) {
    if (!operators.test(operator)) continue;
    if (isUnknown(keys)) return keys;
    for (const [name, value] of Object.entries((keys ?? {}) as object)) {
      if (name.toLowerCase() === key.toLowerCase()) return value;
    }
  }
  return undefined;
}

/** Operators that let through what they name, and nothing when the key is missing. */
const NAMING = /^(ForAnyValue:)?(StringEquals(IgnoreCase)?|StringLike|ArnEquals|ArnLike|IpAddress)$/;

/** Whether a condition ties a statement to values of one of these keys that name somebody. */
export function isTiedTo(condition: unknown, keys: readonly (string | RegExp)[]): boolean {
  if (isUnknown(condition)) return false;
  for (const [operator, pairs] of Object.entries((condition ?? {}) as object)) {
    if (!NAMING.test(operator) || isUnknown(pairs)) continue;
    for (const [name, value] of Object.entries((pairs ?? {}) as object)) {
      const named = keys.some((key) =>
        typeof key === 'string' ? key.toLowerCase() === name.toLowerCase() : key.test(name),
      );
      const values = asList(value);
      if (named && values.length > 0 && values.every((each) => !isUnknown(each) && namesSomebody(String(each))))
        return true;
    }
  }
  return false;
}

/** Whether IAM can limit a statement to a resource. An identity token of AWS has none; its audience has to limit it. */
export function isScopable({ actions, condition }: RoleStatement): boolean {
  return !actions.every((action) => {
    const name = isUnknown(action) ? '' : action.toLowerCase();
    if (name === 'sts:getwebidentitytoken') return isTiedTo(condition, ['sts:IdentityTokenAudience']);
    return UNSCOPABLE.has(name);
  });
}

/** `vpce-*` and an ARN of any account name nobody; a name in an ARN without account, as of a bucket, is unique. */
function namesSomebody(value: string): boolean {
  const text = withoutReferences(value);
  if (!text.startsWith('arn:')) return !/[*?]/.test(text) || /^\$\{[^${}]*\}/.test(value);
  const [, , , , account, ...resource] = text.split(':');
  return /^[^*?]+$/.test(account || (resource.join(':').split('/')[0] ?? ''));
}

/** Pseudo parameters have colons of their own. */
function withoutReferences(text: string): string {
  return text.replace(/\$\{[^${}]*\}/g, 'x');
}

/** Whether the principal of a statement is everybody, also as everybody but some. */
export function isEverybody(statement: unknown): boolean {
  const principal = within(statement, 'Principal');
  return (
    within(statement, 'NotPrincipal') !== undefined ||
    principal === '*' ||
    asList(within(principal, 'AWS')).includes('*')
  );
}

/** `*`, or an ARN that names nothing of its service: what stands behind the type of resource, if any, is a pattern only. */
export function isEverything(resource: string): boolean {
  const arn = withoutReferences(resource);
  if (/^(arn)?[*?]*\*/.test(arn)) return true;
  if (!arn.startsWith('arn:')) return false;
  const [, , service = '', , account, ...rest] = arn.split(':');
  if (rest.length === 0) return arn.endsWith('*');
  if (/[*?]/.test(service)) return true;
  const segments = rest.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  if (service === 's3' && account === '') return segments.every(isOpen);
  const [first = '', name] = segments;
  if (name === undefined) return isOpen(first) || (/[*?]/.test(first) && !WITHOUT_TYPE.includes(service));
  return isOpen(name) && (!isOpen(first) || segments.every(isOpen));
}

function isOpen(segment: string): boolean {
  return /^[*?]+$/.test(segment);
}
