import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTemplateYaml } from '../../assembly/parse-yaml';
import { readAssembly } from '../../assembly/read-assembly';
import { readToolLock } from '../../assembly/read-tool-lock';
import { TemplateModel } from '../../assembly/template-model';
import { lockDifferences, lockOf, lockText, NO_TOOLS, type ToolContract } from '../../core/tool-lock';
import { SYNTHESIZED_TOOLS_FILE } from '../../protocol/template-metadata';
import { toolContracts } from '../../rules/tool-contract';
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

Exit codes: 0 written or nothing differs, 1 something differs, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const options = { file: { type: 'string' }, check: { type: 'boolean' } } as const;
    const { values, positionals } = parseCommandLine(args, options, 1);
    const file = typeof values.file === 'string' ? values.file : 'mcp-tools.lock';
    const contracts = readContracts(positionals[0] ?? 'cdk.out');
    const before = existsSync(file) ? readToolLock(file) : values.check === true ? undefined : NO_TOOLS;
    if (before === undefined) throw usage(`there is no lock, got ${file}`, 'Write it with `secure-mcp lock`');
    const differences = lockDifferences(before, contracts).map(({ gateway, message }) => `${gateway}: ${message}`);
    if (values.check === true) {
      return { exitCode: differences.length === 0 ? EXIT.clean : EXIT.findings, output: listed(differences) };
    }
    // Gateways of other apps that share the file stay as they are.
    const { gateways } = lockOf(contracts);
    writeFileSync(file, lockText({ lockVersion: 1, gateways: { ...before.gateways, ...gateways } }));
    return { exitCode: EXIT.clean, output: listed(differences), notice: `wrote ${file}` };
  },
};

function listed(differences: readonly string[]): string {
  return differences.length === 0 ? 'no tool differs from the lock' : differences.join('\n');
}

/** A synthesis that failed because of the lock wrote no templates, but it did write its tools. */
function readContracts(path: string): ToolContract[] {
  const synthesized = join(path, SYNTHESIZED_TOOLS_FILE);
  const own = existsSync(synthesized) ? contractsOf(synthesized) : [];
  const covered = new Set(own.map(({ gateway }) => gateway));
  if (own.length > 0 && !existsSync(join(path, 'manifest.json'))) return own;
  const others = toolContracts(new TemplateModel(readAssembly(path, { parseYaml: parseTemplateYaml })));
  return [...own, ...others.filter(({ gateway }) => !covered.has(gateway))];
}

function contractsOf(file: string): ToolContract[] {
  return Object.entries(readToolLock(file).gateways).flatMap(([gateway, tools]) =>
    Object.entries(tools).map(([qualifiedName, locked]) => ({ gateway, qualifiedName, locked })),
  );
}
