/**
 * Scaffolds a rule: its file, its registration, its cases and its page.
 * `npm run create-rule -- LP19 tool-has-owner`
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LAYER_OF: { readonly [prefix: string]: string } = {
  IN: 'inbound',
  OUT: 'outbound',
  AZ: 'authorization',
  LP: 'least-privilege',
};

/** Writes the files below `root` and returns their paths. */
export function createRule(root: string, id: string, name: string): string[] {
  const layer = LAYER_OF[/^([A-Z]+)\d{2}$/.exec(id)?.[1] ?? ''];
  if (layer === undefined) throw new Error(`the id starts with IN, OUT, AZ or LP and has two digits, got ${id}`);
  if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(name)) throw new Error(`the name is kebab-case, two words or more, got ${name}`);
  const folder = join(root, 'lib/rules', layer);
  if (readdirSync(folder).some((file) => file.startsWith(`${id.toLowerCase()}-`))) throw new Error(`${id} exists`);
  const file = join(folder, `${id.toLowerCase()}-${name}.ts`);
  writeFileSync(file, ruleText(id, name, layer));
  const cases = join(root, 'test/rules/cases', `${layer}.ts`);
  writeFileSync(cases, readFileSync(cases, 'utf8').replace(/\n\};\s*$/, `\n${casesText(id)}};\n`));
  const registry = join(root, 'lib/rules/registry.ts');
  writeFileSync(
    registry,
    registered(readFileSync(registry, 'utf8'), id.toLowerCase(), `./${layer}/${id.toLowerCase()}-${name}`, layer),
  );
  return [file, cases, registry];
}

function ruleText(id: string, name: string, layer: string): string {
  return `import { judge } from '../read';
import { defineRule } from '../rule';
import { GATEWAY } from '../types';

export const ${id.toLowerCase()} = defineRule({
  id: '${id}',
  name: '${name}',
  layer: '${layer}',
  level: 'medium',
  summary: 'What is wrong when it fires',
  explanation: 'What can happen.',
  fix: 'What to change',
  acknowledge: 'When living with it is right.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway.html'],
  frameworks: { owaspMcp: [], owaspAgentic: [], wellArchitected: [], nist80053: [] },
  example: {
    bad: \`
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { Description: todo } }
\`,
    good: \`
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { Description: Orders } }
\`,
  },
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      yield* judge(gateway, 'Description', (value) => (value === 'todo' ? 'the description is todo' : undefined));
    }
  },
});
`;
}

function casesText(id: string): string {
  return `  ${id}: {
    violating: { 'what breaks it': { 'Gateway/Description': 'todo' } },
    undecided: { 'a parameter': { 'Gateway/Description': OPEN } },
  },
`;
}

function registered(text: string, symbol: string, path: string, layer: string): string {
  const imports = text.match(/^import \{ \w+ \} from '\.\/.*;$/gm)!.filter((line) => !line.includes("'./rule'"));
  const last = imports.filter((line) => line.includes(`'./${layer}/`)).at(-1)!;
  const previous = /\{ (\w+) \}/.exec(last)![1]!;
  return text
    .replace(last, `${last}\nimport { ${symbol} } from '${path}';`)
    .replace(new RegExp(`^  ${previous},$`, 'm'), `  ${previous},\n  ${symbol},`);
}

if (require.main === module) {
  const [id = '', name = ''] = process.argv.slice(2);
  const root = join(__dirname, '..');
  if (!existsSync(join(root, 'lib/rules'))) throw new Error('run it in a clone');
  for (const file of createRule(root, id, name)) console.log(file);
  // In a process of its own: the registry of this one was read before the rule was in it.
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/generate-docs.ts')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the pages were not written');
  console.log(join(root, 'docs/rules', `${id.toLowerCase()}-${name}.md`));
  console.log('Then: npx jest test/rules (it must pass as it is), and make it say what you mean.');
}
