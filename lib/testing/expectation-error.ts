/** An expectation that does not hold. The message says who asked for what, what was expected, and why it is otherwise. */
export class ExpectationError extends Error {
  public override readonly name = 'ExpectationError';
}
