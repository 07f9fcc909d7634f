import { App, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Caller, ClaimMatch, type ICaller, type PolicyTool } from '../../lib/authorization';
import { PolicySet } from '../../lib/core/cedar/policy-set';
import { iamPrincipal } from '../../lib/core/cedar/request';
import { schemaFromTools } from '../../lib/core/cedar/schema-from-tools';
import { GATEWAY } from '../core/cedar/fixture';
import { decideOn, NOW, policyOf, problemsOf, REFUND_TOOL } from './support';

const sub = 'u1';

/** Each caller with claims that are it and claims that are not. */
test.each<[string, ICaller, object, object]>([
  [
    'an agent',
    Caller.agent('c1', 'a'),
    { client_id: 'c1', scope: 'x orders/order-refund' },
    { client_id: 'c2', scope: 'orders/order-refund' },
  ],
  [
    'an agent needs the scope',
    Caller.agent('c1', 'a'),
    { client_id: 'c1', scope: 'orders/order-refund' },
    { client_id: 'c1', scope: 'orders/order-refund-x' },
  ],
  ['a client', Caller.client('c1'), { client_id: 'c1' }, { client_id: 'c10' }],
  ['a scope alone', Caller.scope('o/r'), { scope: 'o/r' }, { scope: 'o/r-readonly' }],
  ['a scope first', Caller.scope('o/r'), { scope: 'o/r a' }, { scope: 'evilo/r a' }],
  ['a scope last', Caller.scope('o/r'), { scope: 'a o/r' }, { scope: 'a evilo/r' }],
  ['a scope between', Caller.scope('o/r'), { scope: 'a o/r b' }, { scope: 'a O/R b' }],
  ['a scope with a tab is another scope', Caller.scope('o/r'), { scope: 'o/r' }, { scope: 'a\to/r' }],
  ['a scope with a star is no wildcard', Caller.scope('o/*'), { scope: 'o/* a' }, { scope: 'o/r a' }],
  ['a group', Caller.group('admins'), { 'cognito:groups': ['x', 'admins'] }, { 'cognito:groups': ['admins-readonly'] }],
  ['a group of several', Caller.group('a', 'b'), { 'cognito:groups': ['b'] }, { 'cognito:groups': ['ab'] }],
  [
    'a group that holds a forged list',
    Caller.group('admins'),
    { 'cognito:groups': ['admins'] },
    { 'cognito:groups': ['y","admins","z'] },
  ],
  [
    'a group that ends a forged string',
    Caller.group('admins'),
    { 'cognito:groups': ['admins', 'y'] },
    { 'cognito:groups': ['y, "admins', 'y,admins'] },
  ],
  ['a role', Caller.role('roles', 'ops'), { roles: ['ops'] }, { roles: ['devops'] }],
  [
    'a claim',
    Caller.claim('department', ClaimMatch.oneOf('finance')),
    { department: 'finance' },
    { department: 'Finance' },
  ],
  ['a claim of several', Caller.claim('d', ClaimMatch.oneOf('a', 'b')), { d: 'b' }, { d: 'ab' }],
  ['a claim that is absent', Caller.claim('d', ClaimMatch.oneOf('a')), { d: 'a' }, {}],
  ['a claim that is a list is no string', Caller.claim('d', ClaimMatch.oneOf('a')), { d: 'a' }, { d: ['a'] }],
  ['words', Caller.claim('scp', ClaimMatch.words('a', 'b')), { scp: 'x b' }, { scp: 'x bb' }],
  ['a user', Caller.user('u1'), { sub: 'u1' }, { sub: 'u2' }],
  [
    'all of',
    Caller.allOf(Caller.scope('s'), Caller.group('g')),
    { scope: 's', 'cognito:groups': ['g'] },
    { scope: 's' },
  ],
  ['any of', Caller.anyOf(Caller.scope('s'), Caller.group('g')), { 'cognito:groups': ['g'] }, { scope: 't' }],
])('%s', (_what, caller, it, other) => {
  const policy = policyOf([], caller);

  expect([decideOn(policy, {}, { sub, ...it }), decideOn(policy, {}, { sub, ...other })]).toEqual(['allow', 'deny']);
});

test('a substring match would let the look-alikes pass', () => {
  const naive = {
    renderCaller: () => ({
      ...Caller.scope('o/r').renderCaller({}),
      condition: 'principal.hasTag("scope") && principal.getTag("scope") like "*o/r*"',
    }),
  };

  expect(decideOn(policyOf([], naive), {}, { sub, scope: 'evilo/r-readonly' })).toBe('allow');
});

test('the pattern of the samples for a list is fooled by a group with a quote in its name; ours is not', () => {
  const naive = {
    renderCaller: () => ({
      ...Caller.group('admins').renderCaller({}),
      condition: 'principal.hasTag("cognito:groups") && principal.getTag("cognito:groups") like "*\\"admins\\"*"',
    }),
  };
  const claims = { sub, 'cognito:groups': ['my "admins'] };

  expect(decideOn(policyOf([], naive), {}, claims)).toBe('allow');
  expect(decideOn(policyOf([], Caller.group('admins')), {}, claims)).toBe('deny');
});

test('anyone authenticated is a named choice', () => {
  const caller = Caller.anyAuthenticated({ reason: 'the catalogue is public' });

  expect(decideOn(policyOf([], caller), {}, { sub })).toBe('allow');
  expect(() => Caller.anyAuthenticated({ reason: ' ' })).toThrow(/needs a reason.*CALLER_INVALID/s);
});

describe('an IAM role', () => {
  const stack = new Stack(new App(), 'S', { env: { account: '123456789012', region: 'eu-west-1' } });
  const role = Role.fromRoleArn(stack, 'R', 'arn:aws:iam::123456789012:role/app/Refunder');

  test.each([
    ['without session', 'arn:aws:sts::123456789012:assumed-role/Refunder', 'allow'],
    ['with session', 'arn:aws:sts::123456789012:assumed-role/Refunder/s1', 'allow'],
    ['that is only longer', 'arn:aws:sts::123456789012:assumed-role/Refunder2', 'deny'],
    ['of another account', 'arn:aws:sts::210987654321:assumed-role/Refunder/s1', 'deny'],
  ])('%s', (_what, arn, decision) => {
    const tool: PolicyTool = { ...REFUND_TOOL, inputSchema: { type: 'object' } };
    const policy = policyOf([], Caller.iamRole(role), tool);
    const { text } = policy.renderPermit(GATEWAY)!;
    const set = new PolicySet(
      [{ id: 'p', text: text.replaceAll(/\$\{Token\[AWS\.Partition[^\]]*\]\}/g, 'aws') }],
      schemaFromTools([tool]),
    );
    const principal = { ...iamPrincipal(arn), id: arn, attributes: { id: arn } };

    expect(problemsOf([], Caller.iamRole(role), tool)).toEqual([]);
    expect(
      set.decide({ principal, action: 'order-refund___order-refund', gatewayArn: GATEWAY, now: NOW, input: {} })
        .decision,
    ).toBe(decision);
  });

  test('does not mix with callers that have a token', () => {
    const policy = policyOf([], Caller.scope('s'));
    policy.permit(Caller.iamRole(role));

    expect(policy.renderPermit(GATEWAY)!.problems).toMatchObject([
      { code: 'CALLER_INVALID', message: expect.stringContaining('mix') },
    ]);
    expect(problemsOf([], Caller.anyOf(Caller.scope('s'), Caller.iamRole(role)))[0]).toMatch(
      /cannot be combined.*CALLER_INVALID/,
    );
  });
});

test.each<[string, () => unknown, string]>([
  ['a scope with a space', () => Caller.scope('a b'), '"a b"'],
  ['an empty scope', () => Caller.scope(''), '""'],
  ['a group that JSON would escape', () => Caller.group('a"b'), '"a\\"b"'],
  ['a group that could close a string', () => Caller.group(',x'), '",x"'],
  ['no groups', () => Caller.group(), 'no values'],
  ['an empty user', () => Caller.user(''), 'not literal text'],
  ['an empty combination', () => Caller.anyOf(), 'empty'],
  ['a user known when deployed', () => Caller.user(new Stack().stackId), 'a token'],
  [
    'a claim known when deployed',
    () => Caller.claim('a', ClaimMatch.oneOf(new Stack().stackId)),
    'known only when deployed',
  ],
])('%s cannot be expressed', (_what, make, fragment) => {
  expect(make).toThrow(expect.objectContaining({ code: 'CALLER_INVALID', message: expect.stringContaining(fragment) }));
});

test('a client id may be known only when deployed', () => {
  const stack = new Stack(new App(), 'S');
  const id = new UserPool(stack, 'P').addClient('C').userPoolClientId;
  const { text, problems } = policyOf([], Caller.agent(id, 'a')).renderPermit(
    stack.formatArn({ service: 'x', resource: 'y' }),
  )!;

  expect(problems).toEqual([]);
  expect(JSON.stringify(stack.resolve(text))).toContain('getTag(\\"client_id\\") == \\"",{"Ref":"PC');
});
