import { parse } from 'yaml';
import { isObject, own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { readText } from '../../assembly/read-json-file';
import { readOpenApi } from '../../core/openapi/read-openapi';
import type { ParameterPlace } from '../../core/openapi/read-operation';
import type { InputConstraint } from '../../core/schema/input-constraint';
import { readMcpTools } from '../../core/schema/read-mcp-tools';
import type { ToolInputSchema } from '../../core/schema/tool-schema';
import { METADATA_KEY } from '../../protocol/template-metadata';
import { type CredentialModel, readCredential } from './credential-model';
import { type PropagationModel, readPropagation } from './propagation-model';

/** A target that is not a function: an API or an MCP server somewhere else. */
export interface RemoteTarget {
  readonly name: string;
  readonly kind: 'OpenAPI' | 'MCP server' | 'API Gateway';
  /** What is called, as the template says; where that leads is up to the routes. */
  readonly url: string;
  readonly credential: CredentialModel;
  readonly propagation: PropagationModel;
  /** The server is asked for its tools at every `tools/list`. */
  readonly dynamic: boolean;
}

/** One HTTP operation behind a tool. */
export interface RemoteOperation {
  /** Upper case. */
  readonly method: string;
  /** `/orders/{id}` */
  readonly path: string;
  readonly parameters: { readonly [name: string]: ParameterPlace };
  /** Name of the argument that is the body as a whole. */
  readonly bodyArgument?: string;
  /** What IAM calls it, for a stage that is called with the gateway's own role. */
  readonly executeArn?: string;
}

/** What is behind a tool of a remote target. */
export interface RemoteBackend {
  readonly kind: 'remote';
  readonly target: RemoteTarget;
  /** Absent for an MCP server. */
  readonly operation?: RemoteOperation;
  /** What the schema of the target says beyond what the policy engine carries. */
  readonly constraints: readonly InputConstraint[];
}

/** A tool of a remote target, before it has its qualified name. */
export interface RemoteToolReading {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ToolInputSchema;
  /** The input schema as clients see it. */
  readonly listedSchema: unknown;
  readonly backend: RemoteBackend;
}

/** The tools of a remote target. A target that cannot be run is reported and has none. */
export function readRemoteTools(
  assembly: ConcreteAssembly,
  resource: ConcreteResource,
  report: (text: string) => void,
): RemoteToolReading[] {
  const not = (why: string) => {
    report(`${resource.logicalId}: the target is not run, ${why}`);
    return [];
  };
  const mcp = own(resource.properties.TargetConfiguration, 'Mcp');
  const [kind] = isObject(mcp) ? Object.keys(mcp) : [];
  const configuration = own(mcp, kind ?? '');
  const read = kind !== undefined && Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
  if (read === undefined) return not(`targets of kind ${kind ?? 'unknown'} are not simulated`);
  const credential = readCredential(assembly, resource);
  if (credential.kind === 'unsupported') return not(`${credential.why} is not simulated`);
  if (kind !== 'ApiGateway' && credential.kind === 'role') return not('signed requests (SigV4) are not simulated');
  if (credential.kind === 'jwt-passthrough') {
    report(`${resource.logicalId}: JWT_PASSTHROUGH is done as written, but the service takes it for HTTP targets only`);
  }
  const base = {
    name: String(resource.properties.Name ?? resource.logicalId),
    credential,
    propagation: readPropagation(resource.properties.MetadataConfiguration),
    dynamic: false,
  };
  try {
    return read({ resource, configuration, base, report });
  } catch (error) {
    return not((error as Error).message);
  }
}

interface Source {
  readonly resource: ConcreteResource;
  readonly configuration: unknown;
  readonly base: Pick<RemoteTarget, 'name' | 'credential' | 'propagation' | 'dynamic'>;
  readonly report: (text: string) => void;
}

const READERS: { readonly [kind: string]: (source: Source) => RemoteToolReading[] } = {
  OpenApiSchema: readOpenApiTarget,
  McpServer: readMcpServerTarget,
  ApiGateway: readApiGatewayTarget,
};

function readOpenApiTarget({ resource, configuration, base, report }: Source): RemoteToolReading[] {
  const document = payloadOf(resource, configuration);
  const bodyArgument = own(own(resource.metadata, METADATA_KEY), 'bodyArgument');
  const options = {
    privateEndpoint: true,
    at: resource.logicalId,
    bodyArgument: typeof bodyArgument === 'string' ? bodyArgument : undefined,
  };
  const { operations, problems } = readOpenApi(document, options);
  for (const { message, at } of problems) report(`${at ?? resource.logicalId}: ${message}`);
  const [server] = (own(document, 'servers') ?? []) as readonly unknown[];
  const url = httpUrl(own(server, 'url'));
  const target = { ...base, kind: 'OpenAPI', url } as const;
  return operations.map(({ id, description, inputSchema, constraints, listedSchema, method, path, parameters }) => ({
    name: id,
    description,
    inputSchema,
    listedSchema,
    backend: {
      kind: 'remote',
      target,
      constraints,
      operation: { method: method.toUpperCase(), path, parameters, bodyArgument: options.bodyArgument },
    },
  }));
}

function readMcpServerTarget({ resource, configuration, base, report }: Source): RemoteToolReading[] {
  const dynamic = own(configuration, 'ListingMode') === 'DYNAMIC';
  const pinned = own(configuration, 'McpToolSchema');
  const target = { ...base, kind: 'MCP server', url: httpUrl(own(configuration, 'Endpoint')), dynamic } as const;
  if (pinned === undefined && !dynamic) {
    report(
      `${resource.logicalId}: the template pins no tools; what the server lists at a deployment is not known here`,
    );
  }
  const list = pinned === undefined ? expectedTools(resource) : payloadOf(resource, pinned);
  const { tools, problems } = readMcpTools(list, resource.logicalId);
  for (const { message, at } of problems) report(`${at ?? resource.logicalId}: ${message}`);
  return tools.map(({ name, description, inputSchema, constraints, published }) => ({
    name,
    description,
    inputSchema,
    listedSchema: published.inputSchema,
    backend: { kind: 'remote', target, constraints },
  }));
}

/** What the app expects of a server whose tools are listed live: policies are about these. */
function expectedTools(resource: ConcreteResource): unknown {
  const tools = own(own(resource.metadata, METADATA_KEY), 'tools');
  return Object.entries(isObject(tools) ? tools : {}).map(([name, tool]) => ({
    name,
    description: name,
    inputSchema: own(tool, 'inputSchema'),
  }));
}

function readApiGatewayTarget(source: Source): RemoteToolReading[] {
  const { resource, configuration, base, report } = source;
  const { partition, region, account } = resource.environment;
  const [api, stage] = [String(own(configuration, 'RestApiId')), String(own(configuration, 'Stage'))];
  const url = `https://${api}.execute-api.${region}.amazonaws.com/${stage}`;
  const overrides = overridesOf(source);
  const tools = own(own(resource.metadata, METADATA_KEY), 'tools');
  return overrides.flatMap(({ name, description, method, path }) => {
    const inputSchema = own(own(tools, name), 'inputSchema') as ToolInputSchema | undefined;
    if (!isObject(inputSchema)) {
      report(`${resource.logicalId}: the input schema of ${name} is known to the API alone, the tool is not offered`);
      return [];
    }
    const inPath = [...path.matchAll(/\{([^}]*)\}/g)].map(([, parameter]) => parameter!);
    const others = Object.keys(inputSchema.properties ?? {}).filter((argument) => !inPath.includes(argument));
    const inQuery = ['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method) ? others : [];
    return {
      name,
      description,
      inputSchema,
      listedSchema: inputSchema,
      backend: {
        kind: 'remote',
        target: { ...base, kind: 'API Gateway', url },
        constraints: [],
        operation: {
          method,
          path,
          parameters: Object.fromEntries([
            ...inPath.map((parameter) => [parameter, 'path']),
            ...inQuery.map((parameter) => [parameter, 'query']),
          ]) as { readonly [name: string]: ParameterPlace },
          executeArn: `arn:${partition}:execute-api:${region}:${account}:${api}/${stage}/${method}`,
        },
      },
    };
  });
}

/** The operations that the template names; what its filters select beyond them has a name only in the API's export. */
function overridesOf({ resource, configuration, report }: Source) {
  const tools = own(configuration, 'ApiGatewayToolConfiguration');
  const [overrides, filters] = [own(tools, 'ToolOverrides'), own(tools, 'ToolFilters')];
  const named = (Array.isArray(overrides) ? overrides : []).map((override: unknown) => ({
    name: String(own(override, 'Name')),
    description: String(own(override, 'Description') ?? own(override, 'Name')),
    method: String(own(override, 'Method')).toUpperCase(),
    path: String(own(override, 'Path')),
  }));
  for (const filter of Array.isArray(filters) ? filters : [filters]) {
    const [path, methods] = [String(own(filter, 'FilterPath')), own(filter, 'Methods')];
    for (const method of Array.isArray(methods) ? methods.map(String) : ['any method']) {
      if (named.some((each) => each.method === method && each.path === path)) continue;
      report(
        `${resource.logicalId}: ${method} of ${path} has no ToolOverride of its own, what it selects is not offered`,
      );
    }
  }
  return named;
}

/** `InlinePayload`, or the asset that `S3` names. */
function payloadOf(resource: ConcreteResource, holder: unknown): unknown {
  const inline = own(holder, 'InlinePayload');
  if (typeof inline === 'string') return parseText(inline);
  const uri = String(own(own(holder, 'S3'), 'Uri'));
  const asset = resource.stack.assets.get(uri.replace(/^s3:\/\/[^/]*\//, ''));
  if (asset === undefined) throw new Error('its schema is not in the assembly');
  return parseText(readText(asset.path));
}

function parseText(text: string): unknown {
  try {
    return /^\s*[{[]/.test(text) ? JSON.parse(text) : parse(text, { maxAliasCount: 100 });
  } catch {
    throw new Error('its schema cannot be parsed');
  }
}

function httpUrl(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error('its URL is not known here');
  return url.href.replace(/\/$/, '');
}
