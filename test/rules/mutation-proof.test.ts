import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '../../lib/assembly/parse-yaml';
import { readAcknowledgments } from '../../lib/rules/acknowledgment';
import { RULES } from '../../lib/rules/registry';
import { type LocatedFinding, runRules } from '../../lib/rules/run-rules';
import { assemblyOf } from '../support/template-assembly';
import { authorization } from './cases/authorization';
import type { Change, RuleCases } from './cases/case';
import { inbound } from './cases/inbound';
import { leastPrivilege } from './cases/least-privilege';
import { outbound } from './cases/outbound';

const CASES: { readonly [ruleId: string]: RuleCases } = {
  ...inbound,
  ...outbound,
  ...authorization,
  ...leastPrivilege,
};
const CLEAN = readFileSync(join(__dirname, '../fixtures/templates/four-layers.yaml'), 'utf8');
const clean = JSON.stringify(parseYaml(CLEAN));

interface Template {
  Parameters: object;
  Resources: { [id: string]: { [key: string]: unknown } };
}

function changed(change: Change): Template {
  const template = JSON.parse(clean) as Template;
  template.Parameters = { ...template.Parameters, Secret: { Type: 'String', NoEcho: true } };
  for (const [path, value] of Object.entries(change)) {
    const [head, ...steps] = path.split('/');
    const [id, section] = head!.split('#');
    if (section !== undefined) template.Resources[id!]![section] = value;
    else if (steps.length === 0) set(template.Resources, id!, value);
    else {
      let at = template.Resources[id!] as Record<string, unknown>;
      for (const step of ['Properties', ...steps.slice(0, -1)]) {
        at[step] ??= {};
        at = at[step] as Record<string, unknown>;
      }
      set(at, steps.at(-1)!, value);
    }
  }
  return template;
}

function set(holder: Record<string, unknown>, key: string, value: unknown): void {
  if (value !== undefined) holder[key] = value;
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function findings(template: object): LocatedFinding[] {
  const assembly = assemblyOf(template);
  return runRules(assembly, {
    options: { profile: 'private', today: '2026-11-24' },
    acknowledgments: readAcknowledgments(assembly),
  });
}

const idOf = ({ ruleId }: LocatedFinding) => /^SecureMcp-([A-Z]+\d+)/.exec(ruleId)![1]!;
const told = (all: readonly LocatedFinding[]) => [
  ...new Set(all.map((finding) => `${idOf(finding)}: ${finding.message}`)),
];

test('no rule has anything to say about the template that the cases change', () => {
  expect(told(findings(JSON.parse(clean)))).toEqual([]);
});

test('every rule has cases, and every case has a rule', () => {
  expect(Object.keys(CASES).sort()).toEqual(RULES.map(({ id }) => id).sort());
});

describe.each(RULES)('$id $name', ({ id }) => {
  const { violating, undecided, compliant = {} } = CASES[id]!;

  test.each(Object.entries(violating))('fires: %s', (_name, change) => {
    const own = findings(changed(change)).filter((finding) => idOf(finding) === id && !finding.undecided);

    expect(own).not.toEqual([]);
  });

  test('is the only one that fires when one thing is broken', () => {
    const [first] = Object.values(violating);

    expect([...new Set(findings(changed(first!)).map(idOf))]).toEqual([id]);
  });

  test.each(Object.entries(undecided))('is undecided: %s', (_name, change) => {
    const own = findings(changed(change)).filter((finding) => idOf(finding) === id);

    expect(own.filter((finding) => finding.undecided)).not.toEqual([]);
  });

  for (const [name, change] of Object.entries(compliant)) {
    test(`is content: ${name}`, () => {
      expect(told(findings(changed(change)).filter((finding) => idOf(finding) === id))).toEqual([]);
    });
  }
});

const GARBAGE = [0, 'x', [], {}, [[null]], true, { Ref: 'Open' }, { Ref: 5 }, { 'Fn::If': ['nowhere', 1, 2] }, null];

test('no rule fails on a property of another kind', () => {
  const resources = (JSON.parse(clean) as Template).Resources;
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
