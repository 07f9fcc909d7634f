import { createHash } from 'node:crypto';
import { isUnknown } from '../assembly/resolve';
import { property, type TemplateModel } from '../assembly/template-model';
import { actionsOf, policyViews } from './cedar-view';
import { allTools, type ToolView } from './tools';

/**
 * Digest of what was approved about a tool: name, description, schemas, risk, and the policies that name it. References
 * stand as the template has them, so the digest is the same in every account.
 */
export function contractHash(model: TemplateModel, tool: ToolView): string {
  const policies = policyViews(model)
    .filter(({ json }) => json !== undefined && (actionsOf(json) ?? []).includes(tool.qualifiedName))
    .map(({ text }) => text);
  const definition = property(tool.target, ...tool.path.split('.'));
  const contract = {
    name: tool.qualifiedName,
    description: tool.description,
    schema: tool.inputSchema,
    authored: tool.authoredSchema,
    definition: isUnknown(definition) ? undefined : definition,
    risk: tool.risk,
    policies: policies.sort(),
  };
  return createHash('sha256').update(canonical(contract)).digest('hex');
}

/** The lock of all tools of an app, by qualified name. */
export function toolLock(model: TemplateModel): { [qualifiedName: string]: string } {
  const entries = allTools(model).map((tool) => [tool.qualifiedName, contractHash(model, tool)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)));
}

/** JSON with sorted keys: the order of properties is no change of a contract. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => a.localeCompare(b)))
      : item,
  );
}
