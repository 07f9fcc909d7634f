/**
 * One synthesis with one pack, `ours` or `theirs`, of an app with as many tools as the second argument says. Prints one line of
 * JSON; bench/rules.ts runs it in a process of its own, so that no pack works with what another has warmed up.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack } from 'cdk-nag';
import { readAssembly } from '../lib/assembly/read-assembly';
import { CheckProfile, FourLayerChecks } from '../lib/nag/four-layer-checks';
import { runRules } from '../lib/rules/run-rules';
import { appOf } from './rules-app';

/** Milliseconds that a plugin takes inside of one synthesis, as the CDK calls it. */
function timed(pack: NagPack): { readonly pack: NagPack; took: number } {
  const validate = pack.validate.bind(pack);
  const timer = { pack, took: 0 };
  pack.validate = (context) => {
    const start = process.hrtime.bigint();
    const report = validate(context);
    timer.took = Number(process.hrtime.bigint() - start) / 1e6;
    return report;
  };
  return timer;
}

/** Bytes that one run allocates, with a young generation too large to be collected meanwhile. */
function allocated(outdir: string): number {
  const assembly = readAssembly(outdir);
  const all = { options: { profile: 'private' } } as const;
  runRules(assembly, all);
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  runRules(assembly, all);
  return process.memoryUsage().heapUsed - before;
}

const [, , which, tools, permits] = process.argv;
const app = appOf(Number(tools), permits === 'permits');
// The profile with all rules.
const ours = () => new FourLayerChecks(app, { profile: CheckProfile.PRIVATE });
const timer = timed(which === 'ours' ? ours() : new AwsSolutionsChecks(app));
Validations.of(app).addPlugins(timer.pack);
let failure: unknown;
try {
  app.synth();
} catch (error) {
  // Both find something in this app; how long that takes is what is measured.
  failure = error;
}
if (timer.took === 0)
  throw new Error('The synthesis ended before the pack ran: nothing is measured', { cause: failure });
const [file] = readdirSync(app.outdir).filter((name) => name.endsWith('.template.json'));
const { Resources } = JSON.parse(readFileSync(join(app.outdir, file!), 'utf8')) as { Resources: object };
const bytes = which === 'ours' ? allocated(app.outdir) : 0;
console.log(JSON.stringify({ resources: Object.keys(Resources).length, took: timer.took, bytes }));
