import { type Program, parse } from 'acorn';
import type { HandlerAnalysis } from './handler-analysis';
import { Interpreter } from './interpreter';
import { opacityOfLibraries } from './library-code';
import { mentionsOf } from './mentions';
import { reportUses } from './report-uses';
import { resolveScopes } from './scopes';
import { signsByItself } from './sdk-model';
import { SourcePositions } from './source-positions';
import { unreachedCommands } from './unreached-commands';

export interface HandlerCode {
  /** One bundle, CommonJS, with the AWS SDK left out (esbuild: `format: 'cjs'`, `external: ['@aws-sdk/*']`). */
  readonly code: string;
  /** Its source map, as JSON. */
  readonly sourceMap?: string;
  /** The export that Lambda calls. @default 'handler' */
  readonly handler?: string;
}

/** Steps of one analysis; a handler takes some ten thousand. When they run out, call sites are no longer told apart. */
export const ANALYSIS_BUDGET = 600_000;

/**
 * Finds the AWS calls that a handler makes, and which environment variable names the resource of each.
 *
 * Sees every path, so it may name calls that no run makes; these are `may`. What it cannot follow is in `unverifiable`:
 * for those services nothing can be said about what is not used.
 */
export function analyzeHandler(handler: HandlerCode): HandlerAnalysis {
  const positions = new SourcePositions(handler.code, handler.sourceMap);
  const program = parseBundle(handler.code);
  if (typeof program === 'string') {
    const at = { file: 'index.js', line: 1 };
    return {
      used: [],
      unverifiable: [{ service: '*', reason: `the code does not parse: ${program}`, at }],
      unreached: [],
    };
  }
  const scopes = resolveScopes(program);
  const opacity = opacityOfLibraries(program, scopes, positions);
  const run = (options: { readonly contextDepth: number; readonly strict: boolean }) => {
    const interpreter = new Interpreter(program, scopes, {
      ...options,
      opacity: (node) => opacity(node, !options.strict),
      budget: ANALYSIS_BUDGET,
      language: 'javascript',
      isLibrary: (node) => positions.isLibrary(node.start),
    });
    interpreter.run(handler.handler ?? 'handler');
    return interpreter;
  };
  let interpreter = run({ contextDepth: 2, strict: true });
  // Libraries such as loggers entangle everything with everything, and do not call AWS: then they are left out.
  if (interpreter.solver.exhausted) interpreter = run({ contextDepth: 2, strict: false });
  if (interpreter.solver.exhausted) interpreter = run({ contextDepth: 0, strict: false });
  const { used, unverifiable } = reportUses(interpreter, positions);
  const signers = positions.packages.filter(signsByItself).map((name) => ({
    service: '*',
    reason: `signs requests itself with ${name}`,
    at: { file: `node_modules/${name}`, line: 1 },
  }));
  const named = mentionsOf(program, scopes);
  return {
    used,
    variables: new Map([...named.variables].map(([name, offset]) => [name, positions.at(offset)])),
    unverifiable: [...signers, ...unverifiable],
    unreached: unreachedCommands(interpreter, named, {
      at: (offset) => positions.at(offset),
      isLibrary: (offset) => positions.isLibrary(offset),
      isWithoutAws: (node) => opacity(node, true) !== undefined,
    }),
  };
}

function parseBundle(code: string): Program | string {
  const options = { ecmaVersion: 'latest', allowReturnOutsideFunction: true, allowHashBang: true } as const;
  try {
    return parse(code, { ...options, sourceType: 'script' });
  } catch {
    try {
      return parse(code, { ...options, sourceType: 'module' });
    } catch (error) {
      return (error as Error).message;
    }
  }
}
