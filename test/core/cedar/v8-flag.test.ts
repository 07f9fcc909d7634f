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
  const script = REPRODUCTION.replace('LOAD', load);
  return spawnSync(process.execPath, ['--import', 'tsx', '--eval', script], {
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
