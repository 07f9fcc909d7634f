import { BEHAVIOURS, renderFidelityTable } from '../../lib/local/fidelity';

test('every behaviour is one row, with its state and its source', () => {
  const rows = renderFidelityTable().split('\n').slice(2);

  expect(rows).toHaveLength(BEHAVIOURS.length);
  for (const [index, { what, state, source }] of BEHAVIOURS.entries()) {
    expect(rows[index]!.split(/(?<!\\)\|/)).toHaveLength(5);
    expect(rows[index]).toContain(what);
    expect(rows[index]).toContain(` ${state} `);
    if (source !== undefined) expect(rows[index]).toContain(source);
  }
});

test('ids are unique and what is not modelled says how it differs', () => {
  expect(new Set(BEHAVIOURS.map(({ id }) => id)).size).toBe(BEHAVIOURS.length);
  expect(BEHAVIOURS.filter(({ note }) => note.length < 10)).toEqual([]);
});
