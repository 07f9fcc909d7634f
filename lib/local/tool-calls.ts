import { randomUUID } from 'node:crypto';
import { CLIENT_CONTEXT, CLIENT_CONTEXT_VERSION } from '../protocol/lambda-event';
import type { Authorization, CallerIdentity, PolicyAuthorization } from './authorization';
import type { Decide } from './decision';
import type { RunnableFunction } from './functions';
import type { GatewayModel, ToolModel } from './gateway-model';
import type { LambdaHost } from './lambda-host';
import type { OutboundIdentity } from './outbound-identity';

/** The result of `tools/call`. */
export interface ToolResult {
  [name: string]: unknown;
  content: { type: 'text'; text: string }[];
  isError: boolean;
}

export type Judgement =
  | { readonly kind: 'permitted'; readonly run: (messageId: unknown) => Promise<ToolResult> }
  | { readonly kind: 'unknown-tool'; readonly message: string }
  | { readonly kind: 'denied'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

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
    private readonly decide: Decide,
  ) {}

  /** The tools that this caller could call with some arguments. `undefined` when the policy engine cannot be asked. */
  public list(caller: CallerIdentity): readonly ToolModel[] | undefined {
    return this.authorization.visible(caller, [...this.gateway.tools.values()]);
  }

  public judge(caller: CallerIdentity, name: unknown, args: unknown): Judgement {
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
        return { kind: 'permitted', run: (messageId) => this.run(caller, tool, args, messageId) };
    }
  }

  private async run(caller: CallerIdentity, tool: ToolModel, args: unknown, messageId: unknown): Promise<ToolResult> {
    const { lambdaArn } = tool;
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
      this.clientContext(tool, messageId),
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

  private clientContext(tool: ToolModel, messageId: unknown): string {
    return JSON.stringify({
      custom: {
        [CLIENT_CONTEXT.messageVersion]: CLIENT_CONTEXT_VERSION,
        [CLIENT_CONTEXT.awsRequestId]: randomUUID(),
        [CLIENT_CONTEXT.mcpMessageId]: String(messageId),
        [CLIENT_CONTEXT.gatewayId]: this.gateway.id,
        [CLIENT_CONTEXT.targetId]: tool.targetId,
        [CLIENT_CONTEXT.toolName]: tool.qualifiedName,
      },
    });
  }
}

function errorResult(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
