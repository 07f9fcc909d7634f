import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { TOOL_LOCK_CONTEXT } from '../protocol/template-metadata';
import { type Problem, SecureMcpError, shown } from './errors';
import { groupedBy } from './grouped-by';
import { isPlainObject } from './schema/json';

/** What was approved about one tool. */
export interface LockedTool {
  /** As the model reads it. */
  readonly description: string;
  readonly risk: string;
  /** By path, `lines[].amount`; `(all)` for what is about the arguments together. Type, whether required, digest of the rest. */
  readonly arguments: { readonly [path: string]: string };
  /** Digest of all that is published of the tool. */
  readonly definition: string;
}

export interface ToolLock {
  readonly lockVersion: 1;
  /** By name of the gateway, then by qualified tool name. */
  readonly gateways: { readonly [gateway: string]: { readonly [qualifiedName: string]: LockedTool } };
}

/** One tool as it is. */
export interface ToolContract {
  readonly gateway: string;
  readonly qualifiedName: string;
  readonly locked: LockedTool;
}

export interface LockDifference<T extends ToolContract = ToolContract> {
  readonly gateway: string;
  readonly qualifiedName: string;
  /** What differs: `description`, `risk`, `arguments.amount`, `definition`; `tool` for one that is new or gone. */
  readonly part: string;
  readonly message: string;
  /** The tool that differs; none for one that is gone. */
  readonly contract?: T;
}

export const NO_TOOLS: ToolLock = { lockVersion: 1, gateways: {} };

export function lockedTool(tool: {
  readonly description: unknown;
  readonly risk: string;
  readonly inputSchema: unknown;
  readonly definition: unknown;
}): LockedTool {
  return {
    description: typeof tool.description === 'string' ? tool.description : '',
    risk: tool.risk,
    arguments: Object.fromEntries(argumentLines(tool.inputSchema, '', true)),
    definition: digest(tool.definition),
  };
}

/** @throws SecureMcpError TOOL_LOCK for one name with two contents: nobody could tell which of them was approved. */
export function lockOf(contracts: readonly ToolContract[]): ToolLock {
  const gateways = new Map<string, Map<string, LockedTool>>();
  const problems: Problem[] = [];
  for (const { gateway, qualifiedName, locked } of contracts) {
    const tools = gateways.get(gateway) ?? new Map<string, LockedTool>();
    const other = tools.get(qualifiedName);
    if (other !== undefined && !isDeepStrictEqual(other, locked)) problems.push(ambiguous(gateway, qualifiedName));
    gateways.set(gateway, tools.set(qualifiedName, locked));
  }
  if (problems.length > 0) throw new SecureMcpError(problems);
  const entries = [...gateways].map(([gateway, tools]) => [gateway, Object.fromEntries(tools)] as const);
  return { lockVersion: 1, gateways: Object.fromEntries(entries) };
}

/** Of the context that names the lock of an app. */
export function notAPath(value: unknown): Problem {
  return {
    code: 'TOOL_LOCK',
    message: `the context ${TOOL_LOCK_CONTEXT} is the path of a lock of tools, got ${shown(value)}`,
    fix: 'Write the path as text, or remove it',
  };
}

function ambiguous(gateway: string, qualifiedName: string): Problem {
  return {
    code: 'TOOL_LOCK',
    message: `two gateways named ${shown(gateway)} have a tool ${shown(qualifiedName)}, and the two differ`,
    fix: 'Name the gateways apart, or give both the same tool',
  };
}

/**
 * The file: keys in order, one line for each thing that can change, and no character that a reviewer would not see.
 */
export function lockText(lock: ToolLock): string {
  const text = JSON.stringify(sorted(lock), undefined, 2);
  const visible = text.replace(/[^\x20-\x7e\n]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${visible}\n`;
}

/** The lock, or why the text is none. */
export function parseLock(text: string, file: string): { readonly lock?: ToolLock; readonly problem?: Problem } {
  const problem = (why: string): { problem: Problem } => ({
    problem: {
      code: 'TOOL_LOCK',
      message: `${shown(file)} is no lock of tools: ${why}`,
      fix: 'Write it with `secure-mcp lock`',
    },
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return problem((error as Error).message);
  }
  if (!isPlainObject(json) || json.lockVersion !== 1) return problem('it has no "lockVersion": 1');
  const gateways = Object.values(isPlainObject(json.gateways) ? json.gateways : { none: undefined });
  const tools = gateways.flatMap((gateway) => (isPlainObject(gateway) ? Object.values(gateway) : [undefined]));
  const whole = tools.every((tool) => isPlainObject(tool) && isPlainObject(tool.arguments));
  return whole ? { lock: json as unknown as ToolLock } : problem('a gateway or a tool in it is not complete');
}

/** What changed since the lock was written, of each contract. Only gateways that have tools now are compared. */
export function lockDifferences<T extends ToolContract>(lock: ToolLock, contracts: readonly T[]): LockDifference<T>[] {
  const gateways = groupedBy(contracts, ({ gateway }) => gateway);
  return [...gateways].flatMap(([gateway, now]) => {
    const approved = own(lock.gateways, gateway) ?? {};
    const byName = groupedBy(now, ({ qualifiedName }) => qualifiedName);
    const names = [...new Set([...byName.keys(), ...Object.keys(approved)])].sort();
    return names.flatMap((qualifiedName): LockDifference<T>[] =>
      (byName.get(qualifiedName) ?? [undefined]).flatMap((contract) =>
        toolDifferences(own(approved, qualifiedName), contract?.locked).map(({ part, message }) => ({
          gateway,
          qualifiedName,
          part,
          message: `tool '${qualifiedName}' ${message}`,
          ...(contract === undefined ? {} : { contract }),
        })),
      ),
    );
  });
}

type Part = Pick<LockDifference, 'part' | 'message'>;

function toolDifferences(approved: LockedTool | undefined, now: LockedTool | undefined): Part[] {
  if (approved === undefined) return [{ part: 'tool', message: 'is not in the lock' }];
  if (now === undefined) return [{ part: 'tool', message: 'is in the lock, and there is no such tool' }];
  const found: Part[] = [];
  for (const part of ['description', 'risk'] as const) {
    if (approved[part] === now[part]) continue;
    found.push({
      part,
      message: `has another ${part} than the lock, ${shown(approved[part])}, got ${shown(now[part])}`,
    });
  }
  const paths = [...new Set([...Object.keys(approved.arguments), ...Object.keys(now.arguments)])].sort();
  for (const path of paths) {
    const [before, after] = [own(approved.arguments, path), own(now.arguments, path)];
    if (before === after) continue;
    const change = before === undefined ? 'is new' : after === undefined ? 'is gone' : 'differs from the lock';
    found.push({ part: `arguments.${path}`, message: `has an argument '${path}' that ${change}` });
  }
  if (found.length > 0 || approved.definition === now.definition) return found;
  return [
    { part: 'definition', message: 'differs from the lock in what is published beside description and arguments' },
  ];
}

function argumentLines(schema: unknown, path: string, required: boolean): [string, string][] {
  if (!isPlainObject(schema)) return [];
  const { properties, items, ...rest } = schema;
  const needed = Array.isArray(schema.required) ? schema.required : [];
  const inner = Object.entries(isPlainObject(properties) ? properties : {}).flatMap(([name, property]) =>
    argumentLines(property, path === '' ? name : `${path}.${name}`, needed.includes(name)),
  );
  const of = argumentLines(items, `${path}[]`, true);
  const line = `${String(schema.type)}${required ? '' : ', optional'}, ${digest(rest)}`;
  return [[path === '' ? '(all)' : path, line], ...inner, ...of];
}

/** 128 bits: enough that nobody finds another text for an approved one. */
function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)) ?? '')
    .digest('hex')
    .slice(0, 32);
}

/** The order of properties is no change of a contract. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

function own<T>(record: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
