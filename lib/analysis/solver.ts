import { type Cell, UNKNOWN, type Value } from './values';

const MOST_TEXTS = 24;
/** Code whose every value may be everywhere, such as an interpreter, is not followed further. */
const MOST_VALUES = 48;
/** Steps before that happens: most handlers are done by then. */
const PATIENCE = 60_000;

/**
 * Inclusion constraints, solved by a work list: what flows into a cell flows on to everything that listens to it.
 * Cycles need no care, as each value enters a cell once.
 */
export class Solver {
  /** True when the budget ran out: the result is then incomplete. */
  public exhausted = false;
  /** True when values were left out somewhere. */
  public widened = false;
  private steps = 0;
  private readonly work: (() => void)[] = [];

  /** `strict` gives up as soon as values would be left out. */
  public constructor(
    private readonly budget: number,
    private readonly strict = false,
  ) {}

  public add(cell: Cell, value: Value): void {
    if (cell.values.has(value)) return;
    if (value.kind === 'text' || value.kind === 'template') {
      // So many different texts name no resource: any text is as good an answer.
      if (cell.texts >= MOST_TEXTS) {
        this.add(cell, UNKNOWN);
        return;
      }
      cell.texts++;
    } else if (cell.values.size >= MOST_VALUES && this.steps > PATIENCE) {
      this.widened = true;
      if (this.strict) this.exhausted = true;
      return;
    }
    cell.values.add(value);
    for (const listener of cell.listeners) this.work.push(() => listener(value));
  }

  public watch(cell: Cell, listener: (value: Value) => void): void {
    cell.listeners.push(listener);
    for (const value of cell.values) this.work.push(() => listener(value));
  }

  public flow(from: Cell, to: Cell): void {
    if (from.leadsTo(to)) this.watch(from, (value) => this.add(to, value));
  }

  public run(): void {
    for (let task = this.work.pop(); task !== undefined; task = this.work.pop()) {
      if (this.exhausted || this.steps++ >= this.budget) {
        this.exhausted = true;
        return;
      }
      task();
    }
  }
}
