import { type Context, createContext, runInContext } from 'node:vm';

let box: { readonly context: Context; readonly hold: (run: () => unknown) => void } | undefined;

/** What {@link withinTime} throws when the time is over. */
export function isOverTime(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

/**
 * Calls a function that may keep the process busy, and ends it when the time is over: V8 interrupts loops and regular
 * expressions. What the function goes on to do after an `await` is not part of the call.
 */
export function withinTime<T>(milliseconds: number, run: () => T): T {
  box ??= makeBox();
  // Handed over by itself, so that the analysis of handlers sees that it is called.
  box.hold(run);
  return runInContext('run()', box.context, { timeout: Math.max(1, Math.floor(milliseconds)) }) as T;
}

function makeBox(): NonNullable<typeof box> {
  const context = createContext({});
  return { context, hold: runInContext('(given) => { run = given; }', context) };
}
