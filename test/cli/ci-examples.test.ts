import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ci-'));

function template(authorizerType: string): string {
  const path = join(folder, `${authorizerType}.json`);
  const gateway = { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { AuthorizerType: authorizerType } };
  writeFileSync(
    path,
    JSON.stringify({
      Resources: authorizerType === 'none at all' ? { Q: { Type: 'AWS::SQS::Queue' } } : { Gw: gateway },
    }),
  );
  return path;
}

/** The commands of a job that run this tool, with a template in place of the assembly. */
function commands(file: string): string[] {
  const document = parse(readFileSync(join(ROOT, 'examples/ci', file), 'utf8')) as unknown;
  const texts: string[] = [];
  JSON.stringify(document, (_key, value) => {
    if (typeof value === 'string' && value.startsWith('npx secure-mcp')) texts.push(value);
    return value;
  });
  return texts;
}

function shell(command: string) {
  return spawnSync('sh', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${ROOT}/test/fixtures/bin:${process.env.PATH}`,
      SECURE_MCP: join(ROOT, 'bin/secure-mcp'),
    },
  });
}

test('the shell line fails on an error and not on a clean app', () => {
  expect(shell(`${ROOT}/examples/ci/check.sh ${template('NONE')}`).status).toBe(1);
  expect(shell(`${ROOT}/examples/ci/check.sh "${template('none at all')}"`).status).toBe(0);
});

test.each([
  ['github-actions.yml', 'secure-mcp.sarif', /"version": "2\.1\.0"/],
  ['gitlab-ci.yml', 'secure-mcp.xml', /<testsuite name="secure-mcp"/],
])('the job of %s writes its report and fails', (file, report, content) => {
  const [command] = commands(file);

  expect(command).toContain('secure-mcp check cdk.out');
  expect(shell(command!.replace('cdk.out', template('NONE'))).status).toBe(1);
  expect(readFileSync(join(folder, report), 'utf8')).toMatch(content);
});
