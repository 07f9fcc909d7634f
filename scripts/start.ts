/**
 * `npm start`: synthesizes the quickstart through the CDK CLI, checks it, runs it in the local gateway, and drives it with
 * the official MCP client. Ends non-zero when any outcome differs from what is expected.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run';
import { type Attempt, attempts } from './start/attempts';
import { LocalServer } from './start/local-server';

const OUT = 'cdk.out';
const QUICKSTART = 'examples/quickstart';

async function main(): Promise<number> {
  console.log('1. cdk synth: an order-support app, three tools in three Lambda functions\n');
  run('npx', ['cdk', 'synth', '--quiet', '--output', OUT]);

  console.log('\n2. secure-mcp check: the four-layer rules on the synthesized templates\n');
  // A warning is shown and ends nothing: one day the runtime comes near the end of its support.
  run(process.execPath, ['bin/secure-mcp', 'check', OUT, '--fail-on', 'error']);

  console.log('\n3. secure-mcp dev: the synthesized app on this machine, a real MCP client against it\n');
  const results = await attemptAll();
  const shown = table(results);
  console.log(shown);
  keep(shown);
  const wrong = results.filter((result) => !result.asExpected).length;
  console.log(wrong === 0 ? whereToGo() : `\n${wrong} of ${results.length} outcomes are not as expected.`);
  return wrong === 0 ? 0 : 1;
}

async function attemptAll(): Promise<Attempt[]> {
  const seeded = [OUT, '--seed', join(QUICKSTART, 'seed.json')];
  const hostile = `order-lookup=${join(QUICKSTART, 'attacks', 'order-lookup.js')}`;
  const servers: LocalServer[] = []; // those that were started are stopped, also when the next one fails
  try {
    for (const args of [seeded, [...seeded, '--assume-breach', hostile]]) servers.push(await LocalServer.start(args));
    const results: Attempt[] = [];
    for (const attempt of attempts(servers[0]!, servers[1]!)) results.push(await attempt());
    return results;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** For the README, which shows the output of a real run. */
function keep(text: string): void {
  mkdirSync('.cache', { recursive: true });
  writeFileSync('.cache/npm-start.txt', `${text}\n`);
}

function table(results: readonly Attempt[]): string {
  const rows = results.map(({ layer, attempt, outcome, asExpected }) => [
    asExpected ? 'ok' : 'NO',
    layer,
    attempt,
    outcome,
  ]);
  const all = [['', 'layer', 'attempt', 'outcome'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column < 3 ? cell.padEnd(widths[column]!) : cut(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

function whereToGo(): string {
  return `
All outcomes are as expected. Where to go next:
  ${QUICKSTART}/app.ts            the app that was just run
  npx secure-mcp dev --seed ${QUICKSTART}/seed.json   keep it running for your own MCP client
  npx secure-mcp check <template>        check any CloudFormation template
  docs/architecture.md                   how it works`;
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
