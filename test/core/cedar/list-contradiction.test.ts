import * as fc from 'fast-check';
import { AuthorizationModel } from '../../../lib/core/cedar/authorization-model';
import { parsePolicy } from '../../../lib/core/cedar/engine';
import { conditionOf, operands } from '../../../lib/core/cedar/expression';
import { listsExclude } from '../../../lib/core/cedar/list-contradiction';
import { oauthPrincipal } from '../../../lib/core/cedar/request';
import { GATEWAY, refundPermit, TOOLS } from './fixture';

const [LIST] = ['context.input.tags'];
const excludes = (...tests: string[]) =>
  listsExclude(operands(conditionOf(parsePolicy(refundPermit(tests.join(' && '))).json!), '&&'));

test.each<[string, string, string, string]>([
  ['only a, with b', `["a"].containsAll(${LIST})`, `${LIST}.containsAll(["b"])`, `${LIST}.containsAll(["a"])`],
  [
    'only a, with b or c',
    `["a"].containsAll(${LIST})`,
    `${LIST}.containsAny(["b", "c"])`,
    `${LIST}.containsAny(["b", "a"])`,
  ],
  ['only a, with the element b', `["a"].containsAll(${LIST})`, `${LIST}.contains("b")`, `${LIST}.contains("a")`],
  ['empty, with a', `${LIST}.isEmpty()`, `${LIST}.containsAll(["a"])`, `["a"].containsAll(${LIST})`],
  ['empty, with a or b', `${LIST}.isEmpty()`, `${LIST}.containsAny(["a", "b"])`, `!${LIST}.containsAny(["a", "b"])`],
  ['empty and not', `${LIST}.isEmpty()`, `!${LIST}.isEmpty()`, `${LIST}.isEmpty()`],
  [
    'with a, without a',
    `${LIST}.containsAll(["a", "b"])`,
    `!${LIST}.containsAny(["a"])`,
    `!${LIST}.containsAny(["c"])`,
  ],
  ['with a, without the element a', `${LIST}.contains("a")`, `!${LIST}.contains("a")`, `!${LIST}.contains("b")`],
  ['only nothing, and something', `[].containsAll(${LIST})`, `!${LIST}.isEmpty()`, `${LIST}.isEmpty()`],
])('%s: there is no such list', (_what, test, never, possible) => {
  expect([excludes(test, never), excludes(never, test)]).toEqual([true, true]);
  expect([excludes(test, possible), excludes(possible, test)]).toEqual([false, false]);
});

test('only a and only b leave the empty list, and nothing else', () => {
  const [a, b] = [`["a"].containsAll(${LIST})`, `["b"].containsAll(${LIST})`];

  expect(excludes(a, b)).toBe(false);
  expect(excludes(a, b, `!${LIST}.isEmpty()`)).toBe(true);
});

test('two lists say nothing of each other', () => {
  expect(excludes(`["a"].containsAll(${LIST})`, 'context.input.others.containsAll(["b"])')).toBe(false);
});

test('numbers are compared by value', () => {
  const only = (set: string) => `[${set}].containsAll(${LIST})`;

  expect(excludes(only('decimal("1.5")'), `${LIST}.containsAll([decimal("1.50")])`)).toBe(false);
  expect(excludes(only('decimal("1.5")'), `${LIST}.containsAll([decimal("1.51")])`)).toBe(true);
  expect(excludes(only('1, 2'), `${LIST}.containsAll([3])`)).toBe(true);
  // JavaScript has rounded both to the same number.
  expect(excludes(`${LIST}.contains(9007199254740993)`, `!${LIST}.contains(9007199254740992)`)).toBe(false);
});

test('tests that are said to exclude each other are true for no list', () => {
  const set = fc.subarray(['a', 'b', 'c']).map((values) => `[${values.map((each) => `"${each}"`).join(', ')}]`);
  const one = fc.oneof(
    set.filter((text) => text !== '[]').map((text) => `${text}.containsAll(${LIST})`),
    set.map((text) => `${LIST}.containsAll(${text})`),
    set.map((text) => `${LIST}.containsAny(${text})`),
    fc.constantFrom('a', 'b').map((element) => `${LIST}.contains("${element}")`),
    fc.constant(`${LIST}.isEmpty()`),
  );
  const part = fc.tuple(one, fc.boolean()).map(([test, denied]) => (denied ? `!(${test})` : test));
  const tools = [{ ...TOOLS[0]!, inputSchema: { ...TOOLS[0]!.inputSchema, required: ['orderId', 'amount', 'tags'] } }];
  const lists = Array.from({ length: 16 }, (_, bits) =>
    ['a', 'b', 'c', 'd'].filter((_x, index) => bits & (1 << index)),
  );
  const principal = oauthPrincipal({ sub: 'u' })!;
  let said = 0;

  fc.assert(
    fc.property(fc.array(part, { minLength: 2, maxLength: 4 }), (tests) => {
      if (!excludes(...tests)) return;
      said++;
      const policies = [{ id: 'p', text: refundPermit(tests.join(' && ')) }];
      const model = new AuthorizationModel({ gatewayArn: GATEWAY, tools, policies });
      const allowed = lists.filter(
        (tags) =>
          model.decide({
            principal,
            tool: 'order-refund',
            arguments: { orderId: 'a', amount: 1, tags },
            now: new Date(0),
          }).decision === 'allow',
      );
      expect(allowed).toEqual([]);
    }),
    { numRuns: 300 },
  );
  expect(said).toBeGreaterThan(40);
});
