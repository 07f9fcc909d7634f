import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { authorizationOf, rolesOf } from 'cdk-secure-mcp/testing';
import { build } from '../../examples/authorization/app';
import { readAssembly } from '../../lib/assembly/read-assembly';
import type { CommandResult } from '../../lib/cli/command';
import { lock } from '../../lib/cli/commands/lock';
import { test as policyTests } from '../../lib/cli/commands/test';
import { runRules } from '../../lib/rules/run-rules';

const EXAMPLE = join(__dirname, '../../examples/authorization');
const outdir = mkdtempSync(join(tmpdir(), 'authorization-'));
const app = new App({ outdir });
const stack = build(app);
app.synth();

test('no rule of any layer objects, and synthesis warns of nothing', () => {
  expect(runRules(readAssembly(outdir))).toEqual([]);
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
});

test('the policy tests pass and hold every clause in place', () => {
  const { exitCode, output } = policyTests.run([
    outdir,
    '--tests',
    join(EXAMPLE, 'policies/tests.yaml'),
    '--min-coverage',
    '100',
  ]) as CommandResult;

  expect(output).toMatch(/ 0 failed; (\d+) of \1 clauses tested, coverage 100 %$/);
  expect(exitCode).toBe(0);
});

test('the lock is that of the tools', async () => {
  expect(await lock.run([outdir, '--check', '--file', join(EXAMPLE, 'mcp-tools.lock')])).toMatchObject({ exitCode: 0 });
});

test('the same answers in a unit test, with the window and the forbid in force', () => {
  const robot = {
    agent: 'reorder-robot',
    tool: 'purchase-order',
    arguments: { costCenter: 'c', supplier: 'contoso', item: 'i', quantity: 1, total: 200, hazardous: false },
  };
  const authorization = authorizationOf(stack);
  const call = (more: object) => authorization.expect({ ...robot, ...more });

  call({ at: '2026-12-01T19:59:59Z' }).allow({ by: 'purchase_order' });
  call({ at: '2026-12-01T20:00:00Z' }).deny({ by: [] });
  call({ at: '2036-12-30T12:00:00Z' }).deny({ by: 'stocktaking' });
  call({ at: '2026-12-01T12:00:00Z', arguments: { ...robot.arguments, hazardous: true } }).deny({
    by: 'purchase_order',
  });
  rolesOf(stack).tool('purchase-list').denies('dynamodb:PutItem', 'PurchasesEF13D839');
});
