/**
 * Packs the package as it would be published, installs it in a fresh project outside the clone, and uses it there: the
 * entry points from CommonJS, ES modules and TypeScript, the command, and a synthesized app.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, run } from './run';

const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const MAX_TARBALL_MB = 8;

if (process.env.SKIP_COMPILE !== 'true') run('npx', ['projen', 'compile']);
run('npx', ['projen', 'bundle']);
const project = mkdtempSync(join(tmpdir(), 'consumer-'));
const tarball = pack();
install(tarball);
checkContents();
for (const program of readdirSync(join(ROOT, 'test/package')).filter((name) => name.startsWith('use-'))) use(program);
console.log('the packed package works in a fresh project');

function pack(): string {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', project, '--loglevel=error'], { capture: true }),
  );
  const megabytes = packed.size / 1e6;
  console.log(`${packed.filename}: ${megabytes.toFixed(1)} MB, ${packed.entryCount} files`);
  if (megabytes > MAX_TARBALL_MB) throw new Error(`the tarball is over ${MAX_TARBALL_MB} MB`);
  return join(project, packed.filename);
}

function install(file: string): void {
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "version": "1.0.0", "private": true }');
  const version = (name: string) => `${name}@${devDependencies[name]}`;
  run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      file,
      ...[
        'aws-cdk-lib',
        'constructs',
        'cdk-nag',
        '@aws-sdk/client-dynamodb',
        '@aws-sdk/lib-dynamodb',
        '@modelcontextprotocol/client',
      ].map(version),
      version('typescript').replace('~', ''),
      version('@types/node').replace('^', ''),
    ],
    { cwd: project },
  );
}

/** No sources, no tests: what is compiled twice or not used is not shipped. */
function checkContents(): void {
  const shipped = readdirSync(join(project, 'node_modules/cdk-secure-mcp'), { recursive: true, encoding: 'utf8' });
  const unwanted = shipped.filter(
    (file) => !file.includes('node_modules') && (/(?<!\.d)\.ts$/.test(file) || /^(test|examples|scripts)/.test(file)),
  );
  if (unwanted.length > 0) throw new Error(`the package ships ${unwanted.join(', ')}`);
}

function use(program: string): void {
  cpSync(join(ROOT, 'test/package', program), join(project, program));
  console.log(`- ${program}`);
  if (program.endsWith('.sh')) run('bash', [program], { cwd: project });
  else run(process.execPath, [program], { cwd: project });
}
