import type { Machine, Site } from './machine';
import { isSdkPackage, signsRequests } from './sdk-model';
import { type Cell, UNKNOWN } from './values';

const BUILTIN_MODULE =
  /^(node:)?(assert|async_hooks|buffer|child_process|cluster|console|constants|crypto|dgram|diagnostics_channel|dns|domain|events|fs|http|http2|https|inspector|module|net|os|path|perf_hooks|process|punycode|querystring|readline|repl|stream|string_decoder|sys|timers|tls|tty|url|util|v8|vm|worker_threads|zlib)(\/|$)/;

/** `require(name)` and `import(name)`. */
export function importModule(machine: Machine, name: Cell, to: Cell, site: Site): void {
  const { solver } = machine;
  solver.watch(name, (value) => {
    // A JSON file is data, whichever it is.
    if (value.kind === 'template' && String(value.parts.at(-1)).endsWith('.json')) return solver.add(to, UNKNOWN);
    if (value.kind !== 'text') {
      machine.escape('*', 'loads a module by a name that is not known', site);
      return solver.add(to, UNKNOWN);
    }
    const module = value.text;
    if (/^(node:)?process$/.test(module)) return solver.add(to, machine.constant({ kind: 'global', name: 'process' }));
    if (signsRequests(module)) machine.escape('*', `signs requests itself with ${module}`, site);
    if (isSdkPackage(module)) return solver.add(to, machine.constant({ kind: 'package', name: module }));
    const builtin = /^(?:node:)?(child_process|cluster|inspector|module|repl|vm|worker_threads)(\/|$)/.exec(
      module,
    )?.[1];
    if (builtin !== undefined) return solver.add(to, machine.constant({ kind: 'global', name: `node:${builtin}` }));
    if (!BUILTIN_MODULE.test(module)) machine.escape('*', `uses ${module}, which is not part of the bundle`, site);
    solver.add(to, UNKNOWN);
  });
}
