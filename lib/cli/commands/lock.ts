import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTemplateYaml } from '../../assembly/parse-yaml';
import { readAssembly } from '../../assembly/read-assembly';
import { readToolLock } from '../../assembly/read-tool-lock';
import { TemplateModel } from '../../assembly/template-model';
import { lockDifferences, lockOf, lockText, NO_TOOLS, type ToolContract } from '../../core/tool-lock';
import { SYNTHESIZED_TOOLS_FILE } from '../../protocol/template-metadata';
import { openContracts, toolContracts } from '../../rules/tool-contract';
import { parseCommandLine, usage } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';

export const lock: Command = {
  summary: 'Approve the tools as they are: write the lock that a synthesis compares them with',
  help: `secure-mcp lock [cdk.out | template | folder] [--file mcp-tools.lock] [--check]

Writes name, description, risk and digests of all arguments of every tool into one file, for review beside the code that
changed them. Point the app at the file, with the property toolLock of SecureMcpGateway or, for all gateways and the checks,
with the context "cdk-secure-mcp:toolLock" in cdk.json. A synthesis with a tool that differs then fails; run this command
again (it reads what that synthesis left in cdk.out) and commit the difference once somebody has read it.

  --file <file>   the lock (default mcp-tools.lock)
  --check         write nothing; tools that differ are printed and end with 1

What the template does not tell of a tool is in no lock; it is listed on stderr and ends with 1.

Exit codes: 0 written or nothing differs, 1 something differs or cannot be locked, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const options = { file: { type: 'string' }, check: { type: 'boolean' } } as const;
    const { values, positionals } = parseCommandLine(args, options, 1);
    const file = typeof values.file === 'string' ? values.file : 'mcp-tools.lock';
    const { contracts, open } = readContracts(positionals[0] ?? 'cdk.out');
    const notLocked = open.length === 0 ? {} : { notice: open.join('\n') };
    const before = existsSync(file) ? readToolLock(file) : values.check === true ? undefined : NO_TOOLS;
    if (before === undefined) throw usage(`there is no lock, got ${file}`, 'Write it with `secure-mcp lock`');
    const differences = lockDifferences(before, contracts).map(({ gateway, message }) => `${gateway}: ${message}`);
    if (values.check === true) {
      const clean = differences.length + open.length === 0;
      return { exitCode: clean ? EXIT.clean : EXIT.findings, output: listed(differences), ...notLocked };
    }
    // Gateways of other apps that share the file stay as they are.
    const { gateways } = lockOf(contracts);
    writeFileSync(file, lockText({ lockVersion: 1, gateways: { ...before.gateways, ...gateways } }));
    const exitCode = open.length === 0 ? EXIT.clean : EXIT.findings;
    return { exitCode, output: listed(differences), notice: [...open, `wrote ${file}`].join('\n') };
  },
};

function listed(differences: readonly string[]): string {
  return differences.length === 0 ? 'no tool differs from the lock' : differences.join('\n');
}

interface ReadContracts {
  readonly contracts: ToolContract[];
  /** What cannot be locked. */
  readonly open: string[];
}

/** A synthesis that failed because of the lock wrote no templates, but it did write its tools. */
function readContracts(path: string): ReadContracts {
  const synthesized = join(path, SYNTHESIZED_TOOLS_FILE);
  const own = existsSync(synthesized) ? contractsOf(synthesized) : [];
  const covered = new Set(own.map(({ gateway }) => gateway));
  if (own.length > 0 && !existsSync(join(path, 'manifest.json'))) return { contracts: own, open: [] };
  const model = new TemplateModel(readAssembly(path, { parseYaml: parseTemplateYaml }));
  const others = toolContracts(model).filter(({ gateway }) => !covered.has(gateway));
  const open = openContracts(model).map(
    ({ gateway, target, path: at, why }) =>
      `${gateway}: ${target.logicalId} ${at} is not in the lock, ${typeof why === 'string' ? why : why.why}`,
  );
  return { contracts: [...own, ...others], open };
}

function contractsOf(file: string): ToolContract[] {
  return Object.entries(readToolLock(file).gateways).flatMap(([gateway, tools]) =>
    Object.entries(tools).map(([qualifiedName, locked]) => ({ gateway, qualifiedName, locked })),
  );
}
