import { Stack } from 'aws-cdk-lib';
import type { IRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import type { ToolInputSchema } from '../core/schema/tool-schema';
import type { Outbound } from '../outbound/outbound';
import { bindPropagation, type Propagation } from './propagation';
import type { TargetBinding, TargetContext, TargetTool } from './target-binding';
import { ToolRisk } from './tool-risk';
import type { ToolSchema } from './tool-schema';

/** One operation of an API that becomes a tool. */
export interface ApiGatewayOperation {
  /** Name of the tool: letters, digits, `-` and `_`. */
  readonly name: string;
  /** What it does, for the model that chooses among tools. */
  readonly description: string;
  /** GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS. */
  readonly method: string;
  /** Path of the resource, `/orders/{id}`: no wildcard, no `{proxy+}`. */
  readonly path: string;
  /**
   * The arguments, for conditions of permits. The gateway takes the real ones from the API's own export.
   *
   * @default - the path parameters, as required texts
   */
  readonly input?: ToolSchema;
  /**
   * How much harm a call can do.
   *
   * @default - by method: GET and HEAD read, POST writes, PUT, PATCH and DELETE are destructive
   */
  readonly risk?: ToolRisk;
}

/** Options of {@link Target.apiGateway}. */
export interface ApiGatewayTargetOptions {
  /** The API, of this account and Region, with a public endpoint. */
  readonly api: IRestApi;
  /** Its stage. */
  readonly stageName: string;
  /** The operations that become tools. There is no way to expose all. */
  readonly operations: ApiGatewayOperation[];
  /** As whom the gateway calls the API: its role or an API key. */
  readonly outbound: Outbound;
  /**
   * Headers and query parameters that pass between client and API.
   *
   * @default - none
   */
  readonly propagation?: Propagation;
}

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function bindApiGateway(options: ApiGatewayTargetOptions, context: TargetContext): TargetBinding {
  const { api, stageName, operations } = options;
  const at = context.scope.node.path;
  const outbound = options.outbound._bind({ kind: 'API Gateway', at, callersHaveTokens: context.callersHaveTokens });
  const propagation = bindPropagation(options.propagation, outbound.headers, at);
  const resources = operations.map((operation) => executeArn(options, operation, context));
  const byRole = outbound.kind === 'gatewayRole';
  return {
    configuration: {
      mcp: {
        apiGateway: {
          restApiId: api.restApiId,
          stage: stageName,
          apiGatewayToolConfiguration: {
            toolFilters: operations.map(({ path, method }) => ({ filterPath: path, methods: [method] })),
            toolOverrides: operations.map(({ name, description, path, method }) => ({
              name,
              description,
              path,
              method,
            })),
          },
        },
      },
    },
    credential: outbound.configuration,
    propagation: propagation.configuration,
    access: [
      outbound.access,
      ...(byRole ? [{ statements: [{ sid: 'CallApis', actions: ['execute-api:Invoke'], resources }] }] : []),
    ],
    tools: operations.map(toolOf),
    weakenings: outbound.weakening === undefined ? [] : [outbound.weakening],
    problems: [
      ...outbound.problems,
      ...propagation.problems,
      ...operations.flatMap((operation) => operationProblems(operation, at)),
      ...operations.flatMap(({ input }) => input?._problems ?? []),
      ...(operations.length > 0
        ? []
        : [invalid('a target exposes at least one operation, got none', 'Name the operations that become tools', at)]),
    ],
  };
}

/** IAM has no placeholder for one part of a path: a path parameter is `*`, which is as narrow as a statement gets. */
function executeArn(
  { api, stageName }: ApiGatewayTargetOptions,
  operation: ApiGatewayOperation,
  context: TargetContext,
) {
  const { partition, region, account } = Stack.of(context.scope);
  const path = operation.path.replace(/\{[^}]*\}/g, '*');
  return `arn:${partition}:execute-api:${region}:${account}:${api.restApiId}/${stageName}/${operation.method}${path}`;
}

function toolOf({ name, description, method, path, input, risk }: ApiGatewayOperation): TargetTool {
  return {
    name,
    description,
    inputSchema: input?._schema ?? pathParameters(path),
    constraints: input?._constraints ?? [],
    dropped: input?._dropped ?? [],
    risk: risk ?? riskOf(method),
  };
}

function pathParameters(path: string): ToolInputSchema {
  const names = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    required: names,
  };
}

function riskOf(method: string): ToolRisk {
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return ToolRisk.READ;
  return method === 'POST' ? ToolRisk.WRITE : ToolRisk.DESTRUCTIVE;
}

function operationProblems({ name, description, method, path }: ApiGatewayOperation, at: string): Problem[] {
  const problems: Problem[] = [];
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    problems.push(invalid(`a tool name is letters, digits, - and _, got ${shown(name)}`, 'Correct the name', at));
  }
  if (description.trim() === '')
    problems.push(invalid(`tool ${shown(name)} has no description`, 'Say what it does', at));
  if (!METHODS.includes(method)) {
    problems.push(invalid(`a method is one of ${METHODS.join(', ')}, got ${shown(method)}`, 'Name one method', at));
  }
  if (!/^\/[A-Za-z0-9._~{}/-]*$/.test(path) || path.includes('+')) {
    problems.push(invalid(`a path names one resource, got ${shown(path)}`, 'Leave wildcards and {proxy+} out', at));
  }
  return problems;
}

function invalid(message: string, fix: string, at: string): Problem {
  return { code: 'OUTBOUND_RESOURCE', message, fix, at };
}
