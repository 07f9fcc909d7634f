import { createHash } from 'node:crypto';
import type { UnreadPolicy } from '../core/cedar/authorization-model';
import { type CedarPolicyText, parsePolicy } from '../core/cedar/engine';
import { readPolicyFile } from '../core/cedar/policy-file';
import type { AnalyzedCaller, AnalyzedTool } from '../core/cedar/policy-finding';
import { oauthPrincipal } from '../core/cedar/request';
import { METADATA_KEY } from '../protocol/template-metadata';
import { isObject, own } from './cloudformation';
import type { ConcreteAssembly, ConcreteResource } from './concrete';
import { toolsOfTarget } from './tools-of-target';
import { unresolvedIn } from './unresolved';

/** Layer 3 of one gateway, as its template describes it. */
export interface GatewayAuthorization {
  readonly name: string;
  /** Name of the stack that holds the gateway. */
  readonly stack: string;
  readonly gatewayArn: string;
  /** Whether a policy engine decides every call. Otherwise every call passes, whatever the policies say. */
  readonly enforced: boolean;
  readonly tools: readonly AnalyzedTool[];
  /** Policies in force; those in LOG_ONLY decide nothing. */
  readonly policies: readonly CedarPolicyText[];
  /** Agents that the gateway lets in: OAuth clients of which the template says that they are one. */
  readonly callers: readonly AnalyzedCaller[];
  /** Policies that are not read, or may be in what is not: answers about the tools that they may concern are none. */
  readonly unread: readonly UnreadPolicy[];
  /** What the template holds and this view does not, so that no answer is taken for complete; unread policies among it. */
  readonly unknown: readonly string[];
}

/** One entry per gateway; one without a policy engine in ENFORCE lets every call through. */
export function authorizationOf(assembly: ConcreteAssembly): GatewayAuthorization[] {
  return assembly.ofType('AWS::BedrockAgentCore::Gateway').map((gateway) => {
    const unknown: string[] = [];
    const unread: UnreadPolicy[] = assembly.assembly.unread.map(({ stack, logicalId }) => {
      const name = `nested stack ${logicalId} of ${stack}`;
      return { name, why: 'its template is not here', actions: [] };
    });
    if (gateway.conditional) unknown.push(`the gateway itself ${CONDITIONAL}`);
    const tools = toolsOf(assembly, gateway, unknown);
    const mode = own(gateway.properties.PolicyEngineConfiguration, 'Mode');
    if (isOpen(mode)) unknown.push('whether the gateway enforces its policies is only known after a deployment');
    else if (mode !== 'ENFORCE') unknown.push('the gateway does not enforce its policies: every call passes');
    const policies = policiesOf(assembly, gateway, unread, unknown);
    const callers = callersOf(assembly, gateway, unknown);
    return {
      name: String(gateway.properties.Name ?? gateway.logicalId),
      stack: gateway.stack.name,
      enforced: mode === 'ENFORCE',
      gatewayArn: gateway.attribute('GatewayArn') ?? '',
      tools,
      policies,
      callers,
      unread,
      unknown: [...unknown, ...unread.map(({ name, why }) => `${name}: ${why}`)],
    };
  });
}

/** The gateways of that name, also with the stack before it: `Shop/orders`. */
export function gatewaysNamed(all: readonly GatewayAuthorization[], name: string): GatewayAuthorization[] {
  return all.filter((each) => each.name === name || `${each.stack}/${each.name}` === name);
}

/** What a user can say to mean one of them. */
export function gatewayNames(all: readonly GatewayAuthorization[]): string {
  return all.map(({ name, stack }) => (gatewaysNamed(all, name).length > 1 ? `${stack}/${name}` : name)).join(', ');
}

const CONDITIONAL = 'is there on a condition that is only known at a deployment';

/** Whether a property is known only after a deployment. */
function isOpen(value: unknown): boolean {
  return unresolvedIn(value).length > 0;
}

function toolsOf(assembly: ConcreteAssembly, gateway: ConcreteResource, unknown: string[]): AnalyzedTool[] {
  const identifiers = [gateway.ref, gateway.attribute('GatewayArn')];
  return assembly.ofType('AWS::BedrockAgentCore::GatewayTarget').flatMap((resource) => {
    const { Name, GatewayIdentifier } = resource.properties;
    const target = String(Name ?? resource.logicalId);
    if (isOpen(GatewayIdentifier)) unknown.push(`target ${target}: its gateway is only known after a deployment`);
    if (!identifiers.includes(GatewayIdentifier as string)) return [];
    if (resource.conditional) unknown.push(`target ${target} ${CONDITIONAL}`);
    if (isOpen(Name)) {
      unknown.push(`target ${resource.logicalId}: its name is only known after a deployment`);
      return [];
    }
    return toolsOfTarget(resource, unknown).map((tool) => ({ target, ...tool }));
  });
}

function policiesOf(
  assembly: ConcreteAssembly,
  gateway: ConcreteResource,
  unread: UnreadPolicy[],
  unknown: string[],
): CedarPolicyText[] {
  const configuration = gateway.properties.PolicyEngineConfiguration;
  const engine = assembly
    .ofType('AWS::BedrockAgentCore::PolicyEngine')
    .find((candidate) => candidate.attribute('PolicyEngineArn') === own(configuration, 'Arn'));
  if (engine === undefined) {
    unread.push({ name: 'the policy engine of the gateway', why: 'it is not in the template', actions: [] });
    return [];
  }
  return assembly.ofType('AWS::BedrockAgentCore::Policy').flatMap((policy) => {
    const { Name, PolicyEngineId, EnforcementMode = 'ACTIVE' } = policy.properties;
    const ofEngine = PolicyEngineId === engine.ref;
    if (!ofEngine && !isOpen(PolicyEngineId)) return [];
    if (EnforcementMode === 'LOG_ONLY') return [];
    const id = String(Name ?? policy.logicalId);
    const text = plainCedar(policy);
    if (!ofEngine || policy.conditional || EnforcementMode !== 'ACTIVE' || text === undefined) {
      unread.push(unreadPolicy(policy, id, whyUnread(ofEngine, policy, EnforcementMode)));
      return [];
    }
    for (const what of unresolvedIn(text))
      unknown.push(`policy ${id} compares with what is only known after a deployment, which no caller is: ${what}`);
    return [{ id, text }];
  });
}

/** A statement of the superset that is plain Cedar is evaluated as such. */
function plainCedar({ properties }: ConcreteResource): string | undefined {
  const text = own(own(properties.Definition, 'Cedar'), 'Statement');
  if (typeof text === 'string') return isOpen(text) && parsePolicy(text).json === undefined ? undefined : text;
  const extended = own(own(properties.Definition, 'Policy'), 'Statement');
  return typeof extended === 'string' && parsePolicy(extended).json !== undefined ? extended : undefined;
}

function whyUnread(ofEngine: boolean, { conditional, properties }: ConcreteResource, mode: unknown): string {
  if (!ofEngine) return 'its policy engine is only known after a deployment, so it counts for nothing here';
  if (conditional || mode !== 'ACTIVE')
    return 'whether it is in force is only known after a deployment, so it counts for nothing here';
  const what = isOpen(properties.Definition) ? 'its text is only known after a deployment' : 'it is not plain Cedar';
  return `${what}, so it counts for nothing here`;
}

/** With a digest of its definition, so that a comparison notices when it changes. */
function unreadPolicy({ properties, stack, logicalId }: ConcreteResource, id: string, why: string): UnreadPolicy {
  const written = own(own(stack.template.Resources, logicalId), 'Properties');
  const definition = JSON.stringify(own(written, 'Definition')) ?? '';
  const digest = createHash('sha256').update(definition).digest('hex').slice(0, 12);
  const { Cedar, Policy } = isObject(properties.Definition) ? properties.Definition : {};
  const text = own(Cedar ?? Policy, 'Statement');
  const statements = typeof text === 'string' ? readPolicyFile({ file: id, text }) : [];
  const actions = statements.map((statement) => statement.actions);
  // One that names none may be about all.
  const all = actions.some(({ length }) => length === 0) ? [] : actions.flat();
  return { id, name: `policy ${id}`, why: `${why} (digest ${digest})`, actions: all };
}

function callersOf(assembly: ConcreteAssembly, gateway: ConcreteResource, unknown: string[]): AnalyzedCaller[] {
  const authorizer = own(gateway.properties.AuthorizerConfiguration, 'CustomJWTAuthorizer');
  const admitted = own(authorizer, 'AllowedClients');
  return assembly.ofType('AWS::Cognito::UserPoolClient').flatMap(({ ref, properties, metadata }) => {
    const agent = own(metadata[METADATA_KEY], 'agent');
    if (typeof agent !== 'string' || !isObject(properties)) return [];
    const named = Array.isArray(admitted) && admitted.includes(ref);
    if (!named && isOpen(admitted))
      unknown.push(`agent ${agent}: whether the gateway lets its client in is only known after a deployment`);
    else if (!named && Array.isArray(admitted)) return [];
    const given = properties.AllowedOAuthScopes;
    const scopes = Array.isArray(given) ? given.filter((scope) => typeof scope === 'string') : [];
    const claims = { client_id: ref, scope: scopes.join(' '), token_use: 'access' };
    // Whoever logs in to an interactive agent is the subject of the token, with claims of their own.
    const open = own(metadata[METADATA_KEY], 'kind') === 'interactive';
    const principal = oauthPrincipal({ sub: ref, ...claims });
    if (principal === undefined) return [];
    const known = open ? { ...principal, tags: claims } : principal;
    return [{ name: `agent ${agent}`, principal: known, scopes, ...(open && { open }) }];
  });
}
