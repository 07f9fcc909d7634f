/** What is left of the function's time for the answer itself. */
const HEADROOM = { share: 0.3, atMostMilliseconds: 1_000 } as const;
/** Without a Lambda context, as in a unit test. */
const WITHOUT_CONTEXT_MILLISECONDS = 3_000;

export interface TimedContext {
  readonly getRemainingTimeInMillis?: () => number;
}

export class DeadlineError extends Error {
  public constructor() {
    super('the checks took longer than the time they have');
    this.name = 'DeadlineError';
  }
}

/**
 * Runs a check so that it ends before the function does. A gateway whose interceptor ran into the time limit of Lambda
 * was seen to let the request through; what answers in time cannot be passed over.
 *
 * The check is handed the time that is left, in milliseconds: what never gives control back has to be ended by it.
 */
export async function beforeDeadline<T>(
  context: TimedContext | undefined,
  run: (left: () => number) => Promise<T>,
): Promise<T> {
  const remaining = context?.getRemainingTimeInMillis?.() ?? WITHOUT_CONTEXT_MILLISECONDS;
  const limit = remaining - Math.min(remaining * HEADROOM.share, HEADROOM.atMostMilliseconds);
  const until = Date.now() + limit;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      run(() => until - Date.now()),
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new DeadlineError()), limit);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
