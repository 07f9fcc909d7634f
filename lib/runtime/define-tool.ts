import type { InputSchema } from '../protocol/input-validation';
import { INPUT_SCHEMA_ENV } from '../protocol/template-metadata';
import { splitToolName } from '../protocol/tool-name';
import { type Caller, callerOf, type LambdaContext } from './caller';
import { checkInput } from './check-input';
import { ToolError, type ToolErrorReply } from './tool-error';

/** One call of a tool. */
export interface ToolInvocation<Input> {
  /** The arguments, as the gateway checked them against the tool's schema. */
  readonly input: Input;
  readonly caller: Caller;
}

export interface ToolDefinition<Input, Output> {
  /** The tool's own name, without the target. */
  readonly name: string;
  /** Throw a {@link ToolError} for what the model should know; let everything else fall through. */
  readonly handle: (invocation: ToolInvocation<Input>) => Promise<Output> | Output;
}

/**
 * Makes the Lambda handler of one tool.
 *
 * - Refuses a call that did not come through a gateway, or that is meant for another tool: there is no default branch.
 * - Checks the arguments against what the tool's input schema says beyond what the gateway carries, and refuses the call
 *   with a reply that names every argument that is wrong. Without the environment variable that the construct sets, as in
 *   a unit test, there is nothing to check.
 * - Gives the gateway what `handle` returns; the gateway wraps it as JSON text. `undefined` becomes `null`.
 * - A {@link ToolError} becomes the reply `{ "error": { "message": … } }`, which the model can read.
 * - Any other error is thrown on, so Lambda records it and the caller sees the gateway's generic text.
 *
 * In a unit test call `handle` itself, or the handler with a client context: neither needs a mock.
 */
export function defineTool<Input = Record<string, unknown>, Output = unknown>(
  definition: ToolDefinition<Input, Output>,
): (event: Input, context?: LambdaContext) => Promise<Output | ToolErrorReply | null> {
  const schema = inputSchema();
  return async (event, context) => {
    const caller = callerOf(context);
    if (caller === undefined) {
      throw new Error(`tool ${definition.name} was called without a gateway. Call it through its gateway`);
    }
    const called = splitToolName(caller.qualifiedToolName)?.tool;
    if (called !== definition.name) {
      throw new Error(`this is tool ${definition.name}, but ${caller.qualifiedToolName} was called. Check the target`);
    }
    const violations = schema === undefined ? [] : checkInput(schema, event);
    if (violations.length > 0) {
      return new ToolError(
        violations.map(({ argument, message }) => `${argument || 'input'} ${message}`).join('; '),
      ).toReply();
    }
    try {
      return (await definition.handle({ input: event, caller })) ?? null;
    } catch (error) {
      if (error instanceof ToolError) return error.toReply();
      throw error;
    }
  };
}

/** Read when the function starts: a schema that does not parse must stop it, not be ignored. */
function inputSchema(): InputSchema | undefined {
  const json = process.env[INPUT_SCHEMA_ENV];
  return json === undefined ? undefined : (JSON.parse(json) as InputSchema);
}
