import { type CloudFormationResource, type CloudFormationTemplate, isObject, own } from './cloudformation';
import { expandSam } from './sam';

/** In place of a resource type: what a macro or a loop writes at deployment. LP18 reports it. */
export const WRITTEN_AT_DEPLOYMENT = 'Fn::Transform';

const LOOP = 'Fn::ForEach::';

/** More items than a template can have resources are not written out. */
const MAX_ITEMS = 1000;

/**
 * A template as rules read it: loops of `AWS::LanguageExtensions` over literal lists written out, functions of AWS SAM
 * expanded, and a marker for what only a deployment writes.
 */
export function prepareTemplate(template: CloudFormationTemplate): CloudFormationTemplate {
  const budget = { items: MAX_ITEMS };
  const written = JSON.stringify(template).includes(`"${LOOP}`)
    ? (unrolled(template, budget) as CloudFormationTemplate)
    : template;
  const open = Object.keys(written.Resources).filter((id) => id.startsWith('Fn::'));
  if (open.length === 0) return expandSam(written);
  const marked = new Map<string, CloudFormationResource>(Object.entries(written.Resources));
  for (const id of open) marked.set(id, { Type: WRITTEN_AT_DEPLOYMENT });
  return expandSam({ ...written, Resources: Object.fromEntries(marked) });
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html */
function unrolled(value: unknown, budget: { items: number }): unknown {
  if (Array.isArray(value)) return value.map((item) => unrolled(item, budget));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const loop = key.startsWith(LOOP) ? literalLoop(item) : undefined;
    budget.items -= loop?.items.length ?? 0;
    if (loop === undefined || budget.items < 0) return [[key, unrolled(item, budget)]];
    return loop.items.flatMap((each) =>
      Object.entries(unrolled(substituted(loop.body, loop.name, each), budget) as object),
    );
  });
  return Object.fromEntries(entries);
}

function literalLoop(value: unknown): { name: string; items: string[]; body: unknown } | undefined {
  const [name, items, body] = Array.isArray(value) ? value : [];
  const literal = Array.isArray(items) && items.every((item) => ['string', 'number'].includes(typeof item));
  return typeof name === 'string' && literal && isObject(body) ? { name, items: items.map(String), body } : undefined;
}

function substituted(value: unknown, name: string, item: string): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(`\${${name}}`, item).replaceAll(`&{${name}}`, item.replace(/[^A-Za-z0-9]/g, ''));
  }
  if (Array.isArray(value)) return value.map((each) => substituted(each, name, item));
  if (!isObject(value)) return value;
  if (own(value, 'Ref') === name && Object.keys(value).length === 1) return item;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [String(substituted(key, name, item)), substituted(each, name, item)]),
  );
}
