import { fileURLToPath } from 'node:url';

/** A place in the code of an app. */
export interface CallSite {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Folder of this package. `undefined` in a bundle, where its frames cannot be told from those of the app. */
const PACKAGE = /^(.*[\\/])(?:build[\\/])?lib[\\/]core$/.exec(__dirname)?.[1];

/** The library calls itself some steps deep before it takes a place. */
const FRAMES = 30;

/**
 * Where the app called the library: the first frame outside of it, told when it is asked for. Taking it costs some
 * microseconds, since frames are made to text only then.
 *
 * `undefined` where the caller is no file of JavaScript, as with an app in Python. For messages and reports: what is
 * deployed must not depend on it.
 */
export function callSite(): () => CallSite | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const trace = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  let site: { readonly found: CallSite | undefined } | undefined;
  return () => {
    site ??= { found: firstOutside(trace.stack ?? '') };
    return site.found;
  };
}

/** `at Shop.build (/app/shop.ts:12:5)` and `at /app/shop.ts:12:5`. */
const FRAME = /^ +at (?:.* \(|async )?((?:file:|node:|[\\/]|[A-Za-z]:[\\/]).*):(\d+):\d+\)?$/;

/** @internal Exported for its test. */
export function firstOutside(stack: string): CallSite | undefined {
  if (PACKAGE === undefined) return undefined;
  for (const frame of stack.split('\n')) {
    const [, place, line] = FRAME.exec(frame) ?? [];
    if (place === undefined) continue;
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    // With source maps a frame of build/lib is one of lib.
    if (file.startsWith(PACKAGE) && /^(build[\\/])?lib[\\/]/.test(file.slice(PACKAGE.length))) continue;
    // An app in another language calls through jsii, whose frames say nothing of it.
    return /^node:|[\\/]@?jsii[\\/]/.test(file) ? undefined : { file, line: Number(line) };
  }
  return undefined;
}
