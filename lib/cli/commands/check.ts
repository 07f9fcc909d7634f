import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTemplateYaml } from '../../assembly/parse-yaml';
import { readAssembly } from '../../assembly/read-assembly';
import { readToolLock } from '../../assembly/read-tool-lock';
import { readAcknowledgments } from '../../rules/acknowledgment';
import type { CheckConfig } from '../../rules/check-config';
import type { Profile } from '../../rules/options';
import { acknowledge, type LocatedFinding, runRules, switchedOff } from '../../rules/run-rules';
import { choice, parseCommandLine } from '../args';
import type { Command, CommandResult } from '../command';
import { EXIT } from '../exit-codes';
import { asJson } from '../formats/json';
import { asJunit } from '../formats/junit';
import { asMarkdown } from '../formats/markdown';
import type { CheckReport } from '../formats/report';
import { asSarif } from '../formats/sarif';
import { asText } from '../formats/text';
import { fingerprint, readBaseline, readConfig, shownFile } from '../read-check-files';
import { templatePlaces } from '../template-places';

const FORMATS = ['text', 'json', 'sarif', 'junit', 'markdown'] as const;
const RENDER: { readonly [format in (typeof FORMATS)[number]]: (report: CheckReport) => string } = {
  text: asText,
  json: asJson,
  sarif: asSarif,
  junit: asJunit,
  markdown: asMarkdown,
};
const FAIL_ON = ['error', 'warning', 'undecided'] as const;

export const check: Command = {
  summary: 'Check a cloud assembly or templates against the four-layer model',
  help: `secure-mcp check [cdk.out | template | folder] [options]

Checks every gateway, target, policy, function and role of a synthesized app, of one CloudFormation or SAM template
(JSON or YAML), or of a folder of them. The path defaults to cdk.out.

  --format text|json|sarif|junit|markdown
                          text for people (default), json for programs:
                          { "findings": [{ ruleId, severity, layer, resource, path, message, fix }],
                            "acknowledged": [{ the same, reason, owner, expires }], "switchedOff": [] }
  --fail-on error|warning|undecided
                          the least that ends with 1: undecided (default) is every finding, warning leaves out what
                          could not be verified, error counts errors only
  --profile default|strict|private
                          strict adds signed code, boundaries and traces, and takes what cannot be verified as seriously
                          as a violation; private adds rules on networks
  --baseline <file>       findings that this JSON report has are left out: only new ones count, and those
                          whose severity or message is another one now (write it with the same --profile and --config)
  --config <file>         options of the rules, severities and acknowledgments, in JSON
  --lock <file>           approved tools (see secure-mcp lock); tools that differ are findings

Acknowledgments made in the CDK with Validations.of(construct).acknowledge(...), in the metadata of a resource
("cdk-secure-mcp": { "acknowledge": [{ id, reason, owner, expires }] }) or in the config file are applied; every format
says why, who and until when. An expired one is a finding.

Exit codes: 0 nothing found, 1 findings, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const { values, positionals } = parseCommandLine(
      args,
      {
        format: { type: 'string' },
        'fail-on': { type: 'string' },
        profile: { type: 'string' },
        baseline: { type: 'string' },
        config: { type: 'string' },
        lock: { type: 'string' },
      },
      1,
    );
    const format = choice('format', values.format, FORMATS, 'text');
    const failOn = choice('fail-on', values['fail-on'], FAIL_ON, 'undecided');
    const config: CheckConfig =
      typeof values.config === 'string' ? readConfig(values.config) : { options: {}, acknowledgments: [] };
    const profile = choice<Profile>(
      'profile',
      values.profile,
      ['default', 'strict', 'private'],
      config.options.profile ?? 'default',
    );
    const baseline = typeof values.baseline === 'string' ? readBaseline(values.baseline) : new Set<string>();
    const assembly = readAssembly(positionals[0] ?? 'cdk.out', { parseYaml: parseTemplateYaml });
    const acknowledgments = [...readAcknowledgments(assembly), ...config.acknowledgments];
    const lockFile = typeof values.lock === 'string' ? values.lock : config.toolLock;
    const lock = lockFile === undefined ? {} : { toolLock: readToolLock(lockFile) };
    const options = { ...config.options, profile, ...lock };
    const all = runRules(assembly, { options, acknowledgments });
    const { open, acknowledged } = acknowledge(all, acknowledgments, options.today);
    const findings = open.filter((finding) => !baseline.has(fingerprint(finding)));
    const report: CheckReport = {
      findings,
      acknowledged,
      known: open.length - findings.length,
      switchedOff: switchedOff(options),
      stacks: assembly.stacks.length,
      version: version(),
      placeOf: templatePlaces(),
      fileOf: shownFile,
    };
    return {
      exitCode: findings.some((finding) => counts(finding, failOn)) ? EXIT.findings : EXIT.clean,
      output: RENDER[format](report),
    } satisfies CommandResult;
  },
};

function counts(finding: LocatedFinding, failOn: (typeof FAIL_ON)[number]): boolean {
  if (finding.severity === 'error' || failOn === 'undecided') return true;
  return failOn === 'warning' && !finding.undecided;
}

function version(): string {
  for (const up of ['../../..', '../..', '..']) {
    try {
      return (JSON.parse(readFileSync(join(__dirname, up, 'package.json'), 'utf8')) as { version: string }).version;
    } catch {
      // The bundled command lies at another depth than its source.
    }
  }
  return '0.0.0';
}
