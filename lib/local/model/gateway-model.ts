import { isObject, own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { SecureMcpError, shown } from '../../core/errors';
import { fromServiceSchema } from '../../core/schema/service-schema';
import type { ToolInputSchema } from '../../core/schema/tool-schema';
import type { InterceptionPoint } from '../../protocol/interceptor';
import { MCP_VERSIONS } from '../../protocol/mcp';
import { qualifiedToolName } from '../../protocol/tool-name';
import { type JwtAuthorizer, readAuthorizer, type SignatureAuthorizer } from './authorizer-model';
import { type PolicyEngineModel, readPolicyEngine } from './policy-engine-model';
import { type PropagationModel, readPropagation } from './propagation-model';
import { type RemoteBackend, readRemoteTools } from './remote-target';
import type { Report } from './report';
import { text, texts } from './values';

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
