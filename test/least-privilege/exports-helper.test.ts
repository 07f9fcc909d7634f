import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHandlers } from '../../lib/least-privilege/build-handlers';
import { exportsHelper } from '../../lib/least-privilege/exports-helper';

const RUNTIME = JSON.stringify(join(__dirname, '../../lib/runtime'));
const IMPORT = `import { defineTool } from ${RUNTIME};`;
const REQUIRE = `const runtime = require(${RUNTIME});`;
const MADE = "defineTool({ name: 'x', handle: () => 1 })";
const OTHER = '() => ({ ok: true })';
const folder = mkdtempSync(join(tmpdir(), 'exports-'));

const CASES: readonly [string, string, boolean][] = [
  ['an ES module', `${IMPORT} export const handler = ${MADE};`, true],
  ['another name', `${IMPORT} const tool = ${MADE}; const same = tool; export { same as handler };`, true],
  ['a namespace', `import * as r from ${RUNTIME}; export const handler = r.${MADE};`, true],
  ['exports', `${REQUIRE} exports.handler = runtime.${MADE};`, true],
  ['module.exports', `const { defineTool } = require(${RUNTIME}); module.exports = { handler: ${MADE} };`, true],
  ['a compiled module', `${REQUIRE} exports.handler = void 0; exports.handler = (0, runtime.defineTool)({});`, true],
  [
    'the package as it is published',
    `import { defineTool } from './published.js'; export const handler = ${MADE};`,
    true,
  ],
  ['nothing of the helper', `export const handler = ${OTHER};`, false],
  ['the name in a text', `console.log(${JSON.stringify(MADE)}); export const handler = ${OTHER};`, false],
  [
    'a call whose result is not exported',
    `${IMPORT} export const made = ${MADE}; export const handler = ${OTHER};`,
    false,
  ],
  [
    'something around it',
    `${IMPORT} const made = ${MADE}; export const handler = (e, c) => e.skip ? 1 : made(e, c);`,
    false,
  ],
  [
    'an assignment that replaces it',
    `${REQUIRE} exports.handler = runtime.${MADE}; exports.handler = ${OTHER};`,
    false,
  ],
  [
    'another module that has one',
    `import * as other from './other.mjs'; console.log(other); export const handler = ${OTHER};`,
    false,
  ],
  ['no handler', `${IMPORT} export const main = ${MADE};`, false],
];
const files = CASES.map(([, code], index) =>
  join(folder, `${index}.${code.startsWith('import') || code.includes('export ') ? 'mjs' : 'js'}`),
);
for (const [index, file] of files.entries()) writeFileSync(file, CASES[index]![1]);
writeFileSync(
  join(folder, 'published.js'),
  "Object.defineProperty(exports, '__esModule', { value: true }); exports.defineTool = (tool) => tool.handle;",
);
writeFileSync(join(folder, 'other.mjs'), `${IMPORT} export const handler = ${MADE};`);
const { built } = buildHandlers(files);

test.each(CASES.map(([what, , made], index) => [what, files[index]!, made] as const))('%s', (_what, file, made) => {
  const bundle = built.get(file)!.files.find(({ name }) => name === 'index.js')!.text;

  expect(exportsHelper(bundle, 'defineTool')).toBe(made);
});

test('what does not parse is none', () => {
  expect(exportsHelper('exports.handler = defineTool(', 'defineTool')).toBe(false);
});
