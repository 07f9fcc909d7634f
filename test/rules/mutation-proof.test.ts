import { RULES } from '../../lib/rules/registry';
import { CASES, changed, findings, idOf, told } from './cases/four-layers';

test('no rule has anything to say about the template that the cases change', () => {
  expect(told(findings(changed()))).toEqual([]);
});

test('every rule has cases, and every case has a rule', () => {
  expect(Object.keys(CASES).sort()).toEqual(RULES.map(({ id }) => id).sort());
});

describe.each(RULES)('$id $name', ({ id }) => {
  const { violating, undecided, compliant = {} } = CASES[id]!;

  test.each(Object.entries(violating))('fires: %s', (_name, change) => {
    const own = findings(changed(change), id).filter((finding) => !finding.undecided);

    expect(own).not.toEqual([]);
  });

  test('is the only one that fires when one thing is broken', () => {
    const [first] = Object.values(violating);

    expect([...new Set(findings(changed(first!)).map(idOf))]).toEqual([id]);
  });

  test('fires for one value: with it the template is broken, and without it nothing is', () => {
    const decisive = Object.values(violating).flatMap((change) =>
      Object.keys(change).filter((path) => {
        const { [path]: _, ...others } = change;
        return findings(changed(others), id).length === 0;
      }),
    );

    expect(decisive).not.toEqual([]);
  });

  test.each(Object.entries(undecided))('is undecided: %s', (_name, change) => {
    const own = findings(changed(change), id);

    expect(own.filter((finding) => finding.undecided)).not.toEqual([]);
  });

  for (const [name, change] of Object.entries(compliant)) {
    test(`is content: ${name}`, () => {
      expect(told(findings(changed(change), id))).toEqual([]);
    });
  }
});

const GARBAGE = [0, 'x', [], {}, [[null]], true, { Ref: 'Open' }, { Ref: 5 }, { 'Fn::If': ['nowhere', 1, 2] }, null];

test('no rule fails on a property of another kind', () => {
  const resources = changed().Resources;
  const paths = Object.entries(resources).flatMap(([id, { Properties = {} }]) =>
    Object.keys(Properties as object).map((name) => `${id}/${name}`),
  );
  const failures = paths.flatMap((path, index) =>
    findings(changed({ [path]: GARBAGE[index % GARBAGE.length] }))
      .filter(({ message }) => message.includes('the rule failed'))
      .map(({ ruleId, message }) => `${path}: ${ruleId} ${message}`),
  );

  expect(paths.length).toBeGreaterThan(100);
  expect(failures).toEqual([]);
});
