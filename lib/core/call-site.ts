import { fileURLToPath } from 'node:url';

/** A place in the code of an app. */
export interface CallSite {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** Folder of this package. `undefined` in a bundle, where its frames cannot be told from those of the app. */
const PACKAGE = /^(.*[\\/])(?:build[\\/])?lib[\\/]core$/.exec(__dirname)?.[1];

/** The library calls itself some steps deep before it takes a place. */
const FRAMES = 30;

/**
 * Where the app called the library: the first frame outside of it, told when it is asked for. Taking it costs some
 * microseconds, since frames are made to text only then: an app that is right never pays for that.
 *
 * `undefined` in an app in another language, whose lines are not in the stack, and where the stack does not tell. For
 * messages and reports: what is deployed must not depend on it.
 */
export function callSite(): (() => CallSite | undefined) | undefined {
  // Every runtime of jsii sets it: the frames before the library would be those of its kernel.
  if (process.env.JSII_AGENT !== undefined) return undefined;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const trace: { readonly stack?: unknown } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  let site: { readonly found: CallSite | undefined } | undefined;
  return () => {
    // Whoever sets Error.prepareStackTrace may make anything of it.
    site ??= { found: typeof trace.stack === 'string' ? firstOutside(trace.stack) : undefined };
    return site.found;
  };
}

/** `at Shop.build (/app/shop.ts:12:5)` and `at /app/shop.ts:12:5`. */
const FRAME = /^ +at (?:.* \(|async )?((?:file:|[\\/]|[A-Za-z]:[\\/]).*):(\d+):(\d+)\)?$/;

/** @internal Exported for its test. */
export function firstOutside(stack: string): CallSite | undefined {
  if (PACKAGE === undefined) return undefined;
  for (const frame of stack.split('\n')) {
    const [, place, line, column] = FRAME.exec(frame) ?? [];
    if (place === undefined) continue;
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    // With source maps a frame of build/lib is one of lib.
    if (file.startsWith(PACKAGE) && /^(build[\\/])?lib[\\/]/.test(file.slice(PACKAGE.length))) continue;
    return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}
