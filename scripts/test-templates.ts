/**
 * Lints every synthesized example: the strict CloudFormation validation of aws-cdk-lib, then cfn-lint.
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

const templates = examples.flatMap(synthesize);
run(cfnLint(), ['--config-file', lintConfig(), '--', ...templates]);
console.log(`${templates.length} templates of ${examples.length} examples are clean`);

function synthesize(example: string): string[] {
  const out = join(CACHE, example);
  const context = {
    '@aws-cdk/core:validateAgainstDefaultRules': true,
    '@aws-cdk/core:strictCfnValidateErrors': true,
  };
  run('npx', ['tsx', join('examples', example, 'app.ts')], {
    env: { CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_VALIDATION: 'true' },
  });
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

function lintConfig(): string {
  const file = join(CACHE, 'cfnlintrc.yaml');
  // W3005: aws-cdk-lib writes a DependsOn beside a reference for every function; said twice, it does no harm.
  writeFileSync(file, 'regions: [us-east-1]\nignore_checks: [W3005]\n');
  return file;
}
