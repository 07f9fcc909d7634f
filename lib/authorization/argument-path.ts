import { attributeAccess, attributeName } from '../core/cedar/literal';
import { findProperty, isRequired, type ToolInputSchema } from '../core/schema/tool-schema';
import { nearest } from '../core/suggest';
import { type PolicyTool, problem, type RenderedCondition } from './condition-rendering';

/** An argument, found in the schema of a tool. */
export interface ResolvedArgument {
  readonly schema: ToolInputSchema;
  /** `context.input.address.city` */
  readonly access: string;
  /** `has` tests for what may be absent, outermost first. */
  readonly guards: readonly string[];
  /** Whether the last part of the path may be absent from its object. */
  readonly optional: boolean;
  /** The `has` test of the last part, whether optional or not. */
  readonly presence: string;
}

/** The argument at the path, or a problem that names the tool, the argument and the nearest one there is. */
export function resolveArgument(tool: PolicyTool, path: readonly string[]): ResolvedArgument | RenderedCondition {
  let schema = tool.inputSchema;
  let access = 'context.input';
  let presence = '';
  let optional = false;
  const guards: string[] = [];
  for (const [depth, name] of path.entries()) {
    const property = findProperty(schema, name);
    if (property === undefined) return unknownArgument(tool, path.slice(0, depth + 1), schema);
    presence = `${access} has ${attributeName(name)}`;
    optional = !isRequired(schema, name);
    if (optional) guards.push(presence);
    access += attributeAccess(name);
    schema = property;
  }
  return { schema, access, guards, optional, presence };
}

export function isResolved(found: ResolvedArgument | RenderedCondition): found is ResolvedArgument {
  return 'schema' in found;
}

function unknownArgument(tool: PolicyTool, path: readonly string[], schema: ToolInputSchema): RenderedCondition {
  const known = Object.keys(schema.properties ?? {});
  const meant = nearest(path.at(-1)!, known);
  const all = known.length === 0 ? 'It has none' : `It has ${known.map((name) => `'${name}'`).join(', ')}`;
  return problem(
    tool,
    'TOOL_ARGUMENT_UNKNOWN',
    `there is no argument '${path.join('.')}'`,
    meant === undefined ? all : `Did you mean '${[...path.slice(0, -1), meant].join('.')}'?`,
  );
}
