import { validatePolicies } from '../../core/cedar/engine';
import { type CedarDecision, PolicySet } from '../../core/cedar/policy-set';
import { type CedarRequest, toolCallRequest } from '../../core/cedar/request';
import { schemaFromTools } from '../../core/cedar/schema-from-tools';
import type { IamDecision } from '../../core/iam/evaluate';
import type { CallerIdentity } from '../common/caller';
import type { Decide } from '../common/decision';
import type { GatewayModel, ToolModel } from '../model/gateway-model';
import type { Report } from '../model/report';
import type { OutboundIdentity } from '../outbound/outbound-identity';
import { validateArguments } from './validate-arguments';

export type Authorization =
  | { readonly kind: 'allow' }
  /** What the caller learns. */
  | { readonly kind: 'deny'; readonly reason: string }
  /** The gateway could not ask its policy engine. */
  | { readonly kind: 'failed' }
  /** The caller may call the tool, but not like this. */
  | { readonly kind: 'invalid'; readonly message: string };

/** A policy in LOG_ONLY: by itself, and with those that decide. */
interface TriedPolicy {
  readonly id: string;
  readonly alone: PolicySet;
  readonly together: PolicySet;
}

const NO_POLICY = 'No policy applies to the request (denied by default).';

/**
 * Layer 3: the Cedar policies of the template, as the policy engine evaluates them. In ENFORCE what is not permitted is
 * denied; in LOG_ONLY decisions are only logged. A policy in LOG_ONLY is evaluated by itself and changes nothing.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-enforcement-modes.html
 */
export class PolicyAuthorization {
  private readonly active?: PolicySet;
  private readonly logOnly: readonly TriedPolicy[] = [];
  private readonly enforced: boolean;
  private readonly missingByAction = new Map<string, IamDecision | undefined>();

  public constructor(
    private readonly gateway: GatewayModel,
    private readonly outbound: OutboundIdentity,
    private readonly decide: Decide,
    report: Report,
  ) {
    const engine = gateway.policyEngine;
    // A mode that is only known after a deployment must not let calls through here.
    this.enforced = engine !== undefined && engine.mode !== 'LOG_ONLY';
    if (engine === undefined) return;
    const schema = schemaFromTools([...gateway.tools.values()]);
    const problems = validatePolicies(engine.policies, schema);
    for (const { policyId, severity, message } of problems) report(`Cedar ${severity} in ${policyId}: ${message}`);
    // The service would not create a policy that does not validate, so it does not count here either.
    const refused = new Set(problems.filter(({ severity }) => severity === 'error').map(({ policyId }) => policyId));
    const usable = engine.policies.filter(({ id }) => !refused.has(id));
    const enforced = usable.filter(({ active }) => active);
    this.active = new PolicySet(enforced, schema);
    this.logOnly = usable
      .filter(({ active }) => !active)
      .map((policy) => ({
        id: policy.id,
        alone: new PolicySet([policy], schema),
        together: new PolicySet([...enforced, policy], schema),
      }));
  }

  /** Whether a tool appears in `tools/list`: some arguments could be permitted. `undefined` when it cannot be asked. */
  public visible(caller: CallerIdentity, tools: readonly ToolModel[]): readonly ToolModel[] | undefined {
    if (this.active === undefined || !this.enforced) return tools;
    if (this.cannotAsk('bedrock-agentcore:PartiallyAuthorizeActions', { caller: caller.name })) return undefined;
    const { active } = this;
    return tools.filter((tool) => this.couldAllow(active, caller, tool));
  }

  /** Policy first, then the arguments: who may not call a tool does not learn what it takes. */
  public authorize(caller: CallerIdentity, tool: ToolModel, args: unknown): Authorization {
    const fault = validateArguments(args, tool.inputSchema);
    const invalid: Authorization | undefined = fault === undefined ? undefined : { kind: 'invalid', message: fault };
    if (this.active === undefined) return invalid ?? { kind: 'allow' };
    const log = { caller: caller.name, tool: tool.qualifiedName };
    if (this.cannotAsk('bedrock-agentcore:AuthorizeAction', log)) {
      return this.enforced ? { kind: 'failed' } : (invalid ?? { kind: 'allow' });
    }
    const verdict = this.evaluate(this.active, caller, tool, args, invalid);
    return verdict.kind === 'deny' && this.enforced ? verdict : (invalid ?? { kind: 'allow' });
  }

  private evaluate(
    active: PolicySet,
    caller: CallerIdentity,
    tool: ToolModel,
    args: unknown,
    invalid: Authorization | undefined,
  ): Authorization {
    const { qualifiedName, inputSchema } = tool;
    const { arn } = this.gateway;
    const made = toolCallRequest({
      principal: caller.principal,
      gatewayArn: arn,
      qualifiedName,
      inputSchema,
      arguments: args,
      now: new Date(),
    });
    if (!made.ok) {
      // Who could be permitted with other arguments is told what is wrong with these; who could not learns nothing.
      if (invalid !== undefined && this.couldAllow(active, caller, tool)) {
        this.log(caller, tool, 'deny', `the arguments do not fit the schema of the tool: ${made.reason}`);
        return invalid;
      }
      return this.denied(caller, tool, NO_POLICY, made.reason);
    }
    const decision = active.decide(made.request);
    this.logTrials(caller, tool, made.request, decision);
    if (decision.decision === 'deny') return this.denied(caller, tool, ...whyDenied(decision));
    this.log(caller, tool, 'allow', `permitted by ${decision.policies.join(', ')}`);
    return { kind: 'allow' };
  }

  /** As the service reports them (`LogOnlyMatches`, `LogOnlyDecisionFlips`): each by itself, none decides. */
  private logTrials(caller: CallerIdentity, tool: ToolModel, request: CedarRequest, { decision }: CedarDecision): void {
    for (const { id, alone, together } of this.logOnly) {
      if (alone.decide(request).policies.length === 0) continue;
      const flips = together.decide(request).decision !== decision;
      const effect = flips ? `would turn the decision, which is ${decision}` : 'applies and would change nothing';
      this.log(caller, tool, decision, `policy ${id} ${effect}: it is in LOG_ONLY`);
    }
  }

  private couldAllow(active: PolicySet, { principal }: CallerIdentity, tool: ToolModel): boolean {
    const request = { principal, action: tool.qualifiedName, gatewayArn: this.gateway.arn, now: new Date() };
    return active.couldAllow(request);
  }

  private denied(caller: CallerIdentity, tool: ToolModel, reason: string, detail?: string): Authorization {
    const text = detail === undefined ? reason : `${reason} ${detail}`;
    this.log(caller, tool, 'deny', this.enforced ? text : `${text} The gateway is in LOG_ONLY, so the call goes on.`);
    return { kind: 'deny', reason };
  }

  /** The policy engine is asked in the name of the gateway's role, which must be allowed to on both resources. */
  private cannotAsk(action: string, log: { readonly caller: string; readonly tool?: string }): boolean {
    const missing = this.missing(action);
    if (missing === undefined) return false;
    const identity = this.outbound.roleArn;
    const resource = this.gateway.policyEngine!.arn;
    this.decide({ layer: 2, decision: 'deny', ...log, action, resource, identity, reason: missing.reason });
    return true;
  }

  /** The role does not change during a run, so each permission is looked up once. */
  private missing(action: string): IamDecision | undefined {
    if (!this.missingByAction.has(action)) {
      const { policyEngine, arn } = this.gateway;
      const engine = policyEngine!.arn;
      const missing =
        this.outbound.missing('bedrock-agentcore:GetPolicyEngine', [engine]) ??
        this.outbound.missing(action, [engine, arn]);
      this.missingByAction.set(action, missing);
    }
    return this.missingByAction.get(action);
  }

  private log(caller: CallerIdentity, tool: ToolModel, decision: 'allow' | 'deny', reason: string): void {
    const action = tool.qualifiedName;
    this.decide({ layer: 3, decision, caller: caller.name, tool: action, action, resource: this.gateway.arn, reason });
  }
}

/** The text of the service, and details that it does not tell. */
function whyDenied({ policies, errors, requestError }: CedarDecision): [string, string | undefined] {
  const failed = errors.map(({ policyId, message }) => `${policyId} cannot be evaluated: ${message}`).join('; ');
  const detail = requestError ?? (failed === '' ? undefined : failed);
  return policies.length === 0
    ? [NO_POLICY, detail]
    : [`Policy evaluation denied due to ${policies.join(', ')}`, detail];
}
