import { RULES } from '../../rules/registry';
import { severityOf } from '../../rules/rule';
import { PACK_NAME } from '../../rules/run-rules';
import { choice, parseCommandLine } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';

export const list: Command = {
  summary: 'List the rules',
  help: `secure-mcp list [--format text|json]

Every rule with its layer, severity and profile.`,
  run: (args) => {
    const { values } = parseCommandLine(args, { format: { type: 'string' } }, 0);
    const format = choice('format', values.format, ['text', 'json'], 'text');
    const rules = RULES.map((rule) => ({
      id: `${PACK_NAME}-${rule.id}`,
      name: rule.name,
      layer: rule.layer,
      severity: severityOf(rule),
      profile: rule.profile ?? 'default',
      summary: rule.summary,
    }));
    const width = Math.max(...rules.map(({ layer }) => layer.length));
    const lines = rules.map(
      ({ id, layer, severity, profile, summary }) =>
        `${id.padEnd(15)} ${layer.padEnd(width)} ${severity.padEnd(7)} ${summary}${profile === 'default' ? '' : ` (profile ${profile})`}`,
    );
    return {
      exitCode: EXIT.clean,
      output: format === 'json' ? JSON.stringify({ rules }, undefined, 2) : lines.join('\n'),
    };
  },
};
