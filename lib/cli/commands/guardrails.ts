import { CONFIG_OPEN, CONFIG_RULES, guardrails as makeGuardrails } from '../../rules/guardrails';
import { choice, parseCommandLine } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';

export const guardrails: Command = {
  summary: 'Print policies and rules for an organization that hold the same line after deployment',
  help: `secure-mcp guardrails [--format scp|config|text] [--approved-issuer <host>]...

  --format text     what there is, the rules it stands for, and what is not settled (default)
  --format scp      a service control policy in JSON
  --format config   AWS Config rules as a CloudFormation template in JSON
  --approved-issuer a host of an issuer; without any, issuers are not limited

Nothing here was tried against the service: read the open points, and attach the policy to a test account first.`,
  run: (args) => {
    const options = { format: { type: 'string' }, 'approved-issuer': { type: 'string', multiple: true } } as const;
    const { values } = parseCommandLine(args, options, 0);
    const format = choice('format', values.format, ['text', 'scp', 'config'], 'text');
    const issuers = (values['approved-issuer'] ?? []) as readonly string[];
    const all = makeGuardrails({ approvedIssuers: issuers });
    const open = all.flatMap((each) => (each.open === undefined ? [] : [`${each.id}: ${each.open}`]));
    if (format === 'scp') {
      const document = { Version: '2012-10-17', Statement: all.map(({ statement }) => statement) };
      return {
        exitCode: EXIT.clean,
        output: JSON.stringify(document, undefined, 2),
        notice: `open points:\n${open.join('\n')}`,
      };
    }
    if (format === 'config') {
      const resources = CONFIG_RULES.map(({ identifier }) => [
        identifier
          .toLowerCase()
          .replace(/_?([a-z]+)/g, (_match, word: string) => word[0]!.toUpperCase() + word.slice(1)),
        { Type: 'AWS::Config::ConfigRule', Properties: { Source: { Owner: 'AWS', SourceIdentifier: identifier } } },
      ]);
      return {
        exitCode: EXIT.clean,
        output: JSON.stringify({ Resources: Object.fromEntries(resources) }, undefined, 2),
        notice: `open points:\nAWS Config: ${CONFIG_OPEN}`,
      };
    }
    const lines = all.map(
      ({ id, rules, open: why }) => `${id} (${rules.join(', ')})${why === undefined ? '' : `\n  open: ${why}`}`,
    );
    const config = CONFIG_RULES.map(({ identifier, rules }) => `AWS Config ${identifier} (${rules.join(', ')})`);
    return { exitCode: EXIT.clean, output: [...lines, ...config, `  open: ${CONFIG_OPEN}`].join('\n') };
  },
};
