import { isObject, own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { parsePolicy } from '../../core/cedar/engine';
import { SecureMcpError, shown } from '../../core/errors';
import { fromServiceSchema } from '../../core/schema/service-schema';
import type { ToolInputSchema } from '../../core/schema/tool-schema';
import type { InterceptionPoint } from '../../protocol/interceptor';
import { MCP_VERSIONS } from '../../protocol/mcp';
import { qualifiedToolName } from '../../protocol/tool-name';
import { type PropagationModel, readPropagation } from './propagation-model';
import { type RemoteBackend, readRemoteTools } from './remote-target';

/** The gateway that is run, as its template describes it. */
export interface GatewayModel {
  readonly resource: ConcreteResource;
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly instructions?: string;
  /** Whether error texts tell details (`ExceptionLevel: DEBUG`). */
  readonly debug: boolean;
  readonly supportedVersions: readonly string[];
  readonly authorizer: JwtAuthorizer | SignatureAuthorizer | 'NONE';
  /** How long sessions last. @default there are none */
  readonly sessionSeconds?: number;
  readonly policyEngine?: PolicyEngineModel;
  readonly tools: ReadonlyMap<string, ToolModel>;
  /** Whether there is the built-in search tool (`SearchType: SEMANTIC`). */
  readonly searchable: boolean;
  readonly interceptors: readonly InterceptorModel[];
}

export interface InterceptorModel {
  /** As the template has it; not the ARN of a function when the configuration cannot be read. */
  readonly lambdaArn: string;
  readonly points: readonly InterceptionPoint[];
  readonly passHeaders: boolean;
}

/** Requests are signed with SigV4; with `AUTHENTICATE_ONLY` IAM is not asked. */
export type SignatureAuthorizer = 'AWS_IAM' | 'AUTHENTICATE_ONLY';

export interface JwtAuthorizer {
  readonly discoveryUrl: string;
  readonly allowedAudience?: readonly string[];
  readonly allowedClients?: readonly string[];
  readonly allowedScopes?: readonly string[];
  /** What clients are told, by scope that is checked. */
  readonly advertisedScopes: { readonly [scope: string]: string };
  readonly customClaims: readonly CustomClaim[];
}

export interface CustomClaim {
  readonly name: string;
  readonly valueType: string;
  readonly operator: string;
  readonly value: string | readonly string[];
}

export interface PolicyEngineModel {
  readonly arn: string;
  readonly mode: string;
  readonly policies: readonly PolicyModel[];
}

export interface PolicyModel {
  readonly id: string;
  readonly text: string;
  readonly active: boolean;
}

export interface ToolModel {
  readonly qualifiedName: string;
  readonly target: string;
  readonly targetId: string;
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ToolInputSchema;
  /** The input schema as clients see it, where that is more than the policy engine carries. */
  readonly listedSchema?: unknown;
  /** What is called. */
  readonly backend: LambdaBackend | RemoteBackend;
}

export interface LambdaBackend {
  readonly kind: 'function';
  /** As the template has it: function, version or alias. */
  readonly lambdaArn: string;
  readonly propagation: PropagationModel;
}

const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
/** `sessionTimeoutInSeconds` of the service API model. */
const SESSION_SECONDS = { default: 3600, min: 900 } as const;

/** The gateway of that name or logical id; the only one when no name is given. Throws `LOCAL_UNSUPPORTED`. */
export function readGateway(assembly: ConcreteAssembly, wanted: string | undefined, report: Report): GatewayModel {
  const resource = findGateway(assembly, wanted);
  const { properties } = resource;
  const arn = resource.attribute('GatewayArn') ?? '';
  const mcp = own(properties.ProtocolConfiguration, 'Mcp');
  const versions = texts(own(mcp, 'SupportedVersions'));
  if (versions === undefined) report(`${resource.logicalId}: no SupportedVersions in the template; all are served`);
  return {
    resource,
    name: String(properties.Name ?? resource.logicalId),
    id: resource.ref,
    arn,
    roleArn: String(properties.RoleArn ?? ''),
    instructions: text(own(mcp, 'Instructions')),
    debug: properties.ExceptionLevel === 'DEBUG',
    supportedVersions: versions ?? MCP_VERSIONS,
    authorizer: readAuthorizer(resource),
    sessionSeconds: readSessionSeconds(own(mcp, 'SessionConfiguration')),
    policyEngine: readPolicyEngine(assembly, resource, report),
    tools: readTools(assembly, resource, report),
    searchable: own(mcp, 'SearchType') === 'SEMANTIC',
    interceptors: readInterceptors(properties.InterceptorConfigurations),
  };
}

export type Report = (whatIsNotSimulated: string) => void;

function findGateway(assembly: ConcreteAssembly, wanted: string | undefined): ConcreteResource {
  const gateways = assembly.ofType(GATEWAY);
  const named = gateways.filter((gateway) => wanted === undefined || namesOf(gateway).includes(wanted));
  const [gateway, another] = named;
  if (gateway !== undefined && another === undefined) return gateway;
  const names = gateways.map((candidate) => namesOf(candidate)[0]);
  throw new SecureMcpError({
    code: 'LOCAL_UNSUPPORTED',
    message:
      gateway === undefined
        ? `the assembly has no ${GATEWAY}${wanted === undefined ? '' : ` named ${shown(wanted)}`}, it has ${shown(names)}`
        : `the assembly has ${named.length} gateways, got ${shown(names)}`,
    fix: gateway === undefined ? 'Pass the cdk.out of an app with a gateway' : 'Say which one with --gateway <name>',
  });
}

function namesOf(gateway: ConcreteResource): string[] {
  return [String(gateway.properties.Name), gateway.logicalId];
}

function readAuthorizer(gateway: ConcreteResource): GatewayModel['authorizer'] {
  const type = gateway.properties.AuthorizerType;
  if (type === 'NONE' || type === 'AWS_IAM' || type === 'AUTHENTICATE_ONLY') return type;
  const jwt = own(gateway.properties.AuthorizerConfiguration, 'CustomJWTAuthorizer');
  if (type !== 'CUSTOM_JWT' || !isObject(jwt)) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `an authorizer of this type cannot be run here, got ${shown(type)}`,
      fix: 'Use CUSTOM_JWT with its configuration, AWS_IAM, AUTHENTICATE_ONLY or NONE',
      at: gateway.logicalId,
    });
  }
  const advertised = own(jwt, 'AdvertisedScopeMapping');
  return {
    discoveryUrl: String(jwt.DiscoveryUrl),
    allowedAudience: texts(jwt.AllowedAudience),
    allowedClients: texts(jwt.AllowedClients),
    allowedScopes: texts(jwt.AllowedScopes),
    advertisedScopes: (isObject(advertised) ? advertised : {}) as { [scope: string]: string },
    customClaims: readCustomClaims(jwt.CustomClaims),
  };
}

/** A configuration that cannot be read stands at both points, where no function answers. */
function readInterceptors(configurations: unknown): InterceptorModel[] {
  if (configurations === undefined) return [];
  const all: unknown[] = Array.isArray(configurations) ? configurations : [configurations];
  return all.map((each) => {
    const points = texts(own(each, 'InterceptionPoints')) ?? [];
    const known = points.filter((point): point is InterceptionPoint => point === 'REQUEST' || point === 'RESPONSE');
    return {
      lambdaArn: String(own(own(own(each, 'Interceptor'), 'Lambda'), 'Arn')),
      points: known.length === points.length && known.length > 0 ? known : ['REQUEST', 'RESPONSE'],
      passHeaders: own(own(each, 'InputConfiguration'), 'PassRequestHeaders') === true,
    };
  });
}

/** A time that cannot be read is the shortest that the service takes. */
function readSessionSeconds(configuration: unknown): number | undefined {
  if (configuration === undefined) return undefined;
  const seconds = own(configuration, 'SessionTimeoutInSeconds') ?? SESSION_SECONDS.default;
  return Number.isFinite(Number(seconds)) ? Number(seconds) : SESSION_SECONDS.min;
}

/** A list that cannot be read demands a claim that no token has. */
function readCustomClaims(claims: unknown): CustomClaim[] {
  if (claims === undefined) return [];
  return Array.isArray(claims) ? claims.map(readCustomClaim) : [readCustomClaim(claims)];
}

function readCustomClaim(claim: unknown): CustomClaim {
  const match = own(claim, 'AuthorizingClaimMatchValue');
  const value = own(match, 'ClaimMatchValue');
  return {
    name: String(own(claim, 'InboundTokenClaimName')),
    valueType: String(own(claim, 'InboundTokenClaimValueType')),
    operator: String(own(match, 'ClaimMatchOperator')),
    value: text(own(value, 'MatchValueString')) ?? texts(own(value, 'MatchValueStringList')) ?? [],
  };
}

function readPolicyEngine(
  assembly: ConcreteAssembly,
  gateway: ConcreteResource,
  report: Report,
): PolicyEngineModel | undefined {
  const configuration = gateway.properties.PolicyEngineConfiguration;
  if (!isObject(configuration)) {
    report(`${gateway.logicalId}: it has no policy engine, so layer 3 lets every call through`);
    return undefined;
  }
  const arn = String(configuration.Arn);
  const engine = assembly
    .ofType('AWS::BedrockAgentCore::PolicyEngine')
    .find((candidate) => candidate.attribute('PolicyEngineArn') === arn);
  if (engine === undefined)
    report(`${gateway.logicalId}: its policy engine is not in the assembly: it has no policies here`);
  const policies = assembly
    .ofType('AWS::BedrockAgentCore::Policy')
    .filter((policy) => engine !== undefined && policy.properties.PolicyEngineId === engine.ref)
    .flatMap((policy) => readPolicy(policy, report));
  return { arn, mode: String(configuration.Mode ?? 'ENFORCE'), policies };
}

function readPolicy(policy: ConcreteResource, report: Report): PolicyModel[] {
  const { Definition } = policy.properties;
  const statement =
    text(own(own(Definition, 'Cedar'), 'Statement')) ?? text(own(own(Definition, 'Policy'), 'Statement'));
  for (const what of policy.unresolved) report(`${policy.logicalId}: ${what} is only known after a deployment`);
  if (statement === undefined) {
    // It may be a forbid, so leaving it out could let calls through.
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `the policy ${policy.logicalId} has no statement that can be read here`,
      fix: 'Give it a Cedar statement, or run the gateway in an AWS account',
      at: policy.logicalId,
    });
  }
  return [{ id: policy.ref, text: statement, active: isActive(policy, statement, report) }];
}

/** Only a permit may be left out when its mode is not known. */
function isActive(policy: ConcreteResource, statement: string, report: Report): boolean {
  const mode = policy.properties.EnforcementMode;
  if (mode === undefined || mode === 'ACTIVE' || mode === 'LOG_ONLY') return mode !== 'LOG_ONLY';
  const effect = parsePolicy(statement).json?.effect;
  if (effect === undefined) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `neither the mode nor the effect of the policy ${policy.logicalId} is known here`,
      fix: 'Give it a Cedar statement that parses, and the EnforcementMode ACTIVE or LOG_ONLY',
      at: policy.logicalId,
    });
  }
  const force = effect === 'forbid' ? 'forbids' : 'does not permit';
  report(`${policy.logicalId}: its EnforcementMode is not known here, so it ${force}`);
  return effect === 'forbid';
}

function readTools(assembly: ConcreteAssembly, gateway: ConcreteResource, report: Report): Map<string, ToolModel> {
  const tools = new Map<string, ToolModel>();
  const identifiers = [gateway.ref, gateway.attribute('GatewayArn')];
  for (const target of assembly.ofType('AWS::BedrockAgentCore::GatewayTarget')) {
    if (!identifiers.includes(target.properties.GatewayIdentifier as string)) continue;
    for (const tool of toolsOfTarget(assembly, target, report)) tools.set(tool.qualifiedName, tool);
  }
  return tools;
}

function toolsOfTarget(assembly: ConcreteAssembly, target: ConcreteResource, report: Report): ToolModel[] {
  const name = String(target.properties.Name ?? target.logicalId);
  const lambda = own(own(target.properties.TargetConfiguration, 'Mcp'), 'Lambda');
  if (!isObject(lambda)) {
    return readRemoteTools(assembly, target, report).map((tool) => ({
      ...tool,
      qualifiedName: qualifiedToolName(name, tool.name),
      target: name,
      targetId: target.ref,
    }));
  }
  const payload = own(own(lambda, 'ToolSchema'), 'InlinePayload');
  if (!Array.isArray(payload)) {
    report(`${target.logicalId}: only inline schemas of Lambda targets are read, the target is not run`);
    return [];
  }
  const propagation = readPropagation(target.properties.MetadataConfiguration);
  return payload.flatMap((entry: unknown) => {
    const toolName = String(own(entry, 'Name'));
    const inputSchema = fromServiceSchema(own(entry, 'InputSchema'));
    if (inputSchema === undefined) {
      report(`${target.logicalId}: the input schema of ${toolName} cannot be read, the tool is not offered`);
      return [];
    }
    return {
      qualifiedName: qualifiedToolName(name, toolName),
      target: name,
      targetId: target.ref,
      name: toolName,
      description: text(own(entry, 'Description')) ?? '',
      inputSchema,
      backend: { kind: 'function', lambdaArn: String(lambda.LambdaArn), propagation },
    };
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A list that is there but cannot be read is an empty one: it admits nothing. */
function texts(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(String) : [];
}
