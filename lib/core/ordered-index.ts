/** Values under any number of keys each, found in the order in which they were given. */
export class OrderedIndex<V> {
  private readonly places = new Map<unknown, number[]>();

  public constructor(
    private readonly values: readonly V[],
    keysOf: (value: V) => Iterable<unknown>,
  ) {
    for (const [place, value] of values.entries()) {
      for (const key of keysOf(value)) {
        const known = this.places.get(key);
        if (known === undefined) this.places.set(key, [place]);
        else known.push(place);
      }
    }
  }

  /** Each value once that has one of the keys. */
  public under(keys: Iterable<unknown>): V[] {
    const places = new Set<number>();
    for (const key of keys) for (const place of this.places.get(key) ?? []) places.add(place);
    return [...places].sort((a, b) => a - b).map((place) => this.values[place]!);
  }
}
