import { parseYaml } from '../../assembly/parse-yaml';
import { readAssembly } from '../../assembly/read-assembly';
import { type Finding, LAYERS } from '../../core/finding';
import { runRules } from '../../rules/run-rules';
import { choice, parseCommandLine } from '../args';
import type { Command, CommandResult } from '../command';
import { EXIT } from '../exit-codes';

export const check: Command = {
  summary: 'Check a cloud assembly or a template against the four-layer model',
  help: `secure-mcp check [cdk.out | template.json] [--format text|json]

Checks every gateway, target, policy, function and role of a synthesized app, or of one CloudFormation template.
The path defaults to cdk.out.

  --format text|json   text for people (default), json for programs:
                       { "findings": [{ ruleId, severity, layer, resource, path, message, fix }] }

Exit codes: 0 nothing found, 1 findings, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const { values, positionals } = parseCommandLine(args, { format: { type: 'string' } }, 1);
    const format = choice('format', values.format, ['text', 'json'], 'text');
    const assembly = readAssembly(positionals[0] ?? 'cdk.out', { parseYaml });
    const findings = runRules(assembly).map(published);
    return {
      exitCode: findings.length === 0 ? EXIT.clean : EXIT.findings,
      output: format === 'json' ? JSON.stringify({ findings }, undefined, 2) : asText(findings, assembly.stacks.length),
    } satisfies CommandResult;
  },
};

function published({ ruleId, severity, layer, resource, path, message, fix }: Finding): Finding {
  return { ruleId, severity, layer, resource, path, message, fix };
}

function asText(findings: readonly Finding[], stacks: number): string {
  const scope = `${stacks} ${stacks === 1 ? 'stack' : 'stacks'}`;
  if (findings.length === 0) return `No findings in ${scope}, in all four layers.`;
  const blocks = LAYERS.map((layer) => [layer, findings.filter((finding) => finding.layer === layer)] as const)
    .filter(([, ofLayer]) => ofLayer.length > 0)
    .map(([layer, ofLayer]) => [`${layer}`, ...ofLayer.map(entry)].join('\n'));
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  return [...blocks, `${count('error')} errors, ${count('warning')} warnings in ${scope}`].join('\n\n');
}

function entry(finding: Finding): string {
  const lines = [`${finding.severity === 'error' ? 'ERROR' : 'WARN '} ${finding.ruleId}  ${finding.message}`];
  return [...lines, `at ${finding.path}`, `fix: ${finding.fix}`].join('\n        ').replace(/^/, '  ');
}
