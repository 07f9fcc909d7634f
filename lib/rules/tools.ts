import { isObject, own } from '../assembly/cloudformation';
import { isUnknown, type Unknown } from '../assembly/resolve';
import { asList, type ModelResource, property, within } from '../assembly/template-model';
import { readOpenApi } from '../core/openapi/read-openapi';
import { parseToolSchema } from '../core/schema/parse-tool-schema';
import { fromServiceSchema } from '../core/schema/service-schema';
import type { ToolInputSchema } from '../core/schema/tool-schema';
import { operationNames, readSmithy } from '../core/smithy/read-smithy';
import { METADATA_KEY, type ToolRiskLevel } from '../protocol/template-metadata';
import { qualifiedToolName } from '../protocol/tool-name';
import { targetKind } from './gateways';
import { perModel } from './per-model';
import { TARGET } from './types';

/** One tool as a target shows it to clients. */
export interface ToolView {
  readonly target: ModelResource;
  readonly targetName: string;
  readonly name: string;
  readonly qualifiedName: string;
  readonly description?: unknown;
  readonly inputSchema?: ToolInputSchema;
  /** Where it stands in the target. */
  readonly path: string;
  readonly risk: ToolRiskLevel;
  /** Whether the risk was declared, or read from the name. */
  readonly declaredRisk: boolean;
  /** The JSON Schema as the author wrote it, where a construct kept it. */
  readonly authoredSchema?: unknown;
  /** HTTP method of an OpenAPI or API Gateway operation. */
  readonly method?: string;
  /** All that is published of the tool. */
  readonly definition: unknown;
}

export interface TargetTools {
  readonly tools: readonly ToolView[];
  /** Why the list may be incomplete. */
  readonly open?: { readonly path: string; readonly why: Unknown | string };
}

const cache = new WeakMap<ModelResource, TargetTools>();

/** The tools of a target, as far as they stand in the template. */
export function toolsOf(target: ModelResource): TargetTools {
  let tools = cache.get(target);
  if (tools === undefined) {
    tools = readTools(target);
    cache.set(target, tools);
  }
  return tools;
}

export const allTools = perModel((model): readonly ToolView[] =>
  model.ofType(TARGET).flatMap((target) => toolsOf(target).tools),
);

function readTools(target: ModelResource): TargetTools {
  const base = 'TargetConfiguration.Mcp';
  const mcp = property(target, 'TargetConfiguration', 'Mcp');
  switch (targetKind(target)) {
    case 'Lambda':
      return listed(
        target,
        within(mcp, 'Lambda', 'ToolSchema', 'InlinePayload'),
        `${base}.Lambda.ToolSchema.InlinePayload`,
      );
    case 'McpServer':
      return pinned(
        target,
        ...documentOf(target, within(mcp, 'McpServer', 'McpToolSchema'), `${base}.McpServer.McpToolSchema`),
      );
    case 'OpenApiSchema':
      return operations(target, ...documentOf(target, within(mcp, 'OpenApiSchema'), `${base}.OpenApiSchema`));
    case 'ApiGateway':
      return overrides(
        target,
        within(mcp, 'ApiGateway', 'ApiGatewayToolConfiguration', 'ToolOverrides'),
        `${base}.ApiGateway.ApiGatewayToolConfiguration.ToolOverrides`,
      );
    case 'SmithyModel':
      return smithy(target, ...documentOf(target, within(mcp, 'SmithyModel'), `${base}.SmithyModel`));
    default:
      return {
        tools: [],
        open: { path: 'TargetConfiguration', why: 'the tools of this kind of target are not in the template' },
      };
  }
}

/** A document in the template, or in the asset of the assembly that the template points at; with its path. */
export function documentOf(target: ModelResource, holder: unknown, path: string): [unknown, string] {
  const text = assetText(target, holder);
  return text === undefined ? [within(holder, 'InlinePayload'), `${path}.InlinePayload`] : [text, `${path}.S3`];
}

export function assetText(target: ModelResource, holder: unknown): string | undefined {
  const uri = within(holder, 'S3', 'Uri');
  return typeof uri === 'string' ? target.stack.assets.get(uri.replace(/^s3:\/\/[^/]*\//, ''))?.text : undefined;
}

function listed(target: ModelResource, list: unknown, path: string): TargetTools {
  if (isUnknown(list)) return { tools: [], open: { path, why: list } };
  if (list === undefined) return { tools: [], open: { path, why: 'the tool schema is not in the template' } };
  const tools: ToolView[] = [];
  let open: TargetTools['open'];
  for (const [index, item] of asList(list).entries()) {
    const name = within(item, 'Name');
    if (typeof name !== 'string') {
      open = { path: `${path}.${index}`, why: isUnknown(name) ? name : 'the tool has no name' };
      continue;
    }
    const schema = within(item, 'InputSchema');
    tools.push(
      view(target, {
        name,
        path: `${path}.${index}`,
        description: within(item, 'Description'),
        inputSchema: fromServiceSchema(plain(schema)),
        definition: item,
      }),
    );
  }
  return { tools, open };
}

function pinned(target: ModelResource, payload: unknown, path: string): TargetTools {
  const parsed = parsedJson(payload);
  const list = Array.isArray(parsed) ? parsed : own(parsed, 'tools');
  if (!Array.isArray(list)) {
    return {
      tools: [],
      open: { path, why: isUnknown(payload) ? payload : 'the tools of the server are not pinned in the template' },
    };
  }
  const tools = list.flatMap((item, index) => {
    const name = own(item, 'name');
    if (typeof name !== 'string') return [];
    const { schema } = parseToolSchema(own(item, 'inputSchema'), name);
    const description = own(item, 'description');
    return [view(target, { name, path: `${path}.${index}`, description, inputSchema: schema, definition: item })];
  });
  return { tools };
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

function operations(target: ModelResource, payload: unknown, path: string): TargetTools {
  const document = parsedJson(payload);
  const paths = own(document, 'paths');
  if (!isObject(paths)) {
    return {
      tools: [],
      open: { path, why: isUnknown(payload) ? payload : 'the OpenAPI document is not JSON in the template' },
    };
  }
  const tools: ToolView[] = [];
  const reading = readOpenApi(document, { pathPatterns: {}, privateEndpoint: true, at: path });
  const read = new Map(reading.operations.map((operation) => [operation.id, operation]));
  for (const [route, item] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = own(item, method);
      if (!isObject(operation)) continue;
      const name = own(operation, 'operationId');
      if (typeof name !== 'string') continue;
      const description = own(operation, 'description') ?? own(operation, 'summary');
      const found = read.get(name);
      // With problems its input is not what the service makes of it.
      const inputSchema = found?.problems.length === 0 ? found.inputSchema : undefined;
      const at = `${path}.paths.${route}.${method}`;
      tools.push(
        view(target, { name, path: at, description, inputSchema, method: method.toUpperCase(), definition: operation }),
      );
    }
  }
  return { tools };
}

/** Where a Smithy operation has its description. */
export const SMITHY_DOCUMENTATION = 'traits.smithy.api#documentation';

function smithy(target: ModelResource, payload: unknown, path: string): TargetTools {
  const model = parsedJson(payload);
  const names = operationNames(model);
  if (names.length === 0) {
    return {
      tools: [],
      open: { path, why: isUnknown(payload) ? payload : 'the Smithy model is not JSON in the template' },
    };
  }
  const { operations: all, problems } = readSmithy(model, names, path);
  const ids = Object.keys(own(model, 'shapes') ?? {});
  const tools = all.map(({ name, description, inputSchema }) =>
    view(target, {
      name,
      path: `${path}.shapes.${ids.find((id) => id.endsWith(`#${name}`))}`,
      description,
      inputSchema: problems.length === 0 ? inputSchema : undefined,
      definition: { [SMITHY_DOCUMENTATION]: description, inputSchema },
    }),
  );
  return { tools };
}

/** The API's own export has the arguments; a construct that knows them keeps them in the metadata. */
function overrides(target: ModelResource, list: unknown, path: string): TargetTools {
  if (isUnknown(list)) return { tools: [], open: { path, why: list } };
  const tools = asList(list).flatMap((item, index) => {
    const name = within(item, 'Name');
    const method = within(item, 'Method');
    if (typeof name !== 'string') return [];
    return [
      view(target, {
        name,
        path: `${path}.${index}`,
        description: within(item, 'Description'),
        inputSchema: declaredSchema(target, name),
        method: typeof method === 'string' ? method : undefined,
        definition: item,
      }),
    ];
  });
  return { tools };
}

type ToolText = Pick<ToolView, 'name' | 'path' | 'description' | 'inputSchema' | 'method' | 'definition'>;

function view(target: ModelResource, text: ToolText): ToolView {
  const { name, description, method } = text;
  const targetName = targetNameOf(target);
  const declared = within(target.metadata, METADATA_KEY, 'tools', name);
  const risk = within(declared, 'risk');
  const known = risk === 'READ' || risk === 'WRITE' || risk === 'DESTRUCTIVE';
  return {
    ...text,
    target,
    targetName,
    qualifiedName: qualifiedToolName(targetName, name),
    risk: known ? risk : guessedRisk(name, description, method),
    declaredRisk: known,
    authoredSchema: within(declared, 'inputSchema'),
  };
}

function declaredSchema(target: ModelResource, name: string): ToolInputSchema | undefined {
  const declared = within(target.metadata, METADATA_KEY, 'tools', name, 'inputSchema');
  return declared === undefined ? undefined : parseToolSchema(plain(declared), name).schema;
}

export function targetNameOf(target: ModelResource): string {
  const name = property(target, 'Name');
  return typeof name === 'string' ? name : target.logicalId;
}

const DESTRUCTIVE =
  /^(delete|remove|drop|purge|destroy|terminate|refund|pay|transfer|withdraw|send|publish|grant|revoke|reset|disable|approve|execute|run)s?$/;
const WRITING = /^(write|update|create|put|set|add|insert|modify|edit|save|upload|rename|move|cancel|close|submit)s?$/;

/** From the words of the name, the first word of the description, and the HTTP method. */
function guessedRisk(name: string, description: unknown, method: string | undefined): ToolRiskLevel {
  const first = typeof description === 'string' ? (/^\s*([A-Za-z]+)/.exec(description)?.[1] ?? '') : '';
  const words = [...name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/), first].map((word) =>
    word.toLowerCase(),
  );
  if (words.some((word) => DESTRUCTIVE.test(word)) || method === 'DELETE') return 'DESTRUCTIVE';
  const writes = method !== undefined && ['PUT', 'PATCH', 'POST'].includes(method);
  return writes || words.some((word) => WRITING.test(word)) ? 'WRITE' : 'READ';
}

export function parsedJson(payload: unknown): unknown {
  if (isObject(payload) && !isUnknown(payload)) return payload;
  if (typeof payload !== 'string') return undefined;
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

/** Resolved objects have no prototype; some readers ask for one. */
export function plain(value: unknown): unknown {
  if (isUnknown(value)) return undefined;
  if (Array.isArray(value)) return value.map(plain);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value;
}
