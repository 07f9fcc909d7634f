import { type AccessMap, accessDifference } from '../../core/cedar/access-map';
import { choice, parseCommandLine } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { namedAccessMap, readAuthorizations } from './authorization';

export const diff: Command = {
  summary: 'Show what access a change adds or removes',
  help: `secure-mcp diff <old cdk.out> <new cdk.out> [--format text|json]

Compares who can call which tool under which condition, not the text of the policies.

Exit codes: 0 no difference, 1 differences, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const { values, positionals } = parseCommandLine(args, { format: { type: 'string' } }, 2);
    const format = choice('format', values.format, ['text', 'json'], 'text');
    const [before, after] = [mapsOf(positionals[0] ?? 'cdk.out'), mapsOf(positionals[1] ?? 'cdk.out')];
    const names = [...new Set([...before.keys(), ...after.keys()])].sort();
    const none: AccessMap = { tools: [] };
    const differences = names
      .map((gateway) => ({ gateway, ...accessDifference(before.get(gateway) ?? none, after.get(gateway) ?? none) }))
      .filter(({ added, removed }) => added.length + removed.length > 0);
    const text = differences.map(({ gateway, added, removed }) =>
      [`gateway ${gateway}`, ...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)].join('\n'),
    );
    return {
      exitCode: differences.length === 0 ? EXIT.clean : EXIT.findings,
      output:
        format === 'json'
          ? JSON.stringify({ gateways: differences }, undefined, 2)
          : text.join('\n\n') || 'No difference in who can call which tool.',
    };
  },
};

function mapsOf(path: string): Map<string, AccessMap> {
  return new Map(readAuthorizations(path).map((gateway) => [gateway.name, namedAccessMap(gateway)]));
}
