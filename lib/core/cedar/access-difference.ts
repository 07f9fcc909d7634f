import { type AccessMap, type AccessRule, forbidWords } from './access-map';
import { implies } from './implies';

/** What changes for one caller, or for all, at one tool. */
export interface AccessChange {
  /** `<target>___<tool>` */
  readonly tool: string;
  /** `agent support`, `a caller`; `nobody` for what is forbidden whoever calls. */
  readonly who: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /**
   * What may be called after the change: only what could be called before, or all of that and maybe more; `changed` where
   * the conditions show neither.
   */
  readonly effect: 'narrower' | 'wider' | 'changed';
  /** Whether somebody may do what nobody could be shown to be allowed before. */
  readonly widens: boolean;
  /** Conditions, each one enough; `always` where there is none. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const NOBODY = 'nobody';
const ANY_CALLER = 'a caller';

/**
 * What a change of policies or tools adds to and takes from what callers may do, in the order of tools and callers. The
 * same access in other words is no change.
 */
export function accessChanges(before: AccessMap, after: AccessMap): AccessChange[] {
  const [old, now] = [conditionsOf(before), conditionsOf(after)];
  const subjects = new Map([...old, ...now].map(([key, { tool, who }]) => [key, { tool, who }]));
  const changes = [...subjects].flatMap(([key, subject]): Change[] => {
    const [was, is] = [old.get(key)?.conditions ?? new Map(), now.get(key)?.conditions ?? new Map()];
    const [gone, come] = [without(was, is), without(is, was)];
    if (gone.size + come.size === 0) return [];
    return [
      { ...subject, kind: was.size === 0 ? 'added' : is.size === 0 ? 'removed' : 'changed', was, is, gone, come },
    ];
  });
  return changes
    .map((change) => withoutEcho(change, changes))
    .filter(({ gone, come }) => gone.size + come.size > 0)
    .flatMap((change): AccessChange[] => {
      const effect = effectOf(change);
      if (effect === undefined) return [];
      const { tool, who, kind, gone, come } = change;
      const [taken, given] = [wordsOf(gone), wordsOf(come)];
      return [{ tool, who, kind, effect, widens: effect !== 'narrower', before: taken, after: given }];
    })
    .sort(byToolAndCaller);
}

/** `undefined` for the same access. */
function effectOf({ who, was, is, gone, come }: Change): AccessChange['effect'] | undefined {
  const [keptAll, addedNothing] = [isCovered(gone, is), isCovered(come, was)];
  // What is forbidden in addition takes access.
  const [takesNothing, givesNothing] = who === NOBODY ? [addedNothing, keptAll] : [keptAll, addedNothing];
  if (takesNothing && givesNothing) return undefined;
  return givesNothing ? 'narrower' : takesNothing ? 'wider' : 'changed';
}

/** Whether each of the rules holds only where one of the others does. */
function isCovered(rules: Rules, others: Rules): boolean {
  const all = [...others.values()].map(([first]) => first!);
  return [...rules.values()].every(([rule]) =>
    all.some((other) => implies(rule!.expression, other.expression, rule!.cannotFail && other.cannotFail)),
  );
}

/** Conditions, with the rules that have them. */
type Rules = ReadonlyMap<string, readonly AccessRule[]>;

function wordsOf(rules: Rules): string[] {
  return [...rules.values()].map(([rule]) => forbidWords(rule!));
}

interface Conditions {
  readonly tool: string;
  readonly who: string;
  readonly conditions: Map<string, AccessRule[]>;
}

interface Change extends Pick<AccessChange, 'tool' | 'who' | 'kind'> {
  readonly was: Rules;
  readonly is: Rules;
  readonly gone: Rules;
  readonly come: Rules;
}

function conditionsOf(map: AccessMap): Map<string, Conditions> {
  const found = new Map<string, Conditions>();
  const add = (tool: string, who: string, rule: AccessRule) => {
    // Two conditions may have the same words.
    const condition = JSON.stringify(rule.expression);
    const key = JSON.stringify([tool, who]);
    const entry = found.get(key) ?? { tool, who, conditions: new Map<string, AccessRule[]>() };
    entry.conditions.set(condition, [...(entry.conditions.get(condition) ?? []), rule]);
    found.set(key, entry);
  };
  for (const { tool, callers, permits, forbids } of map.tools) {
    for (const { caller, permits: own } of callers) for (const rule of own) add(tool, caller, rule);
    for (const rule of permits) add(tool, ANY_CALLER, rule);
    for (const rule of forbids) add(tool, NOBODY, rule);
  }
  return found;
}

function without(rules: Rules, others: Rules): Rules {
  return new Map([...rules].filter(([condition]) => !others.has(condition)));
}

/** A permit of an agent is also one of a caller with its client. Where the agent's own line says it, once is enough. */
function withoutEcho(change: Change, all: readonly Change[]): Change {
  if (change.who !== ANY_CALLER) return change;
  const isNew = (side: 'gone' | 'come') =>
    new Map(
      [...change[side]].filter(([, rules]) =>
        rules.some(({ onlyFor, policyId }) => {
          const own = all.find(({ tool, who }) => tool === change.tool && who === onlyFor);
          return ![...(own?.[side].values() ?? [])].flat().some((rule) => rule.policyId === policyId);
        }),
      ),
    );
  return { ...change, gone: isNew('gone'), come: isNew('come') };
}

/** Agents before callers in general, and both before what nobody may. */
function byToolAndCaller(a: AccessChange, b: AccessChange): number {
  const rank = ({ who }: AccessChange) => (who === NOBODY ? 2 : who === ANY_CALLER ? 1 : 0);
  if (a.tool !== b.tool) return a.tool < b.tool ? -1 : 1;
  return rank(a) - rank(b) || (a.who < b.who ? -1 : 1);
}

/** For people in a terminal: whose access becomes what, what is taken, then what is given. */
export function accessChangesText(changes: readonly AccessChange[]): string {
  return changes
    .flatMap(({ tool, who, effect, before, after }) => [
      `${tool}, ${who === NOBODY ? 'every caller' : who}: ${effect}`,
      ...before.map((condition) => `- ${sentence(who, tool, condition)}`),
      ...after.map((condition) => `+ ${sentence(who, tool, condition)}`),
    ])
    .join('\n');
}

function sentence(who: string, tool: string, condition: string): string {
  const words = condition.startsWith('unless ') ? ` ${condition}` : ` when ${condition}`;
  return `${who} may call ${tool}${condition === 'always' ? '' : words}`;
}

/** For a pull request. */
export function accessChangesMarkdown(changes: readonly AccessChange[]): string {
  const cell = (text: string) => text.replace(/[\\|<>&`*_[\]]/g, '\\$&').replace(/\s+/g, ' ');
  const conditions = (given: readonly string[]) => (given.length === 0 ? '–' : given.map(cell).join('<br>'));
  const rows = changes.map(({ tool, who, effect, widens, before, after }) =>
    [widens ? `**${effect}**` : effect, cell(tool), cell(who), conditions(before), conditions(after)].join(' | '),
  );
  const head = ['| access | tool | who may call | before | after |', '| --- | --- | --- | --- | --- |'];
  return [...head, ...rows.map((row) => `| ${row} |`)].join('\n');
}
