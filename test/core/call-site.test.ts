import { join } from 'node:path';
import { callSite, firstOutside } from '../../lib/core/call-site';

const PACKAGE = join(__dirname, '../..');
const stack = (...frames: string[]) => ['Error', ...frames.map((frame) => `    at ${frame}`)].join('\n');
const OURS = [
  `callSite (${PACKAGE}/lib/core/call-site.js:20:1)`,
  `new TableAccess (${PACKAGE}/build/lib/least-privilege/access/table-access.js:5:7)`,
];

test('the place is the line that calls', () => {
  const site = callSite();

  expect(site?.()).toEqual({ file: __filename, line: 12, column: 24 });
});

test.each<[string, string, string, number]>([
  ['a function', 'build (/app/shop.ts:12:5)', '/app/shop.ts', 12],
  ['a module', '/app/shop.ts:12:5', '/app/shop.ts', 12],
  ['an asynchronous function', 'async build (/app/shop.ts:12:5)', '/app/shop.ts', 12],
  ['an asynchronous module', 'async /app/shop.ts:12:5', '/app/shop.ts', 12],
  ['an ES module', 'build (file:///app/shop%20one.mjs:12:5)', '/app/shop one.mjs', 12],
  ['a name with a path', 'Object../src/a.ts (/app/dist.js:12:5)', '/app/dist.js', 12],
  ['a folder with brackets', 'build (/app (1)/shop.ts:12:5)', '/app (1)/shop.ts', 12],
  ['Windows', 'build (C:\\app\\shop.ts:12:5)', 'C:\\app\\shop.ts', 12],
  [
    'a construct library of somebody else',
    'x (/app/node_modules/ours/lib/core/x.js:12:5)',
    '/app/node_modules/ours/lib/core/x.js',
    12,
  ],
  ['what lies beside the sources of this one', `x (${PACKAGE}/examples/x.ts:12:5)`, `${PACKAGE}/examples/x.ts`, 12],
])('of frames the first outside of the library: %s', (_name, frame, file, line) => {
  expect(firstOutside(stack(...OURS, frame, 'main (/app/main.ts:1:1)'))).toEqual({ file, line, column: 5 });
});

test.each<[string, string[]]>([
  ['Node alone', ['Module._compile (node:internal/modules/cjs/loader:1:5)']],
  ['no file', ['Array.map (<anonymous>)']],
  ['nothing', []],
])('there is none behind %s', (_name, frames) => {
  expect(firstOutside(stack(...OURS, ...frames))).toBeUndefined();
});

test('an app that keeps no stack has one all the same, and its limit again', () => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    expect(callSite()?.()?.file).toBe(__filename);
    expect(Error.stackTraceLimit).toBe(0);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});

test('there is none in an app in another language', () => {
  process.env.JSII_AGENT = 'Python/3.12';
  try {
    expect(callSite()).toBeUndefined();
  } finally {
    delete process.env.JSII_AGENT;
  }
  expect(callSite()).toBeDefined();
});
