import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LAYERS } from '../../lib/core/finding';
import { RULES } from '../../lib/rules/registry';

const PREFIX = { inbound: 'IN', outbound: 'OUT', authorization: 'AZ', 'least-privilege': 'LP' } as const;

test('every rule file is registered, and every rule has a file of its name in the folder of its layer', () => {
  const files = LAYERS.flatMap((layer) =>
    readdirSync(join(__dirname, '../../lib/rules', layer)).map((file) => `${layer}/${file}`),
  );
  const expected = RULES.map((rule) => `${rule.layer}/${rule.id.toLowerCase()}-${rule.name}.ts`);

  expect(expected.sort()).toEqual(files.sort());
});

test.each(RULES)('$id is complete', (rule) => {
  expect(rule.id).toMatch(new RegExp(`^${PREFIX[rule.layer]}\\d\\d$`));
  expect(rule.summary).not.toMatch(/\.$/);
  expect(rule.explanation).toMatch(/\.$/);
  expect(rule.fix).not.toBe('');
  expect(rule.references.length).toBeGreaterThan(0);
  for (const reference of rule.references) expect(reference).toMatch(/^https:\/\//);
});

test('every layer has rules, each id once', () => {
  expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  for (const layer of LAYERS) expect(RULES.filter((rule) => rule.layer === layer).length).toBeGreaterThanOrEqual(2);
});
