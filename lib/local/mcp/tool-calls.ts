import { randomUUID } from 'node:crypto';
import { CLIENT_CONTEXT, CLIENT_CONTEXT_VERSION } from '../../protocol/lambda-event';
import { SEARCH_TOOL_NAME } from '../../protocol/tool-name';
import type { Authorization, PolicyAuthorization } from '../authorization/authorization';
import type { CallerIdentity } from '../common/caller';
import type { Decide } from '../common/decision';
import type { ToolResult } from '../common/tool-result';
import type { LambdaHost } from '../lambda/lambda-host';
import type { RunnableFunction } from '../model/functions';
import type { GatewayModel, LambdaBackend, ToolModel } from '../model/gateway-model';
import type { PropagationModel } from '../model/propagation-model';
import type { OutboundIdentity } from '../outbound/outbound-identity';
import { type ClientRequest, propagatedHeaders, propagatedQuery } from '../outbound/propagation';
import type { RemoteCalls, RemoteTool } from '../outbound/remote-calls';
import { searchTools } from './search-tool';

export type Judgement =
  | { readonly kind: 'permitted'; readonly run: Run }
  | { readonly kind: 'unknown-tool'; readonly message: string }
  | { readonly kind: 'denied'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Runs a permitted call. Headers that the target returns to the client are handed to `onHeaders`. */
export type Run = (messageId: unknown, onHeaders: (headers: ReturnedHeaders) => void) => Promise<ToolResult>;

export type ReturnedHeaders = { readonly [name: string]: string };

const INTERNAL_ERROR = 'An internal error occurred. Please retry later.';
export const POLICY_FAILED = 'InternalServerException - Policy evaluation failed';

/**
 * What the gateway does with a tool call once the caller is known, in the service's order: unknown tool, policy, argument
 * validation, the gateway's identity, the function.
 */
export class ToolCalls {
  public constructor(
    private readonly gateway: GatewayModel,
    private readonly authorization: PolicyAuthorization,
    private readonly outbound: OutboundIdentity,
    private readonly functions: ReadonlyMap<string, RunnableFunction>,
    private readonly host: LambdaHost,
    private readonly remote: RemoteCalls,
    private readonly decide: Decide,
  ) {}

  /** The tools that this caller could call with some arguments. `undefined` when the policy engine cannot be asked. */
  public list(caller: CallerIdentity): readonly ToolModel[] | undefined {
    return this.authorization.visible(caller, [...this.gateway.tools.values()]);
  }

  /** Descriptions of the tools whose targets are listed live, as they are now. */
  public async describe(caller: CallerIdentity, tools: readonly ToolModel[]): Promise<readonly ToolModel[]> {
    const targets = new Map(
      tools.flatMap(({ backend }) =>
        backend.kind === 'remote' && backend.target.dynamic ? [[backend.target.name, backend.target] as const] : [],
      ),
    );
    const live = new Map(
      await Promise.all(
        [...targets].map(async ([name, target]) => [name, await this.remote.describe(target, caller)] as const),
      ),
    );
    return tools.flatMap((tool) => {
      if (!targets.has(tool.target)) return [tool];
      const description = live.get(tool.target)?.get(tool.name);
      return description === undefined ? [] : [{ ...tool, description }];
    });
  }

  public judge(caller: CallerIdentity, name: unknown, args: unknown, client: ClientRequest): Judgement {
    if (this.gateway.searchable && name === SEARCH_TOOL_NAME) return this.search(caller, args);
    const tool = typeof name === 'string' ? this.gateway.tools.get(name) : undefined;
    if (tool === undefined) return { kind: 'unknown-tool', message: `Unknown tool: ${String(name)}` };
    const verdict: Authorization = this.authorization.authorize(caller, tool, args);
    switch (verdict.kind) {
      case 'failed':
        return { kind: 'failed', message: POLICY_FAILED };
      case 'deny': {
        const text = 'Tool Execution Denied: Tool call not allowed due to policy enforcement';
        return { kind: 'denied', message: `${text} [${verdict.reason}]` };
      }
      case 'invalid':
        return { kind: 'permitted', run: async () => errorResult(verdict.message) };
      case 'allow':
        return { kind: 'permitted', run: this.runOf(caller, tool, args, client) };
    }
  }

  private search({ name: caller }: CallerIdentity, args: unknown): Judgement {
    const reason = 'policies are not asked about the search tool, nor about what it finds';
    this.decide({ layer: 3, decision: 'allow', caller, tool: SEARCH_TOOL_NAME, action: SEARCH_TOOL_NAME, reason });
    return { kind: 'permitted', run: async () => searchTools([...this.gateway.tools.values()], args) };
  }

  private runOf(caller: CallerIdentity, tool: ToolModel, args: unknown, client: ClientRequest): Run {
    const { backend } = tool;
    return backend.kind === 'remote'
      ? (_messageId, onHeaders) => this.runRemote(caller, { ...tool, backend }, args, client, onHeaders)
      : (messageId) => this.runFunction(caller, tool, backend, args, client, messageId);
  }

  private async runRemote(
    caller: CallerIdentity,
    tool: RemoteTool,
    args: unknown,
    client: ClientRequest,
    onHeaders: (headers: ReturnedHeaders) => void,
  ): Promise<ToolResult> {
    const outcome = await this.remote.run(caller, tool, (args ?? {}) as { [name: string]: unknown }, client);
    if (outcome.ok === 'invalid') return errorResult(outcome.message);
    if (!outcome.ok) return this.failure(outcome.detail);
    onHeaders(outcome.headers);
    return outcome.result;
  }

  private async runFunction(
    caller: CallerIdentity,
    tool: ToolModel,
    { lambdaArn, propagation }: LambdaBackend,
    args: unknown,
    client: ClientRequest,
    messageId: unknown,
  ): Promise<ToolResult> {
    const log = {
      layer: 2,
      caller: caller.name,
      tool: tool.qualifiedName,
      action: 'lambda:InvokeFunction',
      resource: lambdaArn,
      identity: this.outbound.roleArn,
    } as const;
    const missing = this.outbound.missing('lambda:InvokeFunction', [lambdaArn]);
    if (missing !== undefined) {
      this.decide({ ...log, decision: 'deny', reason: missing.reason });
      return this.failure(
        `Access denied while invoking Lambda function ${lambdaArn}. Check the permissions on the Lambda function and Gateway execution role, and retry the request.`,
      );
    }
    this.decide({ ...log, decision: 'allow', reason: "the gateway's own role, not the caller's token" });
    const runnable = this.functions.get(lambdaArn);
    if (runnable === undefined) return this.failure(`The function ${lambdaArn} cannot be run here.`);
    const outcome = await this.host.invoke(
      runnable.fn.arn,
      JSON.stringify(args ?? {}),
      this.clientContext(tool, messageId, propagation, client),
    );
    return outcome.ok
      ? { content: [{ type: 'text', text: outcome.payload }], isError: false }
      : this.failure(`${outcome.errorType}: ${outcome.errorMessage}`);
  }

  /** Details only reach the caller of a gateway with `ExceptionLevel: DEBUG`. */
  private failure(detail: string): ToolResult {
    if (!this.gateway.debug) return errorResult(INTERNAL_ERROR);
    return { ...errorResult(detail), _meta: { debug: { type: 'text', text: detail } } };
  }

  private clientContext(
    tool: ToolModel,
    messageId: unknown,
    propagation: PropagationModel,
    { headers, query }: ClientRequest,
  ): string {
    const passed = propagatedHeaders(propagation, headers);
    const parameters = propagatedQuery(propagation, query);
    return JSON.stringify({
      custom: {
        [CLIENT_CONTEXT.messageVersion]: CLIENT_CONTEXT_VERSION,
        [CLIENT_CONTEXT.awsRequestId]: randomUUID(),
        [CLIENT_CONTEXT.mcpMessageId]: String(messageId),
        [CLIENT_CONTEXT.gatewayId]: this.gateway.id,
        [CLIENT_CONTEXT.targetId]: tool.targetId,
        [CLIENT_CONTEXT.toolName]: tool.qualifiedName,
        ...(Object.keys(passed).length === 0 ? {} : { [CLIENT_CONTEXT.propagatedHeaders]: passed }),
        ...(Object.keys(parameters).length === 0 ? {} : { [CLIENT_CONTEXT.propagatedQueryParameters]: parameters }),
      },
    });
  }
}

function errorResult(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
