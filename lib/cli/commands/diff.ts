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
Markdown is a table for a pull request; what may give access is bold in it. A condition that changes may give access.

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
    const gateways = differences(viewsOf(oldPath), viewsOf(newPath));
    const counts = gateways.some(({ changes, unknown }) => unknown.length > 0 || changes.some(countsFor(failOn)));
    return {
      exitCode: failOn !== 'never' && counts ? EXIT.findings : EXIT.clean,
      output: format === 'json' ? JSON.stringify({ gateways }, undefined, 2) : render[format](gateways),
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
}

function viewsOf(path: string): Map<string, GatewayView> {
  const all = readAuthorizations(path);
  return new Map(all.map((gateway) => [gateway.name, { map: namedAccessMap(gateway), unknown: gateway.unknown }]));
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
    return changes.length + unknown.length === 0 ? [] : [{ gateway, changes, unknown }];
  });
}

function countsFor(failOn: 'any' | 'wider' | 'never'): (change: AccessChange) => boolean {
  return ({ widens }) => failOn === 'any' || widens;
}

const NO_DIFFERENCE = 'No difference in who can call which tool.';

const render = {
  text: (gateways: readonly GatewayDifference[]) =>
    gateways
      .map(({ gateway, changes, unknown }) =>
        [`gateway ${gateway}`, accessChangesText(changes), ...unknown.map((what) => `? ${what}`)]
          .filter((part) => part !== '')
          .join('\n'),
      )
      .join('\n\n') || NO_DIFFERENCE,
  markdown: (gateways: readonly GatewayDifference[]) =>
    gateways
      .map(({ gateway, changes, unknown }) =>
        [
          `### Access to gateway ${gateway}`,
          ...(changes.length === 0 ? [] : [accessChangesMarkdown(changes)]),
          ...(unknown.length === 0 ? [] : [unknown.map((what) => `- not known: ${what}`).join('\n')]),
        ].join('\n\n'),
      )
      .join('\n\n') || NO_DIFFERENCE,
};
