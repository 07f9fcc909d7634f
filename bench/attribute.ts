import type { Profiler } from 'node:inspector';

/** Who spent the time: 0 to 1 by owner, of all samples in which anything ran. */
export interface Shares {
  readonly [owner: string]: number;
}

export const OWN = 'cdk-secure-mcp';

/** What works for whoever calls it. */
const HELPERS = new Set(['@cedar-policy/cedar-wasm', 'acorn', 'esbuild']);
const NOBODY = new Set(['(idle)', '(program)', '(garbage collector)']);

/**
 * Charges each sample of a CPU profile to the package of the innermost frame that is in one; the Cedar engine, esbuild
 * and acorn to the package that calls them, node's own modules likewise. Garbage collection stands apart.
 */
export function attribute(profile: Profiler.Profile): Shares {
  const parents = new Map<number, Profiler.ProfileNode>();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node);

  const times = new Map<string, number>();
  const samples = profile.samples ?? [];
  let total = 0;
  samples.forEach((id, index) => {
    const time = Math.max(0, profile.timeDeltas?.[index + 1] ?? 0);
    const owner = ownerOf(nodes.get(id)!, parents);
    if (owner === '(idle)') return;
    times.set(owner, (times.get(owner) ?? 0) + time);
    total += time;
  });
  return Object.fromEntries([...times].map(([owner, time]) => [owner, time / total]));
}

function ownerOf(leaf: Profiler.ProfileNode, parents: Map<number, Profiler.ProfileNode>): string {
  if (NOBODY.has(leaf.callFrame.functionName)) return leaf.callFrame.functionName;
  let helper: string | undefined;
  for (let node: Profiler.ProfileNode | undefined = leaf; node !== undefined; node = parents.get(node.id)) {
    const owner = packageOf(node.callFrame.url);
    if (owner === undefined) continue;
    if (!HELPERS.has(owner)) return owner;
    helper = owner;
  }
  return helper ?? 'node';
}

function packageOf(url: string): string | undefined {
  const file = url.replaceAll('\\', '/');
  const installed = [...file.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].at(-1)?.[1];
  if (installed !== undefined) return installed;
  if (/\/(build\/)?lib\//.test(file)) return OWN;
  if (/\/(examples|bench)\//.test(file)) return 'the app';
  return undefined;
}
