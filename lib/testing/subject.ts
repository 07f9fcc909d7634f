import { parseTemplateYaml } from '../assembly/parse-yaml';
import { type Assembly, assemblyOfTemplate, readAssembly } from '../assembly/read-assembly';

/** A construct of the CDK, as far as a test needs it: this entry point does not import the CDK. */
export interface ConstructLike {
  readonly node: { readonly root: object; readonly scope?: object | undefined };
}

/** `app.synth()` of the CDK. */
export interface CloudAssemblyLike {
  readonly directory: string;
}

/** `Template.fromStack(stack)` of `aws-cdk-lib/assertions`. */
export interface TemplateLike {
  toJSON(): { readonly [key: string]: unknown };
}

/**
 * What a test is about: a stack, app or any construct of the CDK, a cloud assembly, the path of a cdk.out folder or of
 * a template, or a template as an object.
 */
export type Subject = string | ConstructLike | CloudAssemblyLike | TemplateLike | { readonly Resources: object };

export interface ReadSubject {
  readonly assembly: Assembly;
  /** Stack that the subject is, or is in; absent for everything at once. */
  readonly stack?: string;
  /** Name of the gateway, when the subject is one. */
  readonly gateway?: string;
}

/** Synthesizes an app where needed. Throws `ASSEMBLY_UNREADABLE`, and what the synthesis throws. */
export function readSubject(subject: Subject): ReadSubject {
  if (typeof subject === 'string') return { assembly: readAssembly(subject, { parseYaml: parseTemplateYaml }) };
  if (isConstruct(subject)) return readConstruct(subject);
  if (hasDirectory(subject)) return { assembly: readAssembly(subject.directory) };
  if ('toJSON' in subject && typeof subject.toJSON === 'function')
    return { assembly: assemblyOfTemplate(subject.toJSON()) };
  return { assembly: assemblyOfTemplate(subject) };
}

export function isConstruct(value: object): value is ConstructLike {
  return typeof (value as { node?: { root?: unknown } }).node?.root === 'object';
}

/** The name by which an assembly knows the stack of a construct; a nested stack adds its logical id to its parent's. */
export function stackNameOf(construct: ConstructLike): string | undefined {
  const stack = enclosingStack(construct);
  if (stack === undefined) return undefined;
  const { nestedStackParent: parent, nestedStackResource: resource } = stack;
  if (parent === undefined || resource === undefined) return stack.stackName;
  return `${stackNameOf(parent)}/${parent.resolve(resource.logicalId)}`;
}

function readConstruct(construct: ConstructLike): ReadSubject {
  const { root } = construct.node;
  const stage = isStage(construct) ? construct : root;
  if (!isStage(stage)) throw new TypeError('the construct is in no App, so it cannot be synthesized');
  const stack = stackNameOf(construct);
  const { gatewayName } = construct as { readonly gatewayName?: unknown };
  return {
    assembly: readAssembly(stage.synth().directory),
    ...(stack !== undefined && { stack }),
    ...(typeof gatewayName === 'string' && { gateway: gatewayName }),
  };
}

interface StackLike extends ConstructLike {
  readonly stackName: string;
  readonly nestedStackParent?: StackLike;
  readonly nestedStackResource?: { readonly logicalId: string };
  resolve(value: unknown): unknown;
}

function enclosingStack(construct: ConstructLike): StackLike | undefined {
  for (let each: object | undefined = construct; each !== undefined; each = (each as ConstructLike).node.scope)
    if ('stackName' in each && 'templateFile' in each) return each as unknown as StackLike;
  return undefined;
}

function isStage(value: object): value is { synth(): CloudAssemblyLike } {
  return 'synth' in value && typeof value.synth === 'function';
}

function hasDirectory(value: object): value is CloudAssemblyLike {
  return 'directory' in value && typeof value.directory === 'string';
}
