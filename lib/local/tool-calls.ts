import { randomUUID } from 'node:crypto';
import { type CedarDecision, PolicySet } from '../core/cedar/policy-set';
import { type CedarPrincipal, toolCallRequest } from '../core/cedar/request';
import { schemaFromTools } from '../core/cedar/schema-from-tools';
import { CLIENT_CONTEXT, CLIENT_CONTEXT_VERSION } from '../protocol/lambda-event';
import type { Decide } from './decision';
import type { RunnableFunction } from './functions';
import type { GatewayModel, ToolModel } from './gateway-model';
import type { LambdaHost } from './lambda-host';
import type { OutboundIdentity } from './outbound-identity';
import { validateArguments } from './validate-arguments';

/** Who calls: a verified token, or nobody in particular. */
export interface CallerIdentity {
  readonly principal: CedarPrincipal;
  /** For the decision log. */
  readonly name: string;
}

export interface ToolResult {
  readonly isError: boolean;
  readonly text: string;
}

export type Judgement =
  | { readonly kind: 'permitted'; readonly run: (messageId: unknown) => Promise<ToolResult> }
  | { readonly kind: 'unknown-tool'; readonly message: string }
  | { readonly kind: 'denied'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

const INTERNAL_ERROR = 'An internal error occurred. Please retry later.';
const POLICY_FAILED = 'InternalServerException - Policy evaluation failed';

/**
 * What the gateway does with a tool call once the caller is known, in the service's order: unknown tool, policy, argument
 * validation, the gateway's identity, the function.
 */
export class ToolCalls {
  private readonly policies: PolicySet | undefined;

  public constructor(
    private readonly gateway: GatewayModel,
    private readonly outbound: OutboundIdentity,
    private readonly functions: ReadonlyMap<string, RunnableFunction>,
    private readonly host: LambdaHost,
    private readonly decide: Decide,
  ) {
    const engine = gateway.policyEngine;
    const active = engine?.policies.filter((policy) => policy.active);
    this.policies = active && new PolicySet(active, schemaFromTools([...gateway.tools.values()]));
  }

  /** The tools that this caller could call with some arguments. */
  public list(caller: CallerIdentity): ToolModel[] {
    const tools = [...this.gateway.tools.values()];
    if (this.policies === undefined || !this.enforces) return tools;
    if (this.cannotAsk('bedrock-agentcore:PartiallyAuthorizeActions')) return [];
    const { policies, gateway } = this;
    return tools.filter((tool) =>
      policies.couldAllow({
        principal: caller.principal,
        action: tool.qualifiedName,
        gatewayArn: gateway.arn,
        now: new Date(),
      }),
    );
  }

  public judge(caller: CallerIdentity, name: unknown, args: unknown): Judgement {
    const tool = typeof name === 'string' ? this.gateway.tools.get(name) : undefined;
    if (tool === undefined) return { kind: 'unknown-tool', message: `Unknown tool: ${String(name)}` };
    if (this.policies !== undefined) {
      const refusal = this.authorize(this.policies, caller, tool, args);
      if (refusal !== undefined) return refusal;
    }
    return { kind: 'permitted', run: (messageId) => this.run(caller, tool, args, messageId) };
  }

  private get enforces(): boolean {
    return this.gateway.policyEngine?.mode === 'ENFORCE';
  }

  private authorize(
    policies: PolicySet,
    caller: CallerIdentity,
    tool: ToolModel,
    args: unknown,
  ): Judgement | undefined {
    const log = { layer: 3, caller: caller.name, tool: tool.qualifiedName, action: tool.qualifiedName } as const;
    if (this.cannotAsk('bedrock-agentcore:AuthorizeAction'))
      return this.enforces ? { kind: 'failed', message: POLICY_FAILED } : undefined;

    const { principal } = caller;
    const question = toolCallRequest({
      principal,
      gatewayArn: this.gateway.arn,
      qualifiedName: tool.qualifiedName,
      inputSchema: tool.inputSchema,
      arguments: args,
      now: new Date(),
    });
    const answer = question.ok ? policies.decide(question.request) : undefined;
    if (answer?.decision === 'allow') {
      this.decide({ ...log, decision: 'allow', reason: `permitted by ${answer.policies.join(', ')}` });
      return undefined;
    }
    const why = question.ok ? whyDenied(answer!) : `the arguments cannot be judged: ${question.reason}`;
    this.decide({ ...log, decision: 'deny', reason: this.enforces ? why : `${why}; LOG_ONLY, so the call goes on` });
    if (!this.enforces) return undefined;
    return {
      kind: 'denied',
      message: `Tool Execution Denied: Tool call not allowed due to policy enforcement [${why}]`,
    };
  }

  /** The policy engine is asked in the name of the gateway's role. */
  private cannotAsk(action: string): boolean {
    const { policyEngine, arn } = this.gateway;
    const missing = this.outbound.missing(action, [policyEngine!.arn, arn]);
    if (missing === undefined) return false;
    this.decide({ layer: 2, decision: 'deny', action, identity: this.outbound.roleArn, reason: missing.reason });
    return true;
  }

  private async run(caller: CallerIdentity, tool: ToolModel, args: unknown, messageId: unknown): Promise<ToolResult> {
    const fault = validateArguments(args, tool.inputSchema);
    if (fault !== undefined) return { isError: true, text: fault };

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
      ? { isError: false, text: outcome.payload }
      : this.failure(`${outcome.errorType}: ${outcome.errorMessage}`);
  }

  /** Details only reach the caller of a gateway with `ExceptionLevel: DEBUG`. */
  private failure(detail: string): ToolResult {
    return { isError: true, text: this.gateway.debug ? detail : INTERNAL_ERROR };
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

function whyDenied(answer: CedarDecision): string {
  if (answer.requestError !== undefined) return `the request does not fit the schema: ${answer.requestError}`;
  if (answer.policies.length > 0) return `Policy evaluation denied due to ${answer.policies.join(', ')}`;
  return 'No policy applies to the request (denied by default).';
}
