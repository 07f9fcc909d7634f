import { qualifiedToolName } from '../../protocol/tool-name';
import { type CedarPolicyText, expressionText, validatePolicies } from './engine';
import { explain, isOneTest } from './explain';
import { type CedarExpression, literalOf, operands, partsOf, sides, TRUE, tagOf } from './expression';
import { cannotFail } from './implies';
import { PolicySet, type Residual } from './policy-set';
import type { CedarPrincipal } from './request';
import { type CedarTool, schemaFromTools } from './schema-from-tools';

/** A caller of whom the claims are known before anything runs: an agent with its own OAuth client. */
export interface KnownCaller {
  /** `agent support` */
  readonly name: string;
  readonly principal: CedarPrincipal;
  /** People log in with it: claims beyond those of `principal` are theirs, and not known. */
  readonly open?: boolean;
}

export interface AccessMapInput {
  readonly gatewayArn: string;
  readonly tools: readonly CedarTool[];
  /** Active policies only: what is in LOG_ONLY decides nothing. */
  readonly policies: readonly CedarPolicyText[];
  readonly callers: readonly KnownCaller[];
  /** `false` for a gateway that lets every call pass, whatever its policies say. */
  readonly enforced?: boolean;
}

/** Who can call which tool under which condition. */
export interface AccessMap {
  readonly tools: readonly ToolAccess[];
}

export interface ToolAccess {
  /** `<target>___<tool>` */
  readonly tool: string;
  /** Known callers, one entry each, also those that may not call. */
  readonly callers: readonly CallerAccess[];
  /** What the policies ask of any caller; one entry per alternative. */
  readonly permits: readonly AccessRule[];
  /** What stops a call whoever makes it. */
  readonly forbids: readonly AccessRule[];
}

export interface CallerAccess {
  readonly caller: string;
  readonly decision: 'always' | 'sometimes' | 'never';
  /** One entry per way to a permit; what the arguments and the time have to be like. */
  readonly permits: readonly AccessRule[];
  readonly forbids: readonly AccessRule[];
}

export interface AccessRule {
  readonly policyId: string;
  /** In words; what has none is Cedar text. */
  readonly condition: string;
  /** The same the other way round, for a forbid that says what is left open; `condition` is its negation. */
  readonly unless?: string;
  /** The condition itself, to compare it with others. */
  readonly expression: CedarExpression;
  /** Whether its evaluation never ends in an error. */
  readonly cannotFail: boolean;
  /** The known caller with whose client alone it can be used, and whose own entry says all that it asks. */
  readonly onlyFor?: string;
}

/**
 * Computed from the policies alone, by Cedar's partial evaluation: once with the claims of each known caller and
 * unknown arguments, once with nothing known but the tool.
 */
export function accessMap(input: AccessMapInput): AccessMap {
  if (input.enforced === false) return openMap(input);
  const schema = schemaFromTools(input.tools);
  const set = new PolicySet(input.policies, schema);
  const invalid = new Set(validatePolicies(input.policies, schema).map(({ policyId }) => policyId));
  const rules = (residuals: readonly Residual[], effect: 'permit' | 'forbid', callers: readonly KnownCaller[] = []) =>
    rulesOf(residuals, effect, callers, invalid).map((rule) => exact(rule, input.policies));
  const tools = input.tools.map(({ target, name }): ToolAccess => {
    const action = qualifiedToolName(target, name);
    const request = { action, gatewayArn: input.gatewayArn };
    const anyone = set.residuals(request);
    return {
      tool: action,
      callers: input.callers.map(({ name: caller, principal, open }) =>
        callerAccess(caller, set.residuals({ ...request, principal, open }), rules),
      ),
      permits: rules(anyone, 'permit', input.callers),
      forbids: rules(anyone, 'forbid'),
    };
  });
  return { tools: tools.sort((a, b) => (a.tool < b.tool ? -1 : 1)) };
}

const UNCONDITIONAL: readonly AccessRule[] = [
  { policyId: '', condition: 'always', expression: TRUE, cannotFail: true },
];

function openMap({ tools, callers }: AccessMapInput): AccessMap {
  const access = { decision: 'always', permits: UNCONDITIONAL, forbids: [] } as const;
  const open = tools.map(({ target, name }): ToolAccess => {
    const each = callers.map(({ name: caller }) => ({ caller, ...access }));
    return { tool: qualifiedToolName(target, name), callers: each, permits: UNCONDITIONAL, forbids: [] };
  });
  return { tools: open.sort((a, b) => (a.tool < b.tool ? -1 : 1)) };
}

type Rules = (residuals: readonly Residual[], effect: 'permit' | 'forbid') => AccessRule[];

function callerAccess(caller: string, residuals: readonly Residual[], rules: Rules): CallerAccess {
  const permits = rules(residuals, 'permit');
  const forbids = rules(residuals, 'forbid');
  const blocked = forbids.some(({ condition }) => condition === 'always');
  if (blocked || permits.length === 0) return { caller, decision: 'never', permits: [], forbids };
  const open = permits.some(({ condition }) => condition === 'always') && forbids.length === 0;
  return { caller, decision: open ? 'always' : 'sometimes', permits, forbids };
}

function rulesOf(
  residuals: readonly Residual[],
  effect: 'permit' | 'forbid',
  callers: readonly KnownCaller[],
  invalid: ReadonlySet<string>,
): AccessRule[] {
  return residuals
    .filter((residual) => residual.effect === effect)
    .flatMap(({ policyId, condition }) =>
      (effect === 'permit' ? alternatives(condition) : [condition]).map((each) => {
        const unless = effect === 'permit' ? undefined : leftOpen(each);
        const only = effect === 'permit' ? callers.find((caller) => isOnlyFor(each, caller)) : undefined;
        return {
          policyId,
          condition: explain(each, expressionText),
          expression: each,
          cannotFail: !invalid.has(policyId) && cannotFail(each),
          ...(unless !== undefined && { unless: explain(unless, expressionText) }),
          ...(only !== undefined && { onlyFor: only.name }),
        };
      }),
    );
}

/** Integers that JavaScript rounds are the same only in the same policy. */
function exact(rule: AccessRule, policies: readonly CedarPolicyText[]): AccessRule {
  const values = [...partsOf(rule.expression)].flatMap(({ Value }) => Value);
  if (values.every((value) => typeof value !== 'number' || Number.isSafeInteger(value))) return rule;
  const text = policies.find(({ id }) => id === rule.policyId)?.text;
  return { ...rule, expression: { inexact: [text, rule.condition] } };
}

/** One part that has to hold names the client, and no part reads what is not known of it. */
function isOnlyFor(condition: CedarExpression, { principal, open = false }: KnownCaller): boolean {
  const { tags = {}, id } = principal;
  const isClient = (part: CedarExpression) => {
    const equal = sides(part, '==');
    const claim = equal === undefined ? undefined : tagOf(equal.left);
    return claim !== undefined && tags[claim] === id && literalOf(equal!.right) === id;
  };
  if (!operands(condition, '&&').some(isClient)) return false;
  if (open) return true;
  return [...partsOf(condition)].every((part) => {
    const claim = tagOf(part) ?? tagOf(part, 'hasTag');
    const attribute = part['.'] as { left: CedarExpression } | undefined;
    return attribute?.left.Var !== 'principal' && (claim === undefined || Object.hasOwn(tags, claim));
  });
}

/** What a forbid of the form `unless { … }` leaves open, whoever calls. */
function leftOpen(condition: CedarExpression): CedarExpression | undefined {
  const parts = operands(condition, '&&').filter((part) => !Object.hasOwn(part, 'is'));
  const [part, another] = parts;
  return another === undefined ? (part?.['!'] as { arg: CedarExpression } | undefined)?.arg : undefined;
}

const ALTERNATIVES_MAX = 64;

/** One entry per kind of caller: a permit of a tool is a disjunction over them. */
function alternatives(condition: CedarExpression): CedarExpression[] {
  const all = operands(condition, '&&').reduce<CedarExpression[][]>(
    (ways, part) => {
      const choices = isOneTest(part) ? [part] : operands(part, '||');
      const split = choices.length > 1 && choices.every(readsCaller) ? choices : [part];
      return ways.flatMap((way) => split.map((choice) => [...way, choice]));
    },
    [[]],
  );
  if (all.length > ALTERNATIVES_MAX) return [condition];
  return all.map((parts) => parts.reduce((left, right) => ({ '&&': { left, right } })));
}

function readsCaller(expression: CedarExpression): boolean {
  for (const part of partsOf(expression)) if (part.Var === 'principal') return true;
  return false;
}

/** `unless hazardous is false`, or the condition of the forbid. */
export function forbidWords({ condition, unless }: AccessRule): string {
  return unless === undefined ? condition : `unless ${unless}`;
}

/** For people in a terminal. */
export function accessMapText(map: AccessMap): string {
  return map.tools
    .map(({ tool, ...access }) => [tool, ...rows(access).map((row) => `  ${row.join(': ')}`)].join('\n'))
    .join('\n\n');
}

/** For a pull request. */
export function accessMapMarkdown(map: AccessMap): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = map.tools.flatMap(({ tool, ...access }) =>
    rows(access).map(([who, when]) => `| ${cell(tool)} | ${cell(who)} | ${cell(when)} |`),
  );
  return ['| tool | who | when |', '| --- | --- | --- |', ...lines].join('\n');
}

function rows({ callers, permits, forbids }: Omit<ToolAccess, 'tool'>): (readonly [string, string])[] {
  return [
    ...callers.map(({ caller, decision, permits: own, forbids: against }) => {
      if (decision === 'never') return [caller, 'never'] as const;
      const ways = own.map(({ condition }) => condition).join('; or ');
      const only = against.flatMap(({ unless }) => unless ?? []).map((words) => `; and only if ${words}`);
      const never = against.filter(({ unless }) => unless === undefined).map(({ condition }) => condition);
      const except = never.length === 0 ? '' : `; but not when ${never.join('; or ')}`;
      return [caller, ways + only.join('') + except] as const;
    }),
    ...permits.map(({ condition }) => ['any caller', condition] as const),
    ...forbids.map((rule) => ['nobody', forbidWords(rule)] as const),
  ];
}
