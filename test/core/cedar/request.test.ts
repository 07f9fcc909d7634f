import { iamPrincipal, oauthPrincipal, toolCallRequest } from '../../../lib/core/cedar/request';
import { CEDAR_ENTITY } from '../../../lib/protocol/cedar-entities';
import { GATEWAY, REFUND } from './fixture';

const principal = oauthPrincipal({ sub: 'u1' })!;

function call(args: unknown) {
  const fixed = { principal, gatewayArn: GATEWAY, qualifiedName: 'r___r', inputSchema: REFUND, now: new Date(0) };
  return toolCallRequest({ ...fixed, arguments: args });
}

function inputOf(args: unknown) {
  const result = call(args);
  return result.ok ? result.request.input : result.reason;
}

describe('arguments of a call', () => {
  test('become Cedar values along the schema', () => {
    const args = {
      orderId: 'A1',
      amount: 499.99,
      count: 3,
      express: true,
      tags: ['a'],
      address: { city: 'Bern', zip: 3000 },
    };

    expect(inputOf(args)).toEqual({ ...args, amount: { __extn: { fn: 'decimal', arg: '499.99' } } });
  });

  test.each([
    [500, '500.0'],
    [-0.5, '-0.5'],
    [-0, '0.0'],
    [0.0001, '0.0001'],
    [1e3, '1000.0'],
  ])('number %d is the decimal %s', (amount, arg) => {
    expect(inputOf({ orderId: 'A', amount })).toMatchObject({ amount: { __extn: { fn: 'decimal', arg } } });
  });

  test.each<[string, object, string]>([
    ['five decimal places, not rounded', { amount: 100.00004 }, "argument 'amount' must be a number with at most 4"],
    ['a decimal as text', { amount: '499.99' }, "argument 'amount' must be a number"],
    ['an extension value', { amount: { __extn: { fn: 'decimal', arg: '1.0' } } }, "argument 'amount' must be a number"],
    ['infinity', { amount: Number.POSITIVE_INFINITY }, "argument 'amount' must be a number"],
    ['more than a decimal can hold', { amount: 1e15 }, "argument 'amount' must be a number"],
    [
      'an integer that JSON rounds',
      { amount: 1, count: 2 ** 53 },
      "argument 'count' must be an integer of at most 2^53",
    ],
    ['a fraction for an integer', { amount: 1, count: 1.5 }, "argument 'count' must be an integer"],
    ['null', { amount: 1, count: null }, "argument 'count' must be an integer"],
    [
      'an entity in place of text',
      { amount: 1, orderId: { __entity: { type: 'X', id: 'y' } } },
      "argument 'orderId' must be text",
    ],
    ['half a surrogate pair', { amount: 1, orderId: '\ud800' }, "argument 'orderId' must be text"],
    ['a list in place of text', { amount: 1, orderId: ['A'] }, "argument 'orderId' must be text"],
    ['text in place of a list', { amount: 1, tags: 'a' }, "argument 'tags' must be a list"],
    ['a wrong item', { amount: 1, tags: ['a', 1] }, "argument 'tags[1]' must be text"],
    ['a wrong nested value', { amount: 1, address: { city: 1 } }, "argument 'address.city' must be text"],
    ['a missing nested value', { amount: 1, address: {} }, "argument 'address.city' must be given"],
    ['a missing required argument', {}, "argument 'amount' must be given"],
    ['a required argument of the prototype only', Object.create({ amount: 1 }), "argument 'amount' must be given"],
  ])('are refused for %s', (_what, args, reason) => {
    const given = Object.assign(Object.create(Object.getPrototypeOf(args)), { orderId: 'A', ...args });

    expect(inputOf(given)).toContain(reason);
  });

  test('that the schema does not name never reach a policy', () => {
    const args = JSON.parse(
      '{"orderId":"A","amount":1,"admin":true,"__proto__":{"count":9},"address":{"city":"x","y":1}}',
    );

    expect(inputOf(args)).toEqual({ orderId: 'A', amount: expect.anything(), address: { city: 'x' } });
  });

  test('that are no object are refused', () => {
    expect(inputOf([1])).toContain('the arguments must be an object');
  });
});

describe('callers', () => {
  test('every claim is a tag, arrays as JSON text', () => {
    expect(oauthPrincipal({ sub: 'u', 'cognito:groups': ['a', 'b'], exp: 5, scope: 'x y' })).toEqual({
      type: CEDAR_ENTITY.oauthUser,
      id: 'u',
      attributes: { id: 'u' },
      tags: { sub: 'u', 'cognito:groups': '["a","b"]', exp: '5', scope: 'x y' },
    });
  });

  test('a token without subject identifies nobody', () => {
    expect(oauthPrincipal({ client_id: 'c' })).toBeUndefined();
  });

  test('an assumed role loses its session name, a role keeps its ARN', () => {
    expect(iamPrincipal('arn:aws:sts::123456789012:assumed-role/R/session').id).toBe(
      'arn:aws:sts::123456789012:assumed-role/R',
    );
    expect(iamPrincipal('arn:aws:iam::123456789012:role/path/R').id).toBe('arn:aws:iam::123456789012:role/path/R');
  });
});
