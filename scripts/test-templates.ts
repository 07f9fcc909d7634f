/**
 * Lints the templates of every example, and of every combination of inbound, agent, target and credential: the strict
 * CloudFormation validation of aws-cdk-lib, then cfn-lint.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './run';

const CACHE = join(ROOT, '.cache', 'templates');
const CFN_LINT = '1.58.0';
const PYTHON = process.env.PYTHON ?? 'python3';

const examples = readdirSync(join(ROOT, 'examples')).filter((name) =>
  existsSync(join(ROOT, 'examples', name, 'app.ts')),
);
mkdirSync(CACHE, { recursive: true });

const ofExamples = examples.flatMap((name) => cdkSynth(name, join('examples', name, 'app.ts')));
lint(ofExamples);
const ofTable = synthesize('every-combination', join('test', 'support', 'every-combination.ts'));
// The service behind its Smithy targets is made up.
lint(ofTable, 'W3037');
console.log(`${ofExamples.length + ofTable.length} templates of ${examples.length + 1} apps are clean`);

function lint(templates: readonly string[], ...ignored: string[]): void {
  run(cfnLint(), ['--config-file', lintConfig(ignored), '--', ...templates]);
}

/** By the command that its users run. A warning or an error of any rule or construct ends it, and this script. */
function cdkSynth(name: string, file: string): string[] {
  const out = join(CACHE, name);
  const options = ['--quiet', '--strict', '--output', out, '--context', '@aws-cdk/core:strictCfnValidateErrors=true'];
  run('npx', ['cdk', 'synth', '--app', `node --import tsx ${file}`, ...options]);
  return templatesIn(out);
}

function synthesize(name: string, file: string): string[] {
  const out = join(CACHE, name);
  const context = {
    '@aws-cdk/core:validateAgainstDefaultRules': true,
    '@aws-cdk/core:strictCfnValidateErrors': true,
  };
  run('npx', ['tsx', file], {
    env: { CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_VALIDATION: 'true' },
  });
  return templatesIn(out);
}

function templatesIn(out: string): string[] {
  return readdirSync(out)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => join(out, file));
}

function cfnLint(): string {
  const venv = join(CACHE, `venv-${CFN_LINT}`);
  if (!existsSync(join(venv, 'bin', 'cfn-lint'))) {
    run(PYTHON, ['-m', 'venv', venv]);
    run(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `cfn-lint==${CFN_LINT}`]);
  }
  return join(venv, 'bin', 'cfn-lint');
}

function lintConfig(ignored: readonly string[]): string {
  const file = join(CACHE, 'cfnlintrc.yaml');
  // W3005: aws-cdk-lib writes a DependsOn beside a reference for every function; said twice, it does no harm.
  writeFileSync(file, `regions: [us-east-1]\nignore_checks: [${['W3005', ...ignored].join(', ')}]\n`);
  return file;
}
