import { isObject, own } from '../../assembly/cloudformation';
import { FAILS_OPEN, failsOpen } from '../../core/cedar/fails-open';
import { contextPath, policyViews, STATEMENT, tagOf } from '../cedar-view';
import { defineRule, finding, undecided } from '../rule';

export const az08 = defineRule({
  id: 'AZ08',
  name: 'forbid-error-proof',
  layer: 'authorization',
  level: 'high',
  summary: 'A forbid does not apply where what it reads is missing',
  explanation:
    'Cedar skips a policy whose condition errors, and a test for something bad fails where there is nothing to test: without the argument or the claim, the forbid is not there and the call is allowed. A guard in "when { bad }" or "unless { !bad }" does not change that.',
  fix: 'Write forbid … unless { what is allowed }, each argument with "context.input has x &&" and each claim with "hasTag(…) &&" to its left; or bound the permit instead',
  acknowledge: 'When the argument is required and the permits of the tool bound it, too.',
  limits:
    'Guards stop absence, not another type: a forbid on a number errors on text. Only a bounded permit denies in every case.',
  references: ['https://docs.cedarpolicy.com/auth/authorization.html'],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['02'],
    wellArchitected: ['AGENTSEC02'],
    nist80053: ['AC-3', 'SI-10', 'SC-24'],
  },
  example: {
    bad: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition: { Cedar: { Statement: 'forbid(principal, action, resource) when { context.input.amount > 500 };' } }
`,
    good: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition:
      Cedar: { Statement: 'forbid(principal, action, resource) unless { context.input has amount && context.input.amount <= 500 };' }
`,
  },
  *evaluate(model) {
    for (const { resource, json, open } of policyViews(model)) {
      const path = `Properties.${STATEMENT}`;
      if (open !== undefined) yield undecided(resource, path, open);
      if (json?.effect !== 'forbid') continue;
      if (failsOpen(json)) {
        yield finding(resource, path, `the policy ${FAILS_OPEN}`, 'open');
        continue;
      }
      for (const { body } of json.conditions) {
        for (const access of new Set(unguarded(body, new Set())))
          yield finding(resource, path, `${access} is read without a guard to its left`, access);
      }
    }
  },
});

/** Accesses that no `has` or `hasTag` before them protects. */
function* unguarded(expression: unknown, guards: ReadonlySet<string>): Iterable<string> {
  const and = own(expression, '&&');
  if (and !== undefined) {
    yield* unguarded(own(and, 'left'), guards);
    yield* unguarded(own(and, 'right'), new Set([...guards, ...established(own(and, 'left'))]));
    return;
  }
  const choice = own(expression, 'if-then-else');
  if (choice !== undefined) {
    yield* unguarded(own(choice, 'if'), guards);
    yield* unguarded(own(choice, 'then'), new Set([...guards, ...established(own(choice, 'if'))]));
    yield* unguarded(own(choice, 'else'), guards);
    return;
  }
  const tag = tagOf(expression, 'getTag');
  if (tag !== undefined && !guards.has(`tag:${tag}`)) yield `getTag("${tag}")`;
  const path = contextPath(expression);
  if (path?.startsWith('input.')) {
    if (!guards.has(path)) yield `context.${path}`;
    return;
  }
  if (Array.isArray(expression)) for (const item of expression) yield* unguarded(item, guards);
  else if (isObject(expression)) for (const item of Object.values(expression)) yield* unguarded(item, guards);
}

/** What is known to be there when an expression is true. */
function* established(expression: unknown): Iterable<string> {
  const and = own(expression, '&&');
  if (and !== undefined) {
    yield* established(own(and, 'left'));
    yield* established(own(and, 'right'));
  }
  const tag = tagOf(expression, 'hasTag');
  if (tag !== undefined) yield `tag:${tag}`;
  const has = own(expression, 'has');
  const left = has === undefined ? undefined : contextPath(own(has, 'left'));
  if (left !== undefined) yield `${left}.${String(own(has, 'attr'))}`;
}
