import { own } from '../../assembly/cloudformation';
import { asList, type ModelResource } from '../../assembly/template-model';
import { expressions, operands, policyViews, STATEMENT, tagOf } from '../cedar-view';
import { engineOf, gatewaysOf, JWT } from '../gateways';
import { perModel } from '../per-model';
import { at, openPart } from '../read';
import { defineRule, finding, undecided, warning } from '../rule';
import { canonicalScope } from '../scopes';
import { GATEWAY } from '../types';

export const az09 = defineRule({
  id: 'AZ09',
  name: 'scope-matched-exactly',
  layer: 'authorization',
  level: 'high',
  summary: 'A scope or role is matched as a part of a text',
  explanation:
    '"*gw/refund*" also matches "evilgw/refund-readonly". The claim is one text with all scopes, so a part of a word is not a scope.',
  fix: 'Test the four exact forms: == "s", like "s *", like "* s", like "* s *"; for a list claim like "[\\"s\\"*", "*,\\"s\\"*" and "* \\"s\\"*"',
  acknowledge: 'When the issuer is shown never to issue a value that contains the text.',
  references: [
    'https://docs.cedarpolicy.com/policies/syntax-operators.html',
    'https://www.rfc-editor.org/rfc/rfc6749#section-3.3',
  ],
  frameworks: {
    owaspMcp: ['02', '07'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC03-BP02'],
    nist80053: ['AC-3', 'AC-6', 'AC-16'],
  },
  example: {
    bad: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition:
      Cedar:
        Statement: 'permit(principal is AgentCore::OAuthUser, action, resource) when { principal.hasTag("scope") && principal.getTag("scope") like "*orders/refund*" };'
`,
    good: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition:
      Cedar:
        Statement: >-
          permit(principal is AgentCore::OAuthUser, action, resource) when { principal.hasTag("scope") && (
          principal.getTag("scope") == "orders/refund" || principal.getTag("scope") like "orders/refund *" ||
          principal.getTag("scope") like "* orders/refund" || principal.getTag("scope") like "* orders/refund *") };
`,
  },
  *evaluate(model) {
    for (const { resource, json, open, engine } of policyViews(model)) {
      const path = `Properties.${STATEMENT}`;
      if (open !== undefined) yield undecided(resource, path, open);
      if (json === undefined) continue;
      const seen = new Set<string>();
      const exact = new Set<string>();
      for (const expression of json.conditions.flatMap(({ body }) => [...expressions(body)])) {
        const like = own(expression, 'like');
        const tag = tagOf(own(like, 'left'), 'getTag');
        if (tag !== undefined && WORD_CLAIMS.test(tag)) {
          const pattern = patternText(own(like, 'pattern'));
          if (!isAnchored(pattern))
            yield finding(resource, path, `like "${pattern}" on ${tag} matches parts of words`, pattern);
          else if (ENDS_A_STRING.test(pattern))
            yield warning(
              resource,
              path,
              `like "${pattern}" on ${tag} matches an element that ends like this`,
              pattern,
            );
          else seen.add(pattern.replace(/^\* | \*$/g, ''));
        }
        const pair = operands(expression, '==');
        const compared = pair === undefined ? undefined : tagOf(pair[0], 'getTag');
        if (compared === 'scope' && typeof own(pair![1], 'Value') === 'string')
          exact.add(own(pair![1], 'Value') as string);
      }
      for (const scope of exact) {
        if (json.effect === 'permit' && !seen.has(scope))
          yield warning(resource, path, `== "${scope}" denies a token that has another scope, too`, scope);
      }
      const allowed = engine && scopesAtDoor(model).get(engine);
      for (const scope of exact) {
        if (allowed !== undefined && !allowed.has(canonicalScope(model, scope)))
          yield finding(resource, path, `no token that the gateway accepts has the scope "${scope}"`, scope);
      }
    }
  },
});

const WORD_CLAIMS = /^(scope|scp|roles?|groups|cognito:groups)$/;

/** The quote before the text may be one of another element, `x"s`, written with a backslash. */
const ENDS_A_STRING = /^\*"/;

function patternText(pattern: unknown): string {
  return asList(pattern)
    .map((part) => (part === 'Wildcard' ? '*' : String(own(part, 'Literal'))))
    .join('');
}

function isAnchored(pattern: string): boolean {
  const words = /^(\* )?[^* ]+( \*)?$/.test(pattern);
  // An element of a list in JSON: quoted, at the start, after a comma or after a space.
  return words || /^(\[|\*[, ]?)"[^*"]+"\*$/.test(pattern);
}

/** Scopes at the door of the gateways of each engine; nothing where they are not all known. */
const scopesAtDoor = perModel((model) => {
  const doors = new Map<ModelResource, ReadonlySet<string>>();
  for (const engine of new Set(model.ofType(GATEWAY).flatMap((gateway) => engineOf(model, gateway) ?? []))) {
    const scopes = gatewaysOf(model, engine).map((gateway) => at(gateway, `${JWT}.AllowedScopes`));
    if (scopes.some((value) => value === undefined || openPart(value) !== undefined)) continue;
    doors.set(engine, new Set(scopes.flatMap(asList).map((scope) => canonicalScope(model, String(scope)))));
  }
  return doors;
});
