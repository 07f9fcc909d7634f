import { accessMapMarkdown, accessMapText } from '../../core/cedar/access-map';
import { choice, parseCommandLine } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { namedAccessMap, readAuthorizations } from './authorization';

/** Of rules: what only a comparison needs. */
const INTERNAL = ['expression', 'cannotFail'];

export const access: Command = {
  summary: 'Show who can call which tool under which condition',
  help: `secure-mcp access [cdk.out | template.json] [--format text|markdown|json]

Computed from the Cedar policies by partial evaluation, for each agent of the app and for callers nobody knows yet.
The path defaults to cdk.out. What the template does not tell is listed on stderr.

Exit codes: 0 done, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const { values, positionals } = parseCommandLine(args, { format: { type: 'string' } }, 1);
    const format = choice('format', values.format, ['text', 'markdown', 'json'], 'text');
    const gateways = readAuthorizations(positionals[0] ?? 'cdk.out');
    const maps = gateways.map((gateway) => ({ gateway: gateway.name, ...namedAccessMap(gateway) }));
    const notices = gateways.flatMap(({ name, unknown }) => unknown.map((what) => `${name}: ${what}`));
    const render = format === 'markdown' ? accessMapMarkdown : accessMapText;
    return {
      exitCode: EXIT.clean,
      output:
        format === 'json'
          ? JSON.stringify({ gateways: maps }, (key, value) => (INTERNAL.includes(key) ? undefined : value), 2)
          : maps
              .map((map) => `${format === 'markdown' ? '## ' : 'gateway '}${map.gateway}\n\n${render(map)}`)
              .join('\n\n'),
      ...(notices.length === 0 ? {} : { notice: notices.join('\n') }),
    };
  },
};
