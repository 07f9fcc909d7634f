import { ANALYSIS_BUDGET } from './analyze-handler';
import type { HandlerAnalysis } from './handler-analysis';
import { Interpreter } from './interpreter';
import { type PythonCode, pythonProgram } from './python/program';
import { unreachedMentions } from './python/unreached';
import { reportUses } from './report-uses';
import { resolveScopes } from './scopes';

/** Why nothing in Python is certain. */
const DOUBT = 'Python: names and types are not fixed';

/**
 * Finds the AWS calls that a handler in Python makes through boto3, and which environment variable names the resource
 * of each. It follows the modules of the folder that the handler imports.
 *
 * Python is too dynamic for certainty: every call that is seen is one that may happen. What cannot be followed is in
 * `unverifiable`.
 */
export function analyzePython(code: PythonCode): HandlerAnalysis {
  const { program, gaps, mentions, at } = pythonProgram(code);
  const scopes = resolveScopes(program);
  const run = (contextDepth: number) => {
    const interpreter = new Interpreter(program, scopes, {
      contextDepth,
      budget: ANALYSIS_BUDGET,
      language: 'python',
      isLibrary: () => false,
    });
    interpreter.run(code.handler.slice(code.handler.lastIndexOf('.') + 1));
    return interpreter;
  };
  let interpreter = run(2);
  if (interpreter.solver.exhausted) interpreter = run(0);
  const { used, unverifiable, byOthers } = reportUses(interpreter, { at, isLibrary: () => false }, DOUBT);
  return {
    used,
    unverifiable: [...gaps.map((gap) => ({ service: '*', ...gap })), ...unverifiable],
    unreached: [...byOthers, ...unreachedMentions(interpreter, mentions, at)],
  };
}
