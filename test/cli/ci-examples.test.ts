import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..');

/** A CDK project of a user, with its packages installed. */
function project(authorizerType: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ci-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app: 'node app.js' }));
  writeFileSync(
    join(folder, 'app.js'),
    `const { App, Stack, CfnResource } = require('aws-cdk-lib');
     const properties = { AuthorizerType: ${JSON.stringify(authorizerType)} };
     new CfnResource(new Stack(new App(), 'Orders'), 'Gateway', { type: 'AWS::BedrockAgentCore::Gateway', properties });`,
  );
  return folder;
}

function shell(script: string, cwd: string) {
  return spawnSync('sh', ['-ec', script], {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      CLONE: ROOT,
      CDK_VALIDATION: 'false',
      PATH: `${ROOT}/test/fixtures/bin:${process.env.PATH}`,
    },
  });
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
const document = (file: string) => parse(readFileSync(join(ROOT, 'examples/ci', file), 'utf8'));

test('the shell script fails on an open gateway, and not on an app without one', () => {
  const folder = project('NONE');
  writeFileSync(join(folder, 'queue.json'), JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } }));

  expect(shell('npx cdk synth --quiet', folder)).toMatchObject({ status: 0 });
  expect(shell(`${ROOT}/examples/ci/check.sh`, folder).status).toBe(1);
  expect(shell(`${ROOT}/examples/ci/check.sh queue.json`, folder).status).toBe(0);
});

test('the steps of the GitHub workflow, in order: the last one finds the open gateway and leaves the report', () => {
  const { jobs, permissions } = document('github-actions.yml');
  const steps = jobs.check.steps as Step[];
  const commands = steps.flatMap(({ run }) => run ?? []);
  const folder = project('NONE');
  const statuses = commands.map((command) => shell(command, folder).status);

  expect(commands).toHaveLength(3);
  expect(statuses).toEqual([0, 0, 1]);
  expect(readFileSync(join(folder, 'npm.log'), 'utf8')).toBe('npm ci\n');
  expect(JSON.parse(readFileSync(join(folder, 'secure-mcp.sarif'), 'utf8')).version).toBe('2.1.0');
  // The upload runs although the check failed, and may write what it uploads.
  expect(steps.at(-1)).toMatchObject({ if: 'always()', with: { sarif_file: 'secure-mcp.sarif' } });
  expect(permissions['security-events']).toBe('write');
  for (const { uses, run } of steps) expect(run ?? uses).toMatch(run === undefined ? /^[\w/-]+@v\d+$/ : /^np[mx] /);
});

test('the script of the GitLab job, in order: it fails with the open gateway and leaves the report', () => {
  const job = document('gitlab-ci.yml')['secure-mcp'] as {
    script: string[];
    artifacts: { when: string; reports: { junit: string } };
  };
  const folder = project('NONE');

  expect(shell(job.script.join('\n'), folder).status).toBe(1);
  expect(readFileSync(join(folder, job.artifacts.reports.junit), 'utf8')).toMatch(/<testsuite name="secure-mcp"/);
  expect(job.artifacts.when).toBe('always');
});
