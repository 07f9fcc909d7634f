import { qualifiedToolName, splitToolName } from '../../protocol/tool-name';
import { nearest } from '../suggest';
import type { CedarPolicyText } from './engine';
import { mayConcern } from './policy-file';
import { type CedarDecision, PolicySet, type Residual } from './policy-set';
import { type CedarPrincipal, toolCallRequest } from './request';
import { type CedarTool, schemaFromTools } from './schema-from-tools';

/** A policy that decides calls, and of which nobody here knows how. */
export interface UnreadPolicy {
  /** Absent for what may hold policies. */
  readonly id?: string;
  /** `policy guarded` */
  readonly name: string;
  readonly why: string;
  /** Actions and groups of actions that it names; none means that it may be about all. */
  readonly actions: readonly string[];
}

export interface AuthorizationInput {
  readonly gatewayArn: string;
  readonly tools: readonly CedarTool[];
  /** Active policies only. */
  readonly policies: readonly CedarPolicyText[];
  /** @default - every policy is read */
  readonly unread?: readonly UnreadPolicy[];
}

export interface AskedCall {
  readonly principal: CedarPrincipal;
  /** `<target>___<tool>`, or the tool's own name where only one target has it. */
  readonly tool: string;
  readonly arguments: unknown;
  readonly now: Date;
}

export interface CallAnswer extends CedarDecision {
  readonly tool: string;
  /** Whether `tools/list` shows the tool to this caller. */
  readonly listed: boolean;
}

/** The authorization layer of one gateway, to ask questions offline: the same engine, schema and rules as a call. */
export class AuthorizationModel {
  private readonly set: PolicySet;
  private readonly tools: ReadonlyMap<string, CedarTool>;

  public constructor(public readonly input: AuthorizationInput) {
    this.set = new PolicySet(input.policies, schemaFromTools(input.tools));
    this.tools = new Map(input.tools.map((tool) => [qualifiedToolName(tool.target, tool.name), tool]));
  }

  /** The same tools with other policies. */
  public withPolicies(policies: readonly CedarPolicyText[]): AuthorizationModel {
    return new AuthorizationModel({ ...this.input, policies });
  }

  /** The qualified name, or why it is not clear which tool is meant. */
  public findTool(name: string): { readonly tool?: string; readonly problem?: string } {
    if (this.tools.has(name)) return { tool: name };
    const matches = [...this.tools.keys()].filter((each) => splitToolName(each)?.tool === name);
    if (matches.length === 1) return { tool: matches[0]! };
    if (matches.length > 1) return { problem: `tool '${name}' is in several targets: ${matches.join(', ')}` };
    const names = [...this.tools].flatMap(([qualified, tool]) => [qualified, tool.name]);
    const meant = nearest(name, names);
    return { problem: `there is no tool '${name}'${meant === undefined ? '' : `, did you mean '${meant}'?`}` };
  }

  /** Policies about a tool that are not read. Where there is one, no answer about the tool is certain. */
  public unreadOf(tool: string): readonly UnreadPolicy[] {
    const { target, name } = this.tools.get(tool)!;
    return (this.input.unread ?? []).filter((policy) => mayConcern(policy, { target, name }));
  }

  /** What is left of each policy about a tool for this caller, or for whoever calls. */
  public residuals(tool: string, principal?: CedarPrincipal): readonly Residual[] {
    return this.set.residuals({ action: tool, gatewayArn: this.input.gatewayArn, principal });
  }

  /** A call with arguments that do not fit the schema is denied, as it is by the gateway. */
  public ask(call: AskedCall): CallAnswer {
    const { principal, now } = call;
    const { tool, ...decision } = this.decide(call);
    const listed = this.set.couldAllow({ principal, action: tool, gatewayArn: this.input.gatewayArn, now });
    return { tool, listed, ...decision };
  }

  /** What {@link ask} says of the call itself. */
  public decide(call: AskedCall): CedarDecision & { readonly tool: string } {
    const { tool, problem } = this.findTool(call.tool);
    if (tool === undefined) throw new Error(problem);
    const { principal, now } = call;
    const { gatewayArn } = this.input;
    const { inputSchema } = this.tools.get(tool)!;
    const made = toolCallRequest({
      principal,
      gatewayArn,
      qualifiedName: tool,
      inputSchema,
      arguments: call.arguments,
      now,
    });
    const decision: CedarDecision = made.ok
      ? this.set.decide(made.request)
      : { decision: 'deny', policies: [], errors: [], requestError: made.reason };
    return { tool, ...decision };
  }
}
