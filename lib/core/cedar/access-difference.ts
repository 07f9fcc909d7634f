import { type AccessMap, forbidWords } from './access-map';

/** What changes for one caller, or for all, at one tool. */
export interface AccessChange {
  /** `<target>___<tool>` */
  readonly tool: string;
  /** `agent support`, `a caller`; `nobody` for what is forbidden whoever calls. */
  readonly who: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /**
   * Whether somebody may do what nobody could be shown to be allowed before. A condition that changes counts: which of
   * two conditions is the narrower one is left to the reviewer.
   */
  readonly widens: boolean;
  /** Conditions, each one enough; `always` where there is none. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const NOBODY = 'nobody';
const ANY_CALLER = 'a caller';

/** What a change of policies or tools adds to and takes from what callers may do, in the order of tools and callers. */
export function accessChanges(before: AccessMap, after: AccessMap): AccessChange[] {
  const [old, now] = [conditionsOf(before), conditionsOf(after)];
  const subjects = new Map([...old, ...now].map(([key, { tool, who }]) => [key, { tool, who }]));
  const changes = [...subjects].flatMap(([key, subject]): AccessChange[] => {
    const [was, is] = [old.get(key)?.conditions ?? [], now.get(key)?.conditions ?? []];
    const [gone, come] = [was.filter((each) => !is.includes(each)), is.filter((each) => !was.includes(each))];
    if (gone.length + come.length === 0) return [];
    const widens = subject.who === NOBODY ? gone.length > 0 : come.length > 0;
    const kind = was.length === 0 ? 'added' : is.length === 0 ? 'removed' : 'changed';
    return [{ ...subject, kind, widens, before: gone, after: come }];
  });
  return changes.flatMap((change) => withoutEcho(change, changes)).sort(byToolAndCaller);
}

interface Conditions {
  readonly tool: string;
  readonly who: string;
  readonly conditions: string[];
}

function conditionsOf(map: AccessMap): Map<string, Conditions> {
  const found = new Map<string, Conditions>();
  const add = (tool: string, who: string, condition: string) => {
    const key = JSON.stringify([tool, who]);
    const entry = found.get(key) ?? { tool, who, conditions: [] };
    if (!entry.conditions.includes(condition)) entry.conditions.push(condition);
    found.set(key, entry);
  };
  for (const { tool, callers, permits, forbids } of map.tools) {
    for (const { caller, permits: own } of callers) for (const { condition } of own) add(tool, caller, condition);
    for (const { condition } of permits) add(tool, ANY_CALLER, condition);
    for (const rule of forbids) add(tool, NOBODY, forbidWords(rule));
  }
  return found;
}

/** A permit of an agent is also one of a caller with its client. Where the agent's own line says it, once is enough. */
function withoutEcho(change: AccessChange, all: readonly AccessChange[]): AccessChange[] {
  if (change.who !== ANY_CALLER) return [change];
  const said = all.filter(({ tool, who }) => tool === change.tool && who.startsWith('agent ')).map(({ who }) => who);
  const isNew = (condition: string) => !said.some((agent) => names(condition, agent));
  const [before, after] = [change.before.filter(isNew), change.after.filter(isNew)];
  if (before.length + after.length === 0) return [];
  return [{ ...change, before, after, widens: after.length > 0 }];
}

function names(condition: string, agent: string): boolean {
  const text = `is the client of ${agent}`;
  return condition.endsWith(text) || condition.includes(`${text} and `);
}

/** Agents before callers in general, and both before what nobody may. */
function byToolAndCaller(a: AccessChange, b: AccessChange): number {
  const rank = ({ who }: AccessChange) => (who === NOBODY ? 2 : who === ANY_CALLER ? 1 : 0);
  if (a.tool !== b.tool) return a.tool < b.tool ? -1 : 1;
  return rank(a) - rank(b) || (a.who < b.who ? -1 : 1);
}

/** For people in a terminal: what is taken, then what is given, side by side. */
export function accessChangesText(changes: readonly AccessChange[]): string {
  return changes
    .flatMap(({ tool, who, before, after }) => [
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
  const rows = changes.map(({ tool, who, kind, widens, before, after }) =>
    [widens ? `**${kind}**` : kind, cell(tool), cell(who), conditions(before), conditions(after)].join(' | '),
  );
  const head = ['| change | tool | who may call | before | after |', '| --- | --- | --- | --- | --- |'];
  return [...head, ...rows.map((row) => `| ${row} |`)].join('\n');
}
