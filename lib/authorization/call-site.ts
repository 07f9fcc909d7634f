import { dirname, isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** More than the frames of the library between a permit and the line of the app that makes it. */
const FRAMES = 10;

const LIBRARY = `${dirname(__dirname)}${sep}`;

/**
 * Where an app calls the library, for messages: nothing of it gets into a template.
 *
 * Taking a stack is cheap. Writing it out is not, least of all with source maps, so that waits until there is something
 * to say: an app with 1,000 permits that are right never pays for it.
 */
export class CallSite {
  /** The call that is running. `undefined` in an app in another language: its lines are not in the stack. */
  public static current(): CallSite | undefined {
    // Every runtime of jsii sets it: the frames before the library would be those of its kernel.
    if (process.env.JSII_AGENT !== undefined) return undefined;
    const holder: { readonly stack?: unknown } = {};
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = FRAMES;
    try {
      Error.captureStackTrace(holder, CallSite.current);
    } finally {
      Error.stackTraceLimit = limit;
    }
    return new CallSite(holder);
  }

  private constructor(private readonly holder: { readonly stack?: unknown }) {}

  /** `bin/app.ts:41:6`, from the current working directory; `undefined` where the stack does not tell. */
  public get place(): string | undefined {
    const { stack } = this.holder;
    // Whoever sets Error.prepareStackTrace may make anything of it.
    if (typeof stack !== 'string') return undefined;
    for (const line of stack.split('\n')) {
      const frame = frameOf(line);
      if (frame !== undefined && !frame.file.startsWith(LIBRARY))
        return `${relative(process.cwd(), frame.file)}:${frame.position}`;
    }
    return undefined;
  }
}

/** `at permit (/app/app.ts:41:6)`, `at file:///app/app.mjs:41:6`; modules of Node itself have no path. */
function frameOf(line: string): { file: string; position: string } | undefined {
  const place = /^\s*at .*? \((.*)\)$/.exec(line)?.[1] ?? /^\s*at (?:async )?(.*)$/.exec(line)?.[1];
  const [, where, position] = /^(.*?):(\d+:\d+)$/.exec(place ?? '') ?? [];
  if (where === undefined) return undefined;
  const file = where.startsWith('file://') ? fileURLToPath(where) : where;
  return isAbsolute(file) ? { file, position: position! } : undefined;
}
