import type { AnalyzedCaller, AnalyzedTool } from '../core/cedar/analyze-policies';
import type { CedarPolicyText } from '../core/cedar/engine';
import { oauthPrincipal } from '../core/cedar/request';
import { fromServiceSchema } from '../core/schema/service-schema';
import { METADATA_KEY } from '../protocol/template-metadata';
import { isObject, own } from './cloudformation';
import type { ConcreteAssembly, ConcreteResource } from './concrete';

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
  /** Agents: OAuth clients of which the template says that they are one. */
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
      callers: callersOf(assembly),
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
      const lambda = own(own(resource.properties.TargetConfiguration, 'Mcp'), 'Lambda');
      const payload = own(own(lambda, 'ToolSchema'), 'InlinePayload');
      if (!Array.isArray(payload)) {
        unknown.push(`target ${target}: its tools are not in the template`);
        return [];
      }
      return payload.flatMap((entry: unknown) => {
        const name = String(own(entry, 'Name'));
        const inputSchema = fromServiceSchema(own(entry, 'InputSchema'));
        if (inputSchema !== undefined) return [{ target, name, inputSchema }];
        unknown.push(`tool ${name} of target ${target}: its input schema is only known after a deployment`);
        return [];
      });
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
      unknown.push(`policy ${id}: only policies with a Cedar statement are evaluated`);
      return [];
    });
}

function callersOf(assembly: ConcreteAssembly): AnalyzedCaller[] {
  return assembly.ofType('AWS::Cognito::UserPoolClient').flatMap(({ ref, properties, metadata }) => {
    const agent = own(metadata[METADATA_KEY], 'agent');
    if (typeof agent !== 'string' || !isObject(properties)) return [];
    const given = properties.AllowedOAuthScopes;
    const scopes = Array.isArray(given) ? given.filter((scope) => typeof scope === 'string') : [];
    const claims = { sub: ref, client_id: ref, scope: scopes.join(' '), token_use: 'access' };
    const principal = oauthPrincipal(claims);
    return principal === undefined ? [] : [{ name: `agent ${agent}`, principal, scopes }];
  });
}
