import { App, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { Caller, ClaimMatch, type PolicyTool, ToolArgument, type ToolPolicy } from '../../lib/authorization';
import { deployTimeLiteral } from '../../lib/authorization/deploy-time-text';
import { fillPlaceholders } from '../../lib/authorization/policy-placeholders';
import { parsePolicy } from '../../lib/core/cedar/engine';
import { attributeAccess, attributeName, patternText, stringLiteral } from '../../lib/core/cedar/literal';
import { readPolicyFile } from '../../lib/core/cedar/policy-file';
import { GATEWAY } from '../core/cedar/fixture';
import { decideOn, policyOf, REFUND_TOOL } from './support';

/** Any text that UTF-8 can hold, with what Cedar and JSON give a meaning to more often than chance would. */
const meaningful = fc.constantFrom(
  '"',
  '\\',
  '*',
  '\n',
  '}',
  ')',
  ' || true',
  '//',
  '${Token[X.1]}',
  '"]',
  '","',
  'has',
  '\u0000',
  '\u202e',
  'é',
);
const text = fc
  .array(fc.oneof(meaningful, fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  .filter((value) => value !== '');

/** The condition of `permit ... when { <expression> };` in Cedar's JSON form. */
function bodyOf(expression: string) {
  const { json, problems } = parsePolicy(`permit (principal, action, resource) when { ${expression} };`);
  if (json === undefined) throw new Error(problems[0]!.message);
  expect(json.conditions).toHaveLength(1);
  return json.conditions[0]!.body;
}

test('a string literal is read back as the value, whatever it is', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(bodyOf(`${stringLiteral(value)} == "x"`)).toEqual({
        '==': { left: { Value: value }, right: { Value: 'x' } },
      });
    }),
    { numRuns: 500 },
  );
});

test('a pattern matches the value and has no wildcard from it', () => {
  fc.assert(
    fc.property(text, (value) => {
      const body = bodyOf(`"x" like "${patternText(value)}*"`) as unknown as {
        like: { pattern: (string | { Literal: string })[] };
      };
      const { pattern } = body.like;

      expect(pattern.at(-1)).toBe('Wildcard');
      expect(
        pattern
          .slice(0, -1)
          .map((part) => (part as { Literal: string }).Literal)
          .join(''),
      ).toBe(value);
    }),
    { numRuns: 500 },
  );
});

test('an attribute is the one named, whatever its name', () => {
  fc.assert(
    fc.property(text, (name) => {
      expect(bodyOf(`context${attributeAccess(name)}`)).toEqual({ '.': { left: { Var: 'context' }, attr: name } });
      expect(bodyOf(`context has ${attributeName(name)}`)).toEqual({ has: { left: { Var: 'context' }, attr: name } });
    }),
    { numRuns: 300 },
  );
});

test.each(['true', 'if', 'like', 'has', 'in', 'is', '__cedar', 'then', 'else', 'principal', 'permit'])(
  'an argument can be called %s',
  (name) => {
    expect(bodyOf(`context${attributeAccess(name)}`)).toEqual({ '.': { left: { Var: 'context' }, attr: name } });
  },
);

/** Every value replaced by its kind: what is left is the structure. A pattern has a part for each character. */
function structure(value: unknown): unknown {
  if (Array.isArray(value)) {
    const parts = value.map(structure);
    return parts.filter((part, index) => !isLiteral(part) || !isLiteral(parts[index - 1]));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      key === 'Value' || key === 'Literal' || key === 'attr' ? typeof child : structure(child),
    ]),
  );
}

function isLiteral(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'Literal' in part;
}

function structureOf(policy: ToolPolicy): unknown {
  return [policy.renderPermit(GATEWAY), policy.renderForbid(GATEWAY)].map((statement) => {
    expect(statement!.problems).toEqual([]);
    const { json, problems } = parsePolicy(statement!.text);
    if (json === undefined) throw new Error(problems[0]!.message);
    return structure(json);
  });
}

/** Texts that a caller of each method may give; a scope or an element of a list is refused when it is not plain. */
const word = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '*', '-', '.', ':', '(', ')', '|', '&', '}', ';', ','),
  minLength: 1,
  maxLength: 5,
});
const element = word.filter((value) => !/^[,\]]/.test(value) && !/[&'<=>]/.test(value));

test('no text that a user of the library gives changes the structure of a policy', () => {
  const arg = ToolArgument.named;
  const build = (a: string, b: string, c: string, d: string, e: string) => {
    const tool: PolicyTool = {
      ...REFUND_TOOL,
      inputSchema: {
        type: 'object',
        properties: {
          orderId: { type: 'string' },
          tags: { type: 'array', items: { type: 'string' } },
          address: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
          [`x${c}`]: { type: 'object', properties: { [`y${b}`]: { type: 'string' } } },
        },
        required: ['orderId'],
      },
    };
    const policy = policyOf(
      [
        arg('orderId').oneOf([`${a}1`, `${b}2`]),
        arg('orderId').startsWith(b),
        arg('orderId').equalToClaim(c),
        arg('tags').onlyOf([a]),
        arg('tags').containsAny([b]),
        arg('tags').containsAll([c]),
        arg('address').property('city').equalTo(b),
        arg(`x${c}`).property(`y${b}`).equalTo(a),
      ],
      Caller.allOf(
        Caller.claim(a, ClaimMatch.oneOf(b)),
        Caller.claim(b, ClaimMatch.oneOf(`${a}1`, `${c}2`)),
        Caller.claim(c, ClaimMatch.words(d)),
        Caller.user(c),
        Caller.client(a),
        Caller.agent(b, c),
        Caller.scope(d),
        Caller.group(e, `${e}2`),
        Caller.role(a, e),
      ),
      tool,
    );
    policy.forbidUnless(Caller.anyOf(Caller.user(a), Caller.scope(d)), [arg(`x${c}`).property(`y${b}`).startsWith(c)]);
    return policy;
  };
  const plain = structureOf(build('a', 'b', 'c', 'd', 'e'));

  fc.assert(
    fc.property(text, text, text, word, element, (a, b, c, d, e) => {
      fc.pre(!a.includes('${Token[') && !b.includes('${Token[') && !c.includes('${Token['));
      const policy = build(a, b, c, d, e);
      // Text that needs escapes can be more than a policy holds, and is refused for that.
      fc.pre(policy.renderPermit(GATEWAY)!.problems.every(({ code }) => code !== 'POLICY_SIZE'));
      expect(structureOf(policy)).toEqual(plain);
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

test('a value of a placeholder in a Cedar file stays one string, or is refused', () => {
  const whole =
    'permit (principal, action, resource) when { principal.id == "a{{A}}b" && principal.id like "{{A}}*" }; // {{A}}';
  const source = readPolicyFile({ file: 'a.cedar', text: whole })[0]!;
  const plain = structure(parsePolicy(fillPlaceholders(source, { A: 'x' }).text).json);

  fc.assert(
    fc.property(text, (value) => {
      fc.pre(!value.includes('${Token['));
      const { text: filled, problems } = fillPlaceholders(source, { A: value });
      if (problems.length > 0) expect(value).toMatch(/^$|["\\*]|[^\x20-\x7e]/);
      else expect(structure(parsePolicy(filled).json)).toEqual(plain);
    }),
    { numRuns: 300 },
  );
});

test('text that looks like a value known when deployed is refused where only text is meant', () => {
  const { text: statement, problems } = policyOf([
    ToolArgument.named('orderId').equalTo(new Stack(new App(), 'S').stackId),
  ]).renderPermit(GATEWAY)!;

  expect(problems).toMatchObject([{ code: 'CONDITION_VALUE' }]);
  expect(statement).toContain('false');
});

test('text around a value known when deployed is escaped', () => {
  const { partition } = new Stack(new App(), 'S');

  expect(deployTimeLiteral(`a"${partition}*`)).toBe(`"a\\u{22}${partition}*"`);
});

/** RFC 6749 scope tokens out of few characters, so that one is often part of another. */
const scope = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '-', '.'), minLength: 1, maxLength: 4 });

test('a scope matches exactly when it is in the set of scopes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(scope, { minLength: 1, maxLength: 5 }), scope, (granted, asked) => {
      const claims = { sub: 'u', scope: granted.join(' ') };

      expect(decideOn(policyOf([], Caller.scope(asked)), {}, claims)).toBe(granted.includes(asked) ? 'allow' : 'deny');
    }),
    { numRuns: 150 },
  );
});

test('a group matches exactly when it is in the list of groups', () => {
  const element = fc.string({ unit: fc.constantFrom('a', 'b', ',', '[', ']', ' ', ':'), minLength: 1, maxLength: 4 });
  const any = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', ',', '[', ']', ' '), maxLength: 6 });

  fc.assert(
    fc.property(fc.array(fc.oneof(element, any), { maxLength: 5 }), element, fc.boolean(), (groups, asked, spaced) => {
      fc.pre(!/^[,\] ]/.test(asked));
      const json = spaced ? `[${groups.map((group) => JSON.stringify(group)).join(', ')}]` : JSON.stringify(groups);

      expect(decideOn(policyOf([], Caller.group(asked)), {}, { sub: 'u', 'cognito:groups': json })).toBe(
        groups.includes(asked) ? 'allow' : 'deny',
      );
    }),
    { numRuns: 300 },
  );
});

test('a number between two limits is permitted exactly when it is between them', () => {
  const cents = fc.integer({ min: -2000, max: 2000 }).map((value) => value / 100);

  fc.assert(
    fc.property(cents, cents, cents, (a, b, amount) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      const policy = policyOf([ToolArgument.named('amount').between(min, max)], Caller.user('u'));

      expect(decideOn(policy, { amount }, { sub: 'u' })).toBe(amount >= min && amount <= max ? 'allow' : 'deny');
    }),
    { numRuns: 100 },
  );
});
