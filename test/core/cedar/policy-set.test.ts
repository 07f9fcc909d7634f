import { PolicySet } from '../../../lib/core/cedar/policy-set';
import { oauthPrincipal, toolCallRequest } from '../../../lib/core/cedar/request';
import { schemaFromTools } from '../../../lib/core/cedar/schema-from-tools';
import { GATEWAY, REFUND, refundPermit, TOOLS } from './fixture';

const schema = schemaFromTools(TOOLS);
const now = new Date('2026-11-24T10:00:00Z');
const support = oauthPrincipal({
  sub: 'client-1',
  client_id: 'client-1',
  scope: 'orders/order-refund orders/order-list',
})!;

function decide(condition: string, args: object, policies: string[] = []) {
  const call = { principal: support, gatewayArn: GATEWAY, qualifiedName: 'order-refund___order-refund', now };
  const request = toolCallRequest({ ...call, inputSchema: REFUND, arguments: args });
  if (!request.ok) throw new Error(request.reason);
  const texts = [refundPermit(condition), ...policies].map((text, index) => ({ id: `p${index}`, text }));
  return new PolicySet(texts, schema).decide(request.request);
}

describe('decisions', () => {
  const bound = 'context.input.amount.lessThanOrEqual(decimal("500.0"))';

  test.each([
    [499.99, 'allow'],
    [500, 'allow'],
    [500.01, 'deny'],
  ])('an amount of %d is decided %s', (amount, decision) => {
    expect(decide(bound, { orderId: 'A1', amount }).decision).toBe(decision);
  });

  test('an allow names the permit, a default deny nothing, a forbid itself', () => {
    const forbid = refundPermit('context.input.orderId == "A1"').replace('permit', 'forbid');

    expect(decide(bound, { orderId: 'A1', amount: 1 }).policies).toEqual(['p0']);
    expect(decide(bound, { orderId: 'A1', amount: 501 }).policies).toEqual([]);
    expect(decide(bound, { orderId: 'A1', amount: 1 }, [forbid])).toMatchObject({ decision: 'deny', policies: ['p1'] });
    expect(decide(bound, { orderId: 'A2', amount: 1 }, [forbid])).toMatchObject({
      decision: 'allow',
      policies: ['p0'],
    });
  });

  test('a request that does not fit the schema is denied', () => {
    const set = new PolicySet([{ id: 'p', text: refundPermit('true') }], schema);
    const request = { principal: support, action: 'order-refund___order-refund', gatewayArn: GATEWAY, now };

    const wrong = set.decide({ ...request, input: { orderId: 'A1', amount: 'a lot' } });
    const right = set.decide({
      ...request,
      input: { orderId: 'A1', amount: { __extn: { fn: 'decimal', arg: '1.0' } } },
    });

    expect(wrong.decision).toBe('deny');
    expect(wrong.requestError).toBeDefined();
    expect(right.decision).toBe('allow');
  });

  test('policies of groups and of any action reach the tool', () => {
    const scope = (action: string) => `permit (principal is AgentCore::OAuthUser, ${action}, resource);`;
    const request = { principal: support, action: 'order-list___order-list', gatewayArn: GATEWAY, now };

    const decisions = [
      'action',
      'action in AgentCore::Action::"order-list"',
      'action in AgentCore::Action::"order-refund"',
    ].map((action) => {
      const set = new PolicySet([{ id: 'p', text: scope(action) }], schema);
      return [set.decide({ ...request, input: {} }).decision, set.couldAllow(request)];
    });

    expect(decisions).toEqual([
      ['allow', true],
      ['allow', true],
      ['deny', false],
    ]);
  });

  test('sets with the same ids do not mix', () => {
    const request = { principal: support, action: 'order-list___order-list', gatewayArn: GATEWAY, now, input: {} };
    const open = new PolicySet([{ id: 'p', text: 'permit (principal, action, resource);' }], schema);
    const closed = new PolicySet([{ id: 'p', text: 'forbid (principal, action, resource);' }], schema);

    expect([open.decide(request).decision, closed.decide(request).decision]).toEqual(['allow', 'deny']);
  });

  test('two policies with one id are refused', () => {
    const policy = { id: 'p', text: refundPermit('true') };

    expect(() => new PolicySet([policy, policy], schema)).toThrow(/two policies have the id 'p'.*CEDAR_INVALID/s);
  });

  test('an action that no tool has is denied', () => {
    const set = new PolicySet([{ id: 'p', text: 'permit (principal, action, resource);' }], schema);
    const request = { principal: support, gatewayArn: GATEWAY, now, input: {} };

    expect(set.decide({ ...request, action: 'order-list___order-lisT' })).toMatchObject({ decision: 'deny' });
    expect(set.decide({ ...request, action: 'order-list___order-list' })).toMatchObject({ decision: 'allow' });
  });

  test('a policy that does not parse is refused at once', () => {
    expect(() => new PolicySet([{ id: 'bad', text: 'permit(' }], schema)).toThrow(/policy 'bad'.*CEDAR_INVALID/s);
  });
});

describe('listing', () => {
  const list = { action: 'order-refund___order-refund', gatewayArn: GATEWAY, now };
  const set = (condition: string) => new PolicySet([{ id: 'p', text: refundPermit(condition) }], schema);
  const byScope =
    'principal.hasTag("scope") && principal.getTag("scope") like "orders/order-refund *" && context.input.orderId == "A1"';

  test('a tool is shown when some arguments could be permitted, and hidden when none could', () => {
    const other = oauthPrincipal({ sub: 'client-2', scope: 'orders/order-list' })!;

    expect(set(byScope).couldAllow({ ...list, principal: support })).toBe(true);
    expect(set(byScope).couldAllow({ ...list, principal: other })).toBe(false);
  });

  test('the time is known when listing', () => {
    const early = 'context.system.now < datetime("2026-01-01")';

    expect(set(early).couldAllow({ ...list, principal: support })).toBe(false);
    expect(set(early).couldAllow({ ...list, principal: support, now: new Date('2025-12-31') })).toBe(true);
  });
});
