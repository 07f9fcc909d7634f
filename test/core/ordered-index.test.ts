import { groupedBy } from '../../lib/core/grouped-by';
import { OrderedIndex } from '../../lib/core/ordered-index';

test('values are found under any of their keys, once, in the order in which they were given', () => {
  const index = new OrderedIndex(['ab', 'b', 'a', 'c'], (value) => [...value, value.length]);

  expect(index.under(['b', 'a', 2])).toEqual(['ab', 'b', 'a']);
  expect(index.under([1])).toEqual(['b', 'a', 'c']);
  expect(index.under(['x', undefined])).toEqual([]);
});

test('a group keeps the order, and what has no key is in none', () => {
  expect([...groupedBy([1, 2, 3, 4, 5], (value) => (value === 3 ? undefined : value % 2))]).toEqual([
    [1, [1, 5]],
    [0, [2, 4]],
  ]);
});
