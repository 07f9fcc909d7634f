import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { callSite } from '../../core/call-site';
import type { Problem } from '../../core/errors';
import type { ForeignResource } from './foreign-resource';

/** `{ StringEquals: { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' } }`. */
export interface Conditions {
  readonly [operator: string]: { readonly [key: string]: string | readonly string[] };
}

/** One SDK operation of a declared access. */
export interface DeclaredOperation {
  /** SDK operation, e.g. `GetItem`. */
  readonly operation: string;
  /** IAM actions it needs, e.g. `dynamodb:GetItem`. */
  readonly actions: readonly string[];
  /** ARNs, may hold tokens. */
  readonly resources: readonly string[];
  readonly readOnly: boolean;
  readonly conditions?: Conditions;
  /**
   * What it needs of the resource's customer managed key, through the resource's service. Left out: `kms:Decrypt`, and
   * `kms:GenerateDataKey` when it writes.
   */
  readonly keyActions?: readonly string[];
}

/** Where it is wrong is known only when a tool takes the access. */
export type AccessProblem = Omit<Problem, 'at'>;

/** One call of the fluent interface, with what it stands for. */
export interface AccessVerb {
  /** `query({ index: 'byCustomer' })`. */
  readonly call: string;
  readonly operations: readonly DeclaredOperation[];
  readonly problems?: readonly AccessProblem[];
}

/** What a {@link DeclaredAccess} amounts to. */
export interface AccessRendering {
  /** IAM prefix, e.g. `dynamodb`. */
  readonly service: string;
  /** Value of the environment variable: what the SDK call needs to name the resource. */
  readonly environmentValue: string;
  /** Further variables, by what is appended to the name: `{ _SECRET: '…' }`. */
  readonly companions?: { readonly [suffix: string]: string };
  /** ARN of the resource itself, for reports and proofs. */
  readonly resourceArn: string;
  readonly operations: readonly DeclaredOperation[];
  /** The actions of each method that was called: used when one of them is. */
  readonly verbs?: readonly (readonly string[])[];
  /** KMS key of the resource, if it has a customer managed one. */
  readonly encryptionKey?: IKey;
  /** What the operations need of another resource, in the tool's name. */
  readonly implied?: readonly AccessRendering[];
  /** How the author would write it. */
  readonly declaration: string;
  readonly problems: readonly AccessProblem[];
  /** Whoever owns the resource, when that may be another account. */
  readonly foreign?: ForeignResource;
  /** Of `Access.custom` only. */
  readonly reason?: string;
}

/**
 * What a tool may do with one AWS resource, operation by operation. Made by the methods of `Access`.
 *
 * A declared access is the whole truth about a tool's role: it becomes the role's statements, the environment variable
 * that tells the handler the resource's name, and the expectation that the handler's code is compared with.
 * Nothing is ever widened: an operation that is not named is denied.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
 */
export abstract class DeclaredAccess {
  /** @internal Where the app made it; for messages, never for what is deployed. */
  public readonly _madeAt = callSite();

  /** @internal */
  public abstract _render(scope: IConstruct): AccessRendering;
}

/** The parts of a rendering that come from the calls. */
export function renderVerbs(factory: string, verbs: readonly AccessVerb[]) {
  const operations = verbs.flatMap((verb) => verb.operations);
  const nothing: AccessProblem = {
    code: 'ACCESS_INVALID',
    message: `an access names no operation, got ${factory}`,
    fix: 'Name what the tool does with the resource, for example Access.table(orders).get(), or remove the entry',
  };
  return {
    operations,
    verbs: verbs.map((verb) => verb.operations.flatMap((operation) => operation.actions)),
    declaration: [factory, ...verbs.map((verb) => verb.call)].join('.'),
    problems: [...(operations.length === 0 ? [nothing] : []), ...verbs.flatMap((verb) => verb.problems ?? [])],
  };
}

/** `describeCall('query', { index: 'byCustomer' })` is `query({ index: 'byCustomer' })`. */
export function describeCall(name: string, options: object = {}): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  if (given.length === 0) return `${name}()`;
  return `${name}({ ${given.map(([key, value]) => `${key}: ${describeValue(value)}`).join(', ')} })`;
}

/** A text for people: what only deployment tells is `<AWS.Partition>`. */
export function readable(text: string): string {
  return text.replace(/\$\{Token\[([^\]]*?)(?:\.\d+)?\]\}/g, '<$1>');
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describeValue).join(', ')}]`;
  if (typeof value === 'string') return `'${readable(value)}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const construct = value as Partial<IConstruct>;
  return construct.node === undefined ? '…' : construct.node.id;
}
