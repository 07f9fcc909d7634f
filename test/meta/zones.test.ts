import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** The walls of docs/architecture.md: who may import whom, besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  protocol: [],
  core: ['protocol'],
  analysis: ['core', 'protocol'],
  assembly: ['core', 'protocol'],
  rules: ['assembly', 'core', 'protocol'],
  runtime: ['protocol'],
  local: ['rules', 'assembly', 'core', 'protocol'],
  testing: ['assembly', 'core', 'protocol'],
  network: ['core', 'protocol'],
  inbound: ['network', 'core', 'protocol'],
  outbound: ['network', 'core', 'protocol'],
  targets: ['outbound', 'network', 'core', 'protocol'],
  authorization: ['core', 'protocol'],
  'least-privilege': ['analysis', 'core', 'protocol'],
  interceptors: ['least-privilege', 'core', 'protocol'],
  nag: ['rules', 'assembly', 'core', 'protocol'],
  cli: ['local', 'rules', 'analysis', 'assembly', 'core', 'protocol'],
};
/** The same inside lib/local. */
const LOCAL_MAY_IMPORT: Record<string, string[]> = {
  common: [],
  model: [],
  issuer: ['model', 'common'],
  inbound: ['model', 'common'],
  outbound: ['model', 'common'],
  lambda: ['model', 'common'],
  authorization: ['outbound', 'model', 'common'],
  interceptors: ['outbound', 'lambda', 'model', 'common'],
  aws: ['outbound', 'model', 'common'],
  mcp: ['inbound', 'issuer', 'authorization', 'interceptors', 'outbound', 'lambda', 'model', 'common'],
};
const ZONES = Object.keys(MAY_IMPORT);
const PURE = ['protocol', 'core', 'analysis', 'rules', 'runtime'];
const WITHOUT_CDK = [...PURE, 'assembly', 'local', 'testing', 'cli'];

/** Runs the configuration of this repository over a tree made of the given files. Returns the names of broken rules. */
function cruise(files: Record<string, string>): string[] {
  const tree = mkdtempSync(join(tmpdir(), 'zones-'));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  copyFileSync(join(ROOT, '.dependency-cruiser.cjs'), join(tree, '.dependency-cruiser.cjs'));
  writeFileSync(join(tree, 'tsconfig.json'), '{ "compilerOptions": { "module": "node20", "target": "ES2022" } }');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      'lib',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
    ],
    { cwd: tree, encoding: 'utf8', maxBuffer: 1e8 },
  );
  const { violations } = JSON.parse(stdout).summary as { violations: { rule: { name: string }; from: string }[] };
  return violations.map(({ rule, from }) => `${rule.name} ${from}`).sort();
}

const leaf = (zone: string) => [`lib/${zone}/leaf.ts`, `export const leaf = '${zone}';\n`] as const;
const importing = (zone: string, other: string) =>
  [`lib/${zone}/imports-${other}.ts`, `import { leaf } from '../${other}/leaf';\nexport const seen = leaf;\n`] as const;

test('each zone accepts what it may import and refuses everything else', () => {
  const pairs = ZONES.flatMap((zone) => ZONES.filter((other) => other !== zone).map((other) => [zone, other] as const));
  const files = [...ZONES.map(leaf), ...pairs.map(([zone, other]) => importing(zone, other))];

  const broken = cruise(Object.fromEntries(files));

  const expected = pairs
    .filter(([zone, other]) => !MAY_IMPORT[zone]!.includes(other))
    .map(([zone, other]) => `zone-${zone} lib/${zone}/imports-${other}.ts`);
  expect(broken).toEqual(expected.sort());
});

test('each folder of the local gateway accepts what it may import of the others and refuses the rest', () => {
  const folders = Object.keys(LOCAL_MAY_IMPORT);
  const pairs = folders.flatMap((folder) =>
    folders.filter((each) => each !== folder).map((each) => [folder, each] as const),
  );
  const files = [
    ...['.', ...folders].map((folder) => leaf(`local/${folder}`)),
    ...pairs.map(([folder, other]) => importing(`local/${folder}`, other)),
    ...folders.map((folder) => importing(`local/${folder}`, '.')),
    ...folders.map((folder): [string, string] => [
      `lib/local/imports-${folder}.ts`,
      `import { leaf } from './${folder}/leaf';\nexport const seen = leaf;\n`,
    ]),
  ];

  const broken = cruise(Object.fromEntries(files));

  const refused = pairs.filter(([folder, other]) => !LOCAL_MAY_IMPORT[folder]!.includes(other));
  const expected = [...refused, ...folders.map((folder) => [folder, '.'] as const)].map(
    ([folder, other]) => `local-${folder} lib/local/${folder}/imports-${other}.ts`,
  );
  expect(broken).toEqual(expected.sort());
});

test('zones that know CloudFormation as data refuse the CDK; the others take it', () => {
  const files = ZONES.map((zone) => [
    `lib/${zone}/cdk.ts`,
    "import { App } from 'aws-cdk-lib';\nexport const app = App;\n",
  ]);

  expect(cruise(Object.fromEntries(files))).toEqual(
    WITHOUT_CDK.map((zone) => `cdk-only-in-constructs lib/${zone}/cdk.ts`).sort(),
  );
});

test('pure zones refuse files and network', () => {
  const files = ZONES.map((zone) => [
    `lib/${zone}/io.ts`,
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  ]);

  expect(cruise(Object.fromEntries(files))).toEqual(
    PURE.map((zone) => `no-io-in-pure-folders lib/${zone}/io.ts`).sort(),
  );
});

test('only the engine imports Cedar', () => {
  const text = "import * as cedar from '@cedar-policy/cedar-wasm/nodejs';\nexport const engine = cedar;\n";

  expect(
    cruise({ 'lib/core/cedar/engine.ts': text, 'lib/core/cedar/other.ts': text, 'lib/local/other.ts': text }),
  ).toEqual(['one-cedar-importer lib/core/cedar/other.ts', 'one-cedar-importer lib/local/other.ts']);
});

test('every folder of lib has its walls, and its row in the architecture', () => {
  const foldersOf = (path: string) =>
    readdirSync(join(ROOT, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  const folders = foldersOf('lib');
  const table = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));

  for (const name of folders) {
    expect(ZONES).toContain(name);
    expect(table.some((row) => row.split('|')[1]!.includes(`\`${name}\``))).toBe(true);
  }
  for (const name of foldersOf('lib/local')) {
    expect(Object.keys(LOCAL_MAY_IMPORT)).toContain(name);
    expect(table.some((row) => row.split('|')[1]!.includes(`\`local/${name}\``))).toBe(true);
  }
});

test('cycles are refused', () => {
  const file = (other: string) => `import { x as y } from './${other}';\nexport const x = () => y;\n`;

  expect(cruise({ 'lib/core/a.ts': file('b'), 'lib/core/b.ts': file('a') }).length).toBeGreaterThan(0);
});
