import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import { nearest } from '../core/suggest';
import type { TargetTool } from './target-binding';
import type { ToolRisk } from './tool-risk';

/** Puts the author's risks in place of the derived ones. */
export function withRisks(
  tools: readonly TargetTool[],
  risks: { readonly [tool: string]: ToolRisk } | undefined,
  at: string,
): { readonly tools: readonly TargetTool[]; readonly problems: readonly Problem[] } {
  const names = tools.map(({ name }) => name);
  const unknown = Object.keys(risks ?? {}).filter((name) => !names.includes(name));
  return {
    tools: tools.map((tool) => ({ ...tool, risk: risks?.[tool.name] ?? tool.risk })),
    problems: unknown.map((name) => unknownTool(name, names, at)),
  };
}

export function unknownTool(name: string, names: readonly string[], at: string): Problem {
  const meant = nearest(name, names);
  const all = names.length === 0 ? 'It has none' : `It has ${names.map(shown).join(', ')}`;
  return {
    code: 'TARGET_TOOL_UNKNOWN',
    message: `the target has no tool ${shown(name)}`,
    fix: meant === undefined ? all : `Did you mean ${shown(meant)}?`,
    at,
  };
}
