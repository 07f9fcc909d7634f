import { isObject } from './cloudformation';
import { isUnknown, Unknown } from './resolve';

/** Properties that hold an IAM policy, in any resource type. */
const DOCUMENTS = new Set(['AssumeRolePolicyDocument', 'PolicyDocument', 'KeyPolicy', 'ResourcePolicy']);

const ELEMENTS = new Map(
  'Version Id Statement Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);

/**
 * Properties with their policies as objects: CloudFormation takes a policy as JSON text, too, and IAM reads the names of
 * elements without regard to case. A text that is no JSON is unknown.
 */
export function withPolicyDocuments(properties: unknown): unknown {
  if (!isObject(properties) || isUnknown(properties)) return properties;
  let changed: Record<string, unknown> | undefined;
  const set = (key: string, value: unknown) => {
    if (value === properties[key]) return;
    changed ??= { ...properties };
    changed[key] = value;
  };
  for (const key of Object.keys(properties)) {
    if (DOCUMENTS.has(key)) set(key, policyDocument(properties[key]));
    else if (key === 'Policies' && Array.isArray(properties[key])) set(key, inline(properties[key]));
  }
  return changed ?? properties;
}

function inline(policies: readonly unknown[]): readonly unknown[] {
  const read = policies.map(withPolicyDocuments);
  return read.every((policy, index) => policy === policies[index]) ? policies : read;
}

/** A policy as an object, with the names of its elements as IAM writes them; Unknown for a text that is no JSON. */
export function policyDocument(value: unknown): unknown {
  const parsed = typeof value === 'string' ? parsedText(value) : value;
  if (!isObject(parsed) || isUnknown(parsed)) return parsed;
  const named = canonical(parsed);
  const { Statement } = named;
  const statements = Array.isArray(Statement) ? Statement.map(statement) : statement(Statement);
  return sameItems(statements, Statement) ? named : { ...named, Statement: statements };
}

function statement(value: unknown): unknown {
  return isObject(value) && !isUnknown(value) ? canonical(value) : value;
}

function sameItems(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.every((item, index) => item === b[index]) : a === b;
}

function canonical(value: { readonly [key: string]: unknown }): { readonly [key: string]: unknown } {
  const name = (key: string) => ELEMENTS.get(key.toLowerCase()) ?? key;
  if (Object.keys(value).every((key) => name(key) === key)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [name(key), item]));
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return new Unknown('the policy is a text that is no JSON');
  }
}
