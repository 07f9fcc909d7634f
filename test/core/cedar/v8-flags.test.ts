import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * A function with an inlined call into the WebAssembly module is deoptimised while the call is on the stack. Without
 * the flag that the engine sets, Node 20 and 22 abort here with SIGTRAP.
 */
const REPRODUCTION = `
  const cedar = LOAD;
  cedar.preparsePolicySet('all', { staticPolicies: 'permit(principal, action, resource);' });
  class Settings { constructor() { this.level = 1; } }
  const settings = new Settings();
  let poison = false;
  const request = {
    principal: { type: 'User', id: 'u' }, action: { type: 'Action', id: 'a' }, resource: { type: 'Thing', id: 't' },
    context: {}, entities: [], preparsedPolicySetId: 'all',
    toJSON() {
      if (poison) settings.level = { changed: true };
      const { toJSON, ...plain } = this;
      return plain;
    },
  };
  function decide() {
    const answer = cedar.statefulIsAuthorized(request);
    return settings.level === 1 ? answer : undefined;
  }
  for (let i = 0; i < 60_000; i++) decide();
  poison = true;
  decide();
  console.log('survived');
`;

const root = join(__dirname, '..', '..', '..');

function run(load: string) {
  return evaluated(REPRODUCTION.replace('LOAD', load));
}

function evaluated(script: string, ...flags: string[]) {
  return spawnSync(process.execPath, [...flags, '--import', 'tsx', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
    timeout: 110_000,
  });
}

test('the engine survives deoptimisation during a call', () => {
  expect(run(`require('./lib/core/cedar/engine.ts').cedar()`).stdout.trim()).toBe('survived');
}, 120_000);

const affected = Number(process.versions.node.split('.')[0]) < 24;

(affected ? test : test.skip)(
  'the bare module does not, so the flag is still needed',
  () => {
    expect(run(`require('@cedar-policy/cedar-wasm/nodejs')`).stdout).not.toContain('survived');
  },
  120_000,
);

/** As many policies as a gateway with many tools has. */
const MANY_POLICIES = `
  const cedar = LOAD;
  for (let i = 0; i < 70; i++) {
    const scope = 'principal, action == Action::"t' + i + '", resource == Thing::"x"';
    cedar.policyToJson('permit(' + scope + ') when { context.input.amount < 5 };');
  }
`;

/** `(func (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))` */
const LOOP = `
  const bytes = Buffer.from('0061736d01000000010501' + '60017f00' + '03020100' + '0705010166' + '0000' +
    '0a10010e00034020004101' + '6b22000d000b0b', 'hex');
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  for (let i = 0; i < 100; i++) f(1_000_000);
  setTimeout(() => {}, 500);
`;

/** Functions that the optimising compiler of V8 worked on, the few of the loader `tsx` among them. */
function optimised(script: string): number {
  const { stdout, status } = evaluated(script, '--trace-wasm-compilation-times');
  expect(status).toBe(0);
  return stdout.split('\n').filter((line) => line.includes('using TurboFan')).length;
}

test('policies of a synthesis are read without the optimising compiler', () => {
  expect(optimised(MANY_POLICIES.replace('LOAD', `require('./lib/core/cedar/engine.ts').cedar()`))).toBeLessThan(5);
}, 120_000);

test('the bare module keeps it busy', () => {
  expect(optimised(MANY_POLICIES.replace('LOAD', `require('@cedar-policy/cedar-wasm/nodejs')`))).toBeGreaterThan(20);
}, 120_000);

test('modules of others are optimised as ever', () => {
  const load = `require('./lib/core/cedar/engine.ts').cedar();`;
  expect(optimised(load + LOOP)).toBeGreaterThan(optimised(load));
}, 120_000);
