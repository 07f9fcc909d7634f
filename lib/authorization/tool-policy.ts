import { inputConditions } from '../core/cedar/input-conditions';
import { stringLiteral } from '../core/cedar/literal';
import { type Problem, SecureMcpError } from '../core/errors';
import type { ToolInputSchema } from '../core/schema/tool-schema';
import { CEDAR_ENTITY } from '../protocol/cedar-entities';
import { qualifiedToolName } from '../protocol/tool-name';
import type { CallSite } from './call-site';
import { type CallerRendering, CallerType, type ICaller } from './caller-rendering';
import { type CalledTool, joined, type PolicyTool, type RenderedCondition, rendered } from './condition-rendering';
import { asDeployed, deployTimeLiteral } from './deploy-time-text';
import type { ToolCondition } from './tool-condition';
import { type WrittenPart, type WrittenPolicy, writtenAt } from './written-at';

/** `statement` of a policy: the service API model. */
export const STATEMENT_MAX = 10_000;

const NOBODY: CallerRendering = { type: CallerType.OAUTH_USER, condition: 'false', scopes: [], description: 'nobody' };

export interface RenderedStatement extends WrittenPolicy {
  readonly problems: readonly Problem[];
}

interface Permit {
  readonly caller: ICaller;
  readonly when: readonly ToolCondition[];
  /** Where the app says so. */
  readonly site: CallSite | undefined;
}

/**
 * All permits of one tool, as one Cedar statement: the service wants the action and the gateway pinned, and one policy
 * per tool keeps the number of policies and the order of their deployment simple. Each permit is one alternative.
 */
export class ToolPolicy {
  private readonly permits: Permit[] = [];
  private readonly demands: Permit[] = [];
  private inputsDemandedOf: CallerType | undefined;

  public constructor(public readonly tool: PolicyTool) {}

  /** Lets the caller call the tool when all conditions hold. */
  public permit(caller: ICaller, when: readonly ToolCondition[] = [], site?: CallSite): void {
    this.permits.push({ caller, when: [...when], site });
  }

  /**
   * Forbids every call that is not by this caller with these conditions, whatever is permitted elsewhere. This is the
   * only form of forbid there is: Cedar skips a policy whose condition fails to evaluate, so `forbid when <bad>` lets a
   * call pass where the test fails, while `forbid unless <good>` does not.
   */
  public forbidUnless(caller: ICaller, when: readonly ToolCondition[] = [], site?: CallSite): void {
    this.demands.push({ caller, when: [...when], site });
  }

  /**
   * Forbids every call that does not fit the rules of the input schema. Permits of this class have these rules as
   * conditions; a permit that somebody wrote in Cedar has not.
   *
   * @returns whether there are such rules that Cedar can express
   */
  public demandInputs(callerType: CallerType): boolean {
    const any = this.inputConditions('forbid').length > 0;
    if (any) this.inputsDemandedOf = callerType;
    return any;
  }

  public get isEmpty(): boolean {
    return this.permits.length === 0;
  }

  /** Some permit is for everybody, with a reason. */
  public get isOpenForReason(): boolean {
    return this.renderCallers('permit', this.permits).callers.some(({ reason }) => reason !== undefined);
  }

  /** The scopes that a token of the caller needs for this tool. */
  public scopesOf(caller: ICaller): readonly string[] {
    return caller.renderCaller(this.context()).scopes;
  }

  /** The conditions of all callers, one by one, and where the app names the caller. */
  public callerConditions(): readonly WrittenPart[] {
    const all = [
      ...this.renderCallers('permit', this.permits).callers,
      ...this.renderCallers('forbid', this.demands).callers,
    ];
    return [...this.permits, ...this.demands].map(({ site }, index) => ({ text: all[index]!.condition, site }));
  }

  /** The lines of the app that permit or forbid it, and the tool. */
  public get writtenAt(): string {
    return this.at([...this.permits, ...this.demands]);
  }

  /** The permit; with problems it permits nothing. `undefined` without any permit. */
  public renderPermit(gatewayArn: string): RenderedStatement | undefined {
    return this.statement('permit', this.permits, gatewayArn);
  }

  /** The permit without those for everybody that have a reason. */
  public renderPermitWithoutReason(gatewayArn: string): RenderedStatement | undefined {
    const { callers } = this.renderCallers('permit', this.permits);
    return this.statement(
      'permit',
      this.permits.filter((_permit, index) => callers[index]!.reason === undefined),
      gatewayArn,
    );
  }

  /** The forbid; with problems it forbids everything. `undefined` without any. */
  public renderForbid(gatewayArn: string): RenderedStatement | undefined {
    return this.statement('forbid', this.demands, gatewayArn);
  }

  private statement(
    effect: 'permit' | 'forbid',
    entries: readonly Permit[],
    gatewayArn: string,
  ): RenderedStatement | undefined {
    const demanded = effect === 'forbid' ? this.inputsDemandedOf : undefined;
    if (entries.length === 0 && demanded === undefined) return undefined;
    const { callers, problems } = this.renderCallers(effect, entries);
    const type = callers[0]?.type ?? demanded!;
    const written = entries.map((entry, index) => {
      const { text, problems } = alternative(callers[index]!, entry.when, { ...this.judged(effect), callerType: type });
      return { text, problems: problems.map((each) => ({ ...each, at: this.at([entry]) })) };
    });
    const alternatives = [...written, ...(problems.length > 0 ? [{ text: 'false', problems }] : [])];
    const inputs = effect === 'permit' || demanded !== undefined ? this.inputConditions(effect).map(rendered) : [];
    const condition =
      effect === 'permit'
        ? joined([joined(alternatives, '||'), ...inputs], '&&')
        : joined([...alternatives, ...inputs], '&&');
    const { target, name } = this.tool;
    const text = [
      `${effect} (`,
      // The service refuses the type of unauthenticated callers by name.
      type === CallerType.UNAUTHENTICATED ? '  principal,' : `  principal is ${type},`,
      `  action == ${CEDAR_ENTITY.action}::${stringLiteral(qualifiedToolName(target, name))},`,
      `  resource == ${CEDAR_ENTITY.gateway}::${deployTimeLiteral(gatewayArn)}`,
      ')',
      effect === 'permit' ? 'when {' : 'unless {',
      `  ${condition.text}`,
      '};',
    ].join('\n');
    return {
      text,
      problems: [...condition.problems, ...this.kindProblems(callers, entries), ...this.sizeProblems(text, entries)],
      parts: entries.map(({ site }, index) => ({ text: written[index]!.text, site })),
      path: this.tool.at,
    };
  }

  private at(entries: readonly Permit[]): string {
    return writtenAt(
      this.tool.at,
      entries.map(({ site }) => site),
    );
  }

  /**
   * A forbid whose condition cannot be evaluated is skipped, so in it required arguments are guarded like optional ones.
   */
  private judged(effect: 'permit' | 'forbid'): PolicyTool {
    return effect === 'permit' ? this.tool : { ...this.tool, inputSchema: withoutRequired(this.tool.inputSchema) };
  }

  private renderCallers(effect: 'permit' | 'forbid', entries: readonly Permit[]) {
    const problems: Problem[] = [];
    const context = effect === 'permit' ? this.context() : { ...this.context(), exempts: true };
    const all = entries.map((entry) => {
      try {
        return entry.caller.renderCaller(context);
      } catch (error) {
        if (!(error instanceof SecureMcpError)) throw error;
        problems.push(...error.problems.map((each) => ({ ...each, at: this.at([entry]) })));
        return NOBODY;
      }
    });
    return { callers: all, problems };
  }

  private kindProblems(callers: readonly CallerRendering[], entries: readonly Permit[]): Problem[] {
    const index = callers.findIndex(({ type }) => type !== callers[0]!.type);
    const odd = callers[index];
    if (odd === undefined) return [];
    return [
      {
        code: 'CALLER_INVALID',
        message: `tool '${this.tool.name}': its permits mix callers with a token and callers with a signature (${odd.description})`,
        fix: `A gateway accepts one kind; use only ${odd.type === CallerType.IAM_ENTITY ? 'callers with a token' : 'IAM roles'}`,
        at: this.at([entries[index]!]),
      },
    ];
  }

  private sizeProblems(text: string, entries: readonly Permit[]): Problem[] {
    const { length } = asDeployed(text);
    if (length <= STATEMENT_MAX) return [];
    const message = `tool '${this.tool.name}': its policy has ${length} characters, the service accepts ${STATEMENT_MAX}`;
    const ofInputs = this.inputConditions('permit').join('').length;
    if (ofInputs > length / 2) {
      const fix = `Shorten the lists of values and the patterns of its input schema, which are ${ofInputs} of them`;
      return [{ code: 'POLICY_SIZE', message, fix, at: this.tool.at }];
    }
    const fix = 'Give callers a common scope, group or claim instead of naming each';
    return [{ code: 'POLICY_SIZE', message, fix, at: this.at(entries) }];
  }

  private inputConditions(effect: 'permit' | 'forbid'): readonly string[] {
    return inputConditions(this.judged(effect).inputSchema, this.tool.constraints ?? []).conditions;
  }

  private context() {
    return this.tool.scope === undefined ? {} : { scope: this.tool.scope };
  }
}

function alternative(caller: CallerRendering, when: readonly ToolCondition[], tool: CalledTool): RenderedCondition {
  const conditions = when.map((condition) => condition._render(tool));
  if (caller.condition === 'true' && conditions.length > 0) return joined(conditions, '&&');
  // A caller may be anyone's: whatever operators its expression has, they stay inside.
  return joined([rendered(`(${caller.condition})`), ...conditions], '&&');
}

function withoutRequired({ required: _required, ...schema }: ToolInputSchema): ToolInputSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, each]) => [name, withoutRequired(each)]);
  return { ...schema, ...(schema.properties === undefined ? {} : { properties: Object.fromEntries(properties) }) };
}
