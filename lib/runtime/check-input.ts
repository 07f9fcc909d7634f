import { type InputSchema, type InputViolation, inputViolations } from '../protocol/input-validation';
import { isOverTime, withinTime } from './within-time';

/**
 * Enough for every expression that does not run wild, also on a small function, and less than what an interceptor keeps
 * back for its answer.
 */
const MILLISECONDS = 250;

/** What is wrong with the arguments of a call. A `pattern` of the author that runs wild on them counts as not met. */
export function checkInput(schema: InputSchema, value: unknown): readonly InputViolation[] {
  try {
    return withinTime(MILLISECONDS, () => inputViolations(schema, value));
  } catch (error) {
    if (!isOverTime(error)) throw error;
    return [{ argument: '', keyword: 'pattern', message: 'cannot be checked in time' }];
  }
}
