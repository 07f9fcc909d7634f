import { isObject, own } from '../../assembly/cloudformation';
import { contextPath, operands, policyViews, STATEMENT } from '../cedar-view';
import { defineRule, finding, undecided } from '../rule';

export const az12 = defineRule({
  id: 'AZ12',
  name: 'inputs-bounded-both-sides',
  layer: 'authorization',
  level: 'medium',
  summary: 'A limit on an argument is open on one side, or lists what is bad',
  explanation: '"amount < 500" admits -1000000. "mode != delete" admits "DELETE" and everything nobody thought of.',
  fix: 'Write both bounds, and list what is allowed: ["read", "list"].contains(context.input.mode)',
  acknowledge: 'When the tool itself refuses the other side; name the test.',
  limits: 'Only limits that stand in a policy are judged, not whether every argument of type string has one.',
  references: ['https://docs.cedarpolicy.com/bestpractices/bp-fine-grained-permissions.html'],
  frameworks: {
    owaspMcp: ['05', '07'],
    owaspAgentic: ['02'],
    wellArchitected: ['AGENTSEC08'],
    nist80053: ['SI-10', 'AC-3'],
  },
  example: {
    bad: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties: { Definition: { Cedar: { Statement: 'permit(principal, action, resource) when { context.input.amount < 500 };' } } }
`,
    good: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition: { Cedar: { Statement: 'permit(principal, action, resource) when { context.input.amount >= 1 && context.input.amount <= 500 };' } }
`,
  },
  *evaluate(model) {
    for (const { resource, json, open } of policyViews(model)) {
      const path = `Properties.${STATEMENT}`;
      if (open !== undefined) yield undecided(resource, path, open);
      if (json?.effect !== 'permit') continue;
      const bounds = new Map<string, Set<string>>();
      const denied = new Set<string>();
      for (const { kind, body } of json.conditions) collect(body, kind === 'unless', bounds, denied);
      for (const [input, sides] of bounds) {
        if (sides.size === 1 && !sides.has('both'))
          yield finding(resource, path, `${input} has no ${sides.has('upper') ? 'lower' : 'upper'} bound`, input);
      }
      for (const input of denied)
        yield finding(resource, path, `${input} is compared with what is not allowed`, `not:${input}`);
    }
  },
});

const UPPER = ['<', '<=', 'lessThan', 'lessThanOrEqual'];
const LOWER = ['>', '>=', 'greaterThan', 'greaterThanOrEqual'];

/** Sides on which arguments are bounded; `negated` turns them around. */
function collect(expression: unknown, negated: boolean, bounds: Map<string, Set<string>>, denied: Set<string>): void {
  const not = own(expression, '!');
  if (not !== undefined) {
    collect(own(not, 'arg'), !negated, bounds, denied);
    return;
  }
  for (const operator of [...UPPER, ...LOWER]) {
    const pair = operands(expression, operator);
    if (pair !== undefined) bound(pair, UPPER.includes(operator) !== negated, bounds);
  }
  const equal = operands(expression, negated ? '==' : '!=');
  const input = equal === undefined ? undefined : (inputOf(equal[0]) ?? inputOf(equal[1]));
  if (input !== undefined) denied.add(input);
  const same = operands(expression, negated ? '!=' : '==');
  const fixed = same === undefined ? undefined : (inputOf(same[0]) ?? inputOf(same[1]));
  if (fixed !== undefined) bounds.set(fixed, new Set(['both']));
  if (Array.isArray(expression)) for (const item of expression) collect(item, negated, bounds, denied);
  else if (isObject(expression)) for (const item of Object.values(expression)) collect(item, negated, bounds, denied);
}

function bound([left, right]: readonly [unknown, unknown], upper: boolean, bounds: Map<string, Set<string>>): void {
  const note = (input: string | undefined, side: string) => {
    if (input !== undefined) bounds.set(input, (bounds.get(input) ?? new Set()).add(side));
  };
  note(inputOf(left), upper ? 'upper' : 'lower');
  note(inputOf(right), upper ? 'lower' : 'upper');
}

function inputOf(expression: unknown): string | undefined {
  const path = contextPath(expression);
  return path?.startsWith('input.') ? path.slice('input.'.length) : undefined;
}
