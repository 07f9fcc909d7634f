import type { AnalyzedCaller, AnalyzedTool } from '../core/cedar/analyze-policies';
import { type CedarPolicyText, parsePolicy } from '../core/cedar/engine';
import { oauthPrincipal } from '../core/cedar/request';
import { METADATA_KEY } from '../protocol/template-metadata';
import { isObject, own } from './cloudformation';
import type { ConcreteAssembly, ConcreteResource } from './concrete';
import { toolsOfTarget } from './tools-of-target';

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
  /** What the template holds and this view does not, so that no answer is taken for complete. */
  readonly unknown: readonly string[];
}

/** One entry per gateway; one without a policy engine in ENFORCE lets every call through. */
export function authorizationOf(assembly: ConcreteAssembly): GatewayAuthorization[] {
  return assembly.ofType('AWS::BedrockAgentCore::Gateway').map((gateway) => {
    const unknown: string[] = [];
    for (const { stack, logicalId } of assembly.assembly.unread)
      unknown.push(`nested stack ${logicalId} of ${stack}: its template is not here`);
    const tools = toolsOf(assembly, gateway, unknown);
    return {
      name: String(gateway.properties.Name ?? gateway.logicalId),
      stack: gateway.stack.name,
      enforced: own(gateway.properties.PolicyEngineConfiguration, 'Mode') === 'ENFORCE',
      gatewayArn: gateway.attribute('GatewayArn') ?? '',
      tools,
      policies: policiesOf(assembly, gateway, unknown),
      callers: callersOf(assembly, gateway),
      unknown,
    };
  });
}

function toolsOf(assembly: ConcreteAssembly, gateway: ConcreteResource, unknown: string[]): AnalyzedTool[] {
  const identifiers = [gateway.ref, gateway.attribute('GatewayArn')];
  return assembly
    .ofType('AWS::BedrockAgentCore::GatewayTarget')
    .filter(({ properties }) => identifiers.includes(properties.GatewayIdentifier as string))
    .flatMap((resource) => {
      const target = String(resource.properties.Name ?? resource.logicalId);
      return toolsOfTarget(resource, unknown).map((tool) => ({ target, ...tool }));
    });
}

function policiesOf(assembly: ConcreteAssembly, gateway: ConcreteResource, unknown: string[]): CedarPolicyText[] {
  const configuration = gateway.properties.PolicyEngineConfiguration;
  if (own(configuration, 'Mode') !== 'ENFORCE')
    unknown.push('the gateway does not enforce its policies: every call passes');
  const engine = assembly
    .ofType('AWS::BedrockAgentCore::PolicyEngine')
    .find((candidate) => candidate.attribute('PolicyEngineArn') === own(configuration, 'Arn'));
  if (engine === undefined) unknown.push('the policy engine of the gateway is not in the template');
  return assembly
    .ofType('AWS::BedrockAgentCore::Policy')
    .filter(({ properties }) => engine !== undefined && properties.PolicyEngineId === engine.ref)
    .filter(({ properties }) => properties.EnforcementMode !== 'LOG_ONLY')
    .flatMap(({ properties, logicalId }) => {
      const id = String(properties.Name ?? logicalId);
      const text = own(own(properties.Definition, 'Cedar'), 'Statement');
      if (typeof text === 'string') return [{ id, text }];
      // A superset of Cedar; what of it is plain Cedar is evaluated as such.
      const extended = own(own(properties.Definition, 'Policy'), 'Statement');
      if (typeof extended === 'string' && parsePolicy(extended).json !== undefined) return [{ id, text: extended }];
      unknown.push(`policy ${id}: it is not plain Cedar, so it counts for nothing here`);
      return [];
    });
}

function callersOf(assembly: ConcreteAssembly, gateway: ConcreteResource): AnalyzedCaller[] {
  const authorizer = own(gateway.properties.AuthorizerConfiguration, 'CustomJWTAuthorizer');
  const admitted = own(authorizer, 'AllowedClients');
  return assembly.ofType('AWS::Cognito::UserPoolClient').flatMap(({ ref, properties, metadata }) => {
    const agent = own(metadata[METADATA_KEY], 'agent');
    if (typeof agent !== 'string' || !isObject(properties)) return [];
    if (Array.isArray(admitted) && !admitted.includes(ref)) return [];
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
