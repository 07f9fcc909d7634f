import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnFunction, type IAlias, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Problem } from '../core/errors';
import { METADATA_KEY } from '../protocol/template-metadata';
import type { AccessProblem, AccessRendering, DeclaredAccess } from './access/declared-access';
import { checkArn } from './access/exact-text';
import { checkFunctionOptions } from './check-function-options';
import { CodeAnalysis } from './code-analysis';
import { exportsHelper } from './exports-helper';
import { type CodeFile, HandlerBundles } from './handler-bundles';
import type { NamedAccess } from './tool-environment';
import { ToolFunction } from './tool-function';
import { toolFunctionMetadata } from './tool-function-metadata';
import type { ToolFunctionOptions } from './tool-function-options';
import type { ToolHandler } from './tool-handler';

export interface ToolCodeProps {
  readonly toolName: string;
  readonly handler: ToolHandler;
  readonly access: { readonly [env: string]: DeclaredAccess };
  readonly options: ToolFunctionOptions;
  /** Unless the options say otherwise. */
  readonly codeAnalysis?: CodeAnalysis;
  /** Unless the options name another. */
  readonly encryptionKey: IKey;
  /** What this library tells its runtime helper: the part of the input schema that only the helper enforces. */
  readonly runtimeEnvironment: { readonly [name: string]: string };
  /** @default MCP tool <name> */
  readonly description?: string;
  /** What lies beside the code; asked for when the app is complete. */
  readonly files?: () => readonly CodeFile[];
  /** Appended to the code when it is bundled. */
  readonly footer?: string;
  /** Told the text of the bundle. */
  readonly onBundle?: (text: string) => void;
  readonly onProblem: (problem: Problem) => void;
}

export interface ToolCode {
  readonly function: IFunction;
  /** What the gateway invokes. */
  readonly alias: IAlias;
  /** Whether the tool can be told to only read: every declared operation does, and nothing else is allowed. */
  readonly readOnly: boolean;
  /** Whether the code is made by `defineTool`, which checks input; known when the handlers are bundled. */
  readonly checksInput: () => boolean;
}

/** The function behind a tool: a new one with a generated role, or an existing one as it is. Reports all problems. */
export function toolCode(scope: Construct, id: string, props: ToolCodeProps): ToolCode {
  const at = `${scope.node.path}/${id}`;
  const handler = props.handler._render();
  const handlerProblems = props.handler._problems(at);
  const access = Object.entries(props.access).map(([env, entry]) => ({
    env,
    madeAt: entry._madeAt,
    ...entry._render(scope),
  }));
  for (const problem of [
    ...handlerProblems,
    ...accessProblems(access).map((problem): Problem => ({ ...problem, at })),
    ...checkFunctionOptions(props.options, handler, at),
  ]) {
    props.onProblem(problem);
  }

  if (handler.kind === 'existing') {
    const { role } = handler.alias.version.lambda;
    HandlerBundles.of(scope).addUnanalysed({ tool: props.toolName, scope, access, role }, 'existing function');
    return existingCode(props.toolName, handler.alias, access);
  }
  let checksInput = false;
  const created = new ToolFunction(scope, id, {
    ...props,
    onBundle: (text) => {
      checksInput = exportsHelper(text, 'defineTool');
      props.onBundle?.(text);
    },
    encryptionKey: props.options.encryptionKey ?? props.encryptionKey,
    analysis: props.options.codeAnalysis ?? props.codeAnalysis ?? CodeAnalysis.enforce(),
    handler,
    handlerMissing: handlerProblems.length > 0,
    access,
  });
  return {
    function: created.function,
    alias: created.alias,
    readOnly: access.every((entry) => entry.operations.every((operation) => operation.readOnly)),
    checksInput: () => checksInput,
  };
}

function accessProblems(access: readonly NamedAccess[]): AccessProblem[] {
  return access.flatMap((entry) => {
    const reported = entry.problems.some((problem) => problem.code === 'ACCESS_WILDCARD');
    if (reported || entry.reason !== undefined) return entry.problems;
    return [...entry.problems, ...arnProblems(entry.env, entry)];
  });
}

/** Of the resource, of its key, and of what is behind it. */
function arnProblems(env: string, { resourceArn, encryptionKey, implied = [] }: AccessRendering): AccessProblem[] {
  return [
    ...checkArn(`the resource of ${env}`, resourceArn),
    ...(encryptionKey === undefined ? [] : checkArn(`the encryption key of ${env}`, encryptionKey.keyArn)),
    // The identity token of an outbound credential has no resource type: its audience limits it.
    ...implied.filter(({ service }) => service !== 'sts').flatMap((behind) => arnProblems(env, behind)),
  ];
}

function existingCode(toolName: string, alias: IAlias, access: readonly NamedAccess[]): ToolCode {
  const fn = alias.version.lambda;
  const resource = fn.node.defaultChild;
  if (CfnFunction.isCfnFunction(resource)) resource.addMetadata(METADATA_KEY, toolFunctionMetadata(toolName, access));
  return { function: fn, alias, readOnly: false, checksInput: () => false };
}
