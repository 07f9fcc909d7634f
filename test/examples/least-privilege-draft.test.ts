import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { build as buildFixed } from '../../examples/least-privilege/app';
import { build as buildDraft } from '../../examples/least-privilege/first-draft/app';
import { leastPrivilegeOutput } from '../../scripts/docs/least-privilege-output';

const page = readFileSync(join(__dirname, '../../docs/least-privilege.md'), 'utf8');
const draft = leastPrivilegeOutput(buildDraft);
const row = (tool: string) =>
  draft.table
    .split('\n')
    .find((line) => line.startsWith(`| ${tool} `))!
    .split(' | ');

test('the page shows what the first draft really says', () => {
  expect(page).toContain(`\`\`\`text\n${draft.errors}\n\`\`\``);
  expect(page).toContain(draft.table);
});

test('the first draft shows something missing, excess, undecided and chosen by the caller', () => {
  expect(draft.errors).toMatch(
    /dynamodb:GetItem .* Write ORDERS: Access\.table\(Orders\)\.update\(\)\.scan\(\)\.get\(\)/,
  );
  expect(draft.errors.match(/\[[A-Z_]+\]/g)).toEqual(['[ACCESS_MISSING]']);
  const [, , , missing, excess] = row('order-note');
  expect([missing, excess]).toEqual([
    'dynamodb:GetItem on ORDERS, examples/least-privilege/first-draft/tools/order-note.ts:13',
    'dynamodb:Scan on ORDERS, examples/least-privilege/first-draft/app.ts:31',
  ]);
  expect(row('order-count')[5]).toContain('what is not used of dynamodb cannot be told');
  expect(row('invoice-read')[5]).toContain('the caller of the tool chooses the resource of s3:GetObject');
  expect(row('price-convert')[5]).toContain('the code may need ssm:GetParameters');
});

test('of the fixed version nothing is said', () => {
  let stack: Stack | undefined;
  const { errors, table } = leastPrivilegeOutput((app: App) => {
    stack = buildFixed(app);
  });

  expect(errors).toBe('');
  expect(page).toContain(table);
  for (const line of table.split('\n').slice(2)) expect(line).toMatch(/ \| {2}\| {2}\| {2}\|$/);
  const said = stack!.node.findAll().flatMap(({ node }) => node.metadata.map(({ data }) => String(data)));
  expect(said.filter((text) => text.includes('cdk-secure-mcp:'))).toEqual([]);
});
