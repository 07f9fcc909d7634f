import type { GatewayAuthorization } from '../../assembly/authorization-of';
import {
  type AccessChange,
  accessChanges,
  accessChangesMarkdown,
  accessChangesText,
} from '../../core/cedar/access-difference';
import type { AccessMap } from '../../core/cedar/access-map';
import { choice, parseCommandLine, usage } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { namedAccessMap, readAuthorizations } from './authorization';

export const diff: Command = {
  summary: 'Show what access a change adds or removes',
  help: `secure-mcp diff <old cdk.out> [new cdk.out] [--format text|markdown|json] [--fail-on any|wider|never]

Compares who can call which tool under which condition, not the text of the policies. The new one defaults to cdk.out.
Of each caller and tool it says whether the access is narrower or wider, by bounds, values and parts of the conditions;
"changed" where they show neither, which may give access. The same access in other words is no difference. Markdown is a
table for a pull request; what may give access is bold in it. What neither of the two tells is listed on stderr.

  --fail-on any     every difference ends with 1 (default)
  --fail-on wider   only what may give access does
  --fail-on never   differences are shown, and that is all

Exit codes: 0 no difference, 1 differences, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const options = { format: { type: 'string' }, 'fail-on': { type: 'string' } } as const;
    const { values, positionals } = parseCommandLine(args, options, 2);
    const [oldPath, newPath = 'cdk.out'] = positionals;
    if (oldPath === undefined) throw usage('diff needs the cdk.out of before the change');
    const format = choice('format', values.format, ['text', 'markdown', 'json'], 'text');
    const failOn = choice('fail-on', values['fail-on'], ['any', 'wider', 'never'], 'any');
    const [before, after] = [readAuthorizations(oldPath), readAuthorizations(newPath)];
    const key = keysFor(before, after);
    const views = [viewsOf(before, key), viewsOf(after, key)] as const;
    const gateways = differences(...views);
    const notices = notCompared(...views);
    const counts = gateways.some(
      ({ changes, unknown, unknownBefore }) =>
        unknown.length + unknownBefore.length > 0 || changes.some(countsFor(failOn)),
    );
    return {
      exitCode: failOn !== 'never' && counts ? EXIT.findings : EXIT.clean,
      output: format === 'json' ? JSON.stringify({ gateways }, undefined, 2) : render[format](gateways),
      ...(notices.length === 0 ? {} : { notice: notices.join('\n') }),
    };
  },
};

interface GatewayView {
  readonly map: AccessMap;
  readonly unknown: readonly string[];
}

interface GatewayDifference {
  readonly gateway: string;
  readonly changes: readonly AccessChange[];
  /** What the new template does not tell and the old one did. */
  readonly unknown: readonly string[];
  /** What only the old one did not tell: an unread policy that is gone may have forbidden calls. */
  readonly unknownBefore: readonly string[];
}

type GatewayKey = (gateway: GatewayAuthorization, index: number, all: readonly GatewayAuthorization[]) => string;

/** The name, since a stack that is moved or renamed keeps it; where a name is there twice, the stack goes before it. */
function keysFor(...sides: readonly GatewayAuthorization[][]): GatewayKey {
  const repeated = (all: readonly GatewayAuthorization[], name: string) =>
    all.filter((each) => each.name === name).length > 1;
  return ({ name, stack }, index, all) => {
    if (!sides.some((side) => repeated(side, name))) return name;
    const twins = all.slice(0, index).filter((each) => each.name === name && each.stack === stack).length;
    return `${stack}/${name}${twins === 0 ? '' : `#${twins + 1}`}`;
  };
}

function viewsOf(all: readonly GatewayAuthorization[], key: GatewayKey): Map<string, GatewayView> {
  return new Map(
    all.map((gateway, index) => [key(gateway, index, all), { map: namedAccessMap(gateway), unknown: gateway.unknown }]),
  );
}

function differences(
  before: ReadonlyMap<string, GatewayView>,
  after: ReadonlyMap<string, GatewayView>,
): GatewayDifference[] {
  const none: GatewayView = { map: { tools: [] }, unknown: [] };
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((gateway) => {
    const [old, now] = [before.get(gateway) ?? none, after.get(gateway) ?? none];
    const changes = accessChanges(old.map, now.map);
    const unknown = now.unknown.filter((what) => !old.unknown.includes(what));
    const unknownBefore = old.unknown.filter((what) => !now.unknown.includes(what));
    if (changes.length + unknown.length + unknownBefore.length === 0) return [];
    return [{ gateway, changes, unknown, unknownBefore }];
  });
}

/** What both leave open may have changed all the same. */
function notCompared(before: ReadonlyMap<string, GatewayView>, after: ReadonlyMap<string, GatewayView>): string[] {
  return [...after].flatMap(([gateway, { unknown }]) => {
    const old = before.get(gateway)?.unknown ?? [];
    return unknown.filter((what) => old.includes(what)).map((what) => `${gateway}: not compared, ${what}`);
  });
}

function countsFor(failOn: 'any' | 'wider' | 'never'): (change: AccessChange) => boolean {
  return ({ widens }) => failOn === 'any' || widens;
}

const NO_DIFFERENCE = 'No difference in who can call which tool.';

const render = {
  text: (gateways: readonly GatewayDifference[]) =>
    gateways
      .map(({ gateway, changes, unknown, unknownBefore }) =>
        [
          `gateway ${gateway}`,
          accessChangesText(changes),
          ...unknownBefore.map((what) => `? no longer: ${what}`),
          ...unknown.map((what) => `? ${what}`),
        ]
          .filter((part) => part !== '')
          .join('\n'),
      )
      .join('\n\n') || NO_DIFFERENCE,
  markdown: (gateways: readonly GatewayDifference[]) =>
    gateways
      .map(({ gateway, changes, ...open }) => {
        const unknown = [
          ...open.unknownBefore.map((what) => `- no longer unknown: ${what}`),
          ...open.unknown.map((what) => `- not known: ${what}`),
        ];
        return [
          `### Access to gateway ${gateway}`,
          ...(changes.length === 0 ? [] : [accessChangesMarkdown(changes)]),
          ...(unknown.length === 0 ? [] : [unknown.join('\n')]),
        ].join('\n\n');
      })
      .join('\n\n') || NO_DIFFERENCE,
};
