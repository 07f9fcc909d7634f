import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTemplateYaml } from '../../../lib/assembly/parse-yaml';
import { readAcknowledgments } from '../../../lib/rules/acknowledgment';
import { RULES } from '../../../lib/rules/registry';
import { type LocatedFinding, runRules } from '../../../lib/rules/run-rules';
import { assemblyOf } from '../../support/template-assembly';
import { authorization } from './authorization';
import type { Change, RuleCases } from './case';
import { inbound } from './inbound';
import { leastPrivilege } from './least-privilege';
import { outbound } from './outbound';

export const CASES: { readonly [ruleId: string]: RuleCases } = {
  ...inbound,
  ...outbound,
  ...authorization,
  ...leastPrivilege,
};

const CLEAN = JSON.stringify(
  parseTemplateYaml(readFileSync(join(__dirname, '../../fixtures/templates/four-layers.yaml'), 'utf8')),
);

export interface Template {
  Parameters: object;
  Resources: { [id: string]: { [key: string]: unknown } };
  [section: string]: unknown;
}

/** A copy of `four-layers.yaml`, which every rule is content with, after a change. */
export function changed(change: Change = {}): Template {
  const template = JSON.parse(CLEAN) as Template;
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

/** What all rules say, or one of them, in the profile that has them all. */
export function findings(template: object, id?: string): LocatedFinding[] {
  const assembly = assemblyOf(template);
  return runRules(assembly, {
    rules: id === undefined ? RULES : RULES.filter((rule) => rule.id === id),
    options: { profile: 'private', today: '2026-11-24' },
    acknowledgments: readAcknowledgments(assembly),
  });
}

export const idOf = ({ ruleId }: LocatedFinding) => /^SecureMcp-([A-Z]+\d+)/.exec(ruleId)![1]!;

/** Rule and message, for tests that expect none. */
export const told = (all: readonly LocatedFinding[]) => [
  ...new Set(all.map((finding) => `${idOf(finding)}: ${finding.message}`)),
];
