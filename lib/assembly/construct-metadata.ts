import { isObject, own } from './cloudformation';

/** Where a resource comes from, as the CDK writes it beside the templates. */
export interface ConstructInfo {
  /** `Shop/Gateway/Resource`. */
  readonly path: string;
  /** First line of the stack trace that is not of the library: `Main (/app/stack.ts:12:5)`. */
  readonly source?: string;
}

/** `Validations.of(construct).acknowledge(...)`. */
export interface AcknowledgedRule {
  /** Construct path; all resources below are meant. */
  readonly scope: string;
  /** `SecureMcp::SecureMcp-IN01`. */
  readonly id: string;
  readonly reason: string;
}

/** What the metadata of one stack artifact says, by template file. */
export interface StackMetadata {
  readonly constructs: ReadonlyMap<string, ReadonlyMap<string, ConstructInfo>>;
  readonly acknowledged: readonly AcknowledgedRule[];
}

export function readStackMetadata(metadata: unknown): StackMetadata {
  const constructs = new Map<string, Map<string, ConstructInfo>>();
  const acknowledged: AcknowledgedRule[] = [];
  const templates = new Map<string, string>();
  for (const [path, entries] of Object.entries(isObject(metadata) ? metadata : {})) {
    const scope = path.replace(/^\//, '');
    const data = new Map(list(entries).map((entry) => [String(own(entry, 'type')), own(entry, 'data')]));
    const template = data.get('aws:cdk:templateFile');
    if (typeof template === 'string') templates.set(scope, template);
    const logicalId = data.get('aws:cdk:logicalId');
    if (typeof logicalId === 'string') {
      const file = templateOf(scope, templates) ?? '';
      const known = constructs.get(file) ?? new Map<string, ConstructInfo>();
      constructs.set(file, known.set(logicalId, { path: scope, source: sourceOf(data.get('aws:cdk:creationStack')) }));
    }
    for (const entry of list(entries)) {
      if (own(entry, 'type') !== 'aws:cdk:acknowledged-rules') continue;
      for (const [id, reason] of Object.entries((own(entry, 'data') ?? {}) as object)) {
        acknowledged.push({ scope, id, reason: String(reason) });
      }
    }
  }
  return { constructs, acknowledged };
}

/** The template of the nearest stack above; parents come first in the metadata. */
function templateOf(scope: string, templates: ReadonlyMap<string, string>): string | undefined {
  for (let path = scope; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
    const template = templates.get(path);
    if (template !== undefined) return template;
  }
  return undefined;
}

function sourceOf(stack: unknown): string | undefined {
  return list(stack)
    .map(String)
    .find((line) => /:\d+:\d+\)?$/.test(line) && !/node_modules|node:internal/.test(line));
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
