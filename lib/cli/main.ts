import { SecureMcpError } from '../core/errors';
import type { Command } from './command';
import { EXIT } from './exit-codes';

/** Loaded on use: `check` must not pay for the servers of `dev`. */
const COMMANDS: { readonly [name: string]: () => Command } = {
  access: () => require('./commands/access').access,
  check: () => require('./commands/check').check,
  dev: () => require('./commands/dev').dev,
  diff: () => require('./commands/diff').diff,
  explain: () => require('./commands/explain').explain,
  guardrails: () => require('./commands/guardrails').guardrails,
  list: () => require('./commands/list').list,
  lock: () => require('./commands/lock').lock,
  test: () => require('./commands/test').test,
};

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(overview());
    return name === undefined ? EXIT.unusable : EXIT.clean;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    notice(`unknown command, got ${JSON.stringify(name)}. Use one of: ${Object.keys(COMMANDS).join(', ')} [CLI_USAGE]`);
    return EXIT.unusable;
  }
  const command = COMMANDS[name]!();
  if (args.includes('--help') || args.includes('-h')) {
    print(command.help);
    return EXIT.clean;
  }
  const result = await command.run(args);
  if (result.notice !== undefined) notice(result.notice);
  if (result.output !== undefined) print(result.output);
  return result.exitCode;
}

function overview(): string {
  const names = Object.keys(COMMANDS);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${COMMANDS[name]!().summary}`);
  return ['secure-mcp <command> [options]', '', ...lines, '', 'secure-mcp <command> --help tells more.'].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function notice(text: string): void {
  process.stderr.write(`${text}\n`);
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    notice(error instanceof SecureMcpError ? error.message : String((error as Error).stack ?? error));
    process.exitCode = EXIT.unusable;
  },
);
