import { evaluate, type IamPolicies, type IamPrincipal, type IamRequest } from '../../../lib/core/iam/evaluate';
import type { ConditionBlock, PolicyDocument, Statement } from '../../../lib/core/iam/policy-document';

const ACCOUNT = '111122223333';
const TABLE = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/orders`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/tool`;
const SESSION: IamPrincipal = {
  kind: 'role-session',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/tool/s`,
  roleArn: ROLE,
  account: ACCOUNT,
};

const policy = (...statements: Partial<Statement>[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
});
const getItem = policy({ Action: 'dynamodb:GetItem', Resource: TABLE });
const denyAll = policy({ Effect: 'Deny', Action: '*', Resource: '*' });
const nothing = policy();

function decide(policies: Partial<IamPolicies>, request: Partial<IamRequest> = {}) {
  return evaluate(
    { principal: SESSION, action: 'dynamodb:GetItem', resource: TABLE, ...request },
    { identity: [], ...policies },
  ).decision;
}

describe('identity policies', () => {
  test.each<[string, PolicyDocument, Partial<IamRequest>, string]>([
    ['the declared operation on the declared table', getItem, {}, 'allow'],
    ['another operation', getItem, { action: 'dynamodb:PutItem' }, 'implicit-deny'],
    ['another table', getItem, { resource: `${TABLE}-2` }, 'implicit-deny'],
    ['an index of the table', getItem, { resource: `${TABLE}/index/i` }, 'implicit-deny'],
    ['an action in other case', policy({ Action: 'DYNAMODB:getitem', Resource: TABLE }), {}, 'allow'],
    [
      'a resource in other case',
      policy({ Action: 'dynamodb:GetItem', Resource: TABLE.toUpperCase() }),
      {},
      'implicit-deny',
    ],
    ['NotAction', policy({ NotAction: 'dynamodb:PutItem', Resource: '*' }), {}, 'allow'],
    ['NotAction that names it', policy({ NotAction: 'dynamodb:*', Resource: '*' }), {}, 'implicit-deny'],
    ['NotResource', policy({ Action: '*', NotResource: `${TABLE}-2` }), {}, 'allow'],
    ['NotResource that names it', policy({ Action: '*', NotResource: TABLE }), {}, 'implicit-deny'],
    ['a statement without resource', policy({ Action: '*' }), {}, 'implicit-deny'],
    ['an effect that is neither', policy({ Effect: 'allow', Action: '*', Resource: '*' }), {}, 'implicit-deny'],
  ])('%s', (_name, document, request, expected) => {
    expect(decide({ identity: [document] }, request)).toBe(expected);
  });

  test('an explicit deny wins over any allow, whatever the order', () => {
    expect(decide({ identity: [getItem, denyAll] })).toBe('explicit-deny');
    expect(decide({ identity: [denyAll, getItem] })).toBe('explicit-deny');
    expect(decide({ identity: [getItem] })).toBe('allow');
  });

  test('the reason reads like the message of the service', () => {
    const { reason, trace } = evaluate(
      { principal: SESSION, action: 'dynamodb:PutItem', resource: TABLE },
      { identity: [getItem] },
    );

    expect(reason).toBe(
      `User: ${SESSION.arn} is not authorized to perform: dynamodb:PutItem on resource: ${TABLE} because no identity-based policy allows the dynamodb:PutItem action`,
    );
    expect(trace).toEqual([expect.objectContaining({ source: 'identity', statement: '0', outcome: 'other-action' })]);
  });
});

/** Boundaries, session policies and resource policies: IAM User Guide, evaluation logic and permissions boundaries. */
describe('combining kinds of policy', () => {
  const resourceFor = (AWS: string) => policy({ Principal: { AWS }, Action: 'dynamodb:GetItem', Resource: TABLE });

  test.each<[string, Partial<IamPolicies>, string]>([
    ['a boundary that allows', { identity: [getItem], boundary: getItem }, 'allow'],
    ['a boundary that is silent', { identity: [getItem], boundary: nothing }, 'implicit-deny'],
    ['a boundary alone allows nothing', { boundary: getItem }, 'implicit-deny'],
    ['a session policy that is silent', { identity: [getItem], session: nothing }, 'implicit-deny'],
    ['a session policy that allows', { identity: [getItem], session: getItem }, 'allow'],
    ['organisation: every level allows', { identity: [getItem], organisation: [[getItem], [getItem]] }, 'allow'],
    [
      'organisation: one level is silent',
      { identity: [getItem], organisation: [[getItem], [nothing]] },
      'implicit-deny',
    ],
    ['the resource policy alone, same account', { resource: resourceFor(ROLE) }, 'allow'],
    [
      'role ARN in the resource policy: limited by the boundary',
      { resource: resourceFor(ROLE), boundary: nothing },
      'implicit-deny',
    ],
    [
      'session ARN in the resource policy: not limited',
      { resource: resourceFor(SESSION.arn), boundary: nothing },
      'allow',
    ],
    [
      'session ARN: not limited by the session policy',
      { resource: resourceFor(SESSION.arn), session: nothing },
      'allow',
    ],
    [
      'everyone in the resource policy: not limited by the boundary',
      { resource: resourceFor('*'), boundary: nothing },
      'allow',
    ],
    ['everyone, but the boundary denies', { resource: resourceFor('*'), boundary: denyAll }, 'explicit-deny'],
    ['another role in the resource policy', { resource: resourceFor(`${ROLE}-2`) }, 'implicit-deny'],
    [
      'the account in the resource policy, and its own policy allows',
      { identity: [getItem], resource: resourceFor(`arn:aws:iam::${ACCOUNT}:root`) },
      'allow',
    ],
    [
      'the account in the resource policy alone: left to its own policies',
      { resource: resourceFor(`arn:aws:iam::${ACCOUNT}:root`) },
      'implicit-deny',
    ],
    ['the account by its number alone', { resource: resourceFor(ACCOUNT) }, 'implicit-deny'],
  ])('%s', (_name, policies, expected) => {
    expect(decide(policies)).toBe(expected);
  });

  test('NotPrincipal with Deny hits everyone else', () => {
    const resource = policy({ Effect: 'Deny', NotPrincipal: { AWS: `${ROLE}-2` }, Action: '*', Resource: '*' });

    expect(decide({ identity: [getItem], resource })).toBe('explicit-deny');
    expect(
      decide({
        identity: [getItem],
        resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: ROLE }, Action: '*', Resource: '*' }),
      }),
    ).toBe('allow');
  });

  test('a denial with NotPrincipal hits whoever has a boundary, and whom only the account stands for', () => {
    const except = (AWS: string) => policy({ Effect: 'Deny', NotPrincipal: { AWS }, Action: '*', Resource: '*' });

    expect(decide({ identity: [getItem], resource: except(ROLE) })).toBe('allow');
    expect(decide({ identity: [getItem], boundary: getItem, resource: except(ROLE) })).toBe('explicit-deny');
    expect(decide({ identity: [getItem], resource: except(`arn:aws:iam::${ACCOUNT}:root`) })).toBe('explicit-deny');
  });

  test('a variable without value opens nothing', () => {
    const others = policy({ Action: '*', NotResource: `${TABLE}/\${aws:PrincipalTag/team}` });
    const unlike = policy({
      Action: '*',
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:UserAgent': '${aws:PrincipalTag/team}' } },
    });
    const context = { 'aws:UserAgent': 'x', 'aws:PrincipalTag/team': 'red' };

    expect(decide({ identity: [others] }, { context })).toBe('allow');
    expect(decide({ identity: [others] })).toBe('implicit-deny');
    expect(decide({ identity: [unlike] }, { context })).toBe('allow');
    expect(decide({ identity: [unlike] }, { context: { 'aws:UserAgent': 'x' } })).toBe('implicit-deny');
    const denied = { ...unlike, Statement: { ...(unlike.Statement as Statement[])[0]!, Effect: 'Deny' } };
    expect(decide({ identity: [getItem, denied] }, { context: { 'aws:UserAgent': 'x' } })).toBe('explicit-deny');
  });

  test('an Allow with NotPrincipal keeps out everyone of the account it excepts', () => {
    const except = (AWS: string) =>
      decide(
        {
          identity: [getItem],
          resource: policy({ NotPrincipal: { AWS }, Action: 'dynamodb:GetItem', Resource: TABLE }),
        },
        { resourceAccount: '999988887777' },
      );

    expect(except(`arn:aws:iam::${ACCOUNT}:root`)).toBe('implicit-deny');
    expect(except('arn:aws:iam::444455556666:root')).toBe('allow');
  });

  test('across accounts both sides must allow', () => {
    const request = { resourceAccount: '999988887777' };

    expect(decide({ identity: [getItem] }, request)).toBe('implicit-deny');
    expect(decide({ resource: resourceFor(ROLE) }, request)).toBe('implicit-deny');
    expect(decide({ identity: [getItem], resource: resourceFor(ROLE) }, request)).toBe('allow');
  });

  test('a service is allowed by the trust policy that names it, with its conditions', () => {
    const principal: IamPrincipal = { kind: 'service', arn: 'bedrock-agentcore.amazonaws.com', account: ACCOUNT };
    const trust = policy({
      Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
    });
    const assume = (context: Record<string, string>) =>
      decide({ resource: trust }, { principal, action: 'sts:AssumeRole', resource: ROLE, context });

    expect(assume({ 'aws:SourceAccount': ACCOUNT })).toBe('allow');
    expect(assume({ 'aws:SourceAccount': '999988887777' })).toBe('implicit-deny');
    expect(assume({})).toBe('implicit-deny');
  });
});

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
describe('conditions', () => {
  const under = (Condition: ConditionBlock, context: IamRequest['context'] = {}) =>
    decide({ identity: [policy({ Action: '*', Resource: '*', Condition })] }, { context }) === 'allow';

  test.each<[string, ConditionBlock, IamRequest['context'], boolean]>([
    ['equal', { StringEquals: { k: 'v' } }, { k: 'v' }, true],
    ['one of several values', { StringEquals: { k: ['a', 'v'] } }, { k: 'v' }, true],
    ['two keys are both needed', { StringEquals: { k: 'v', l: 'w' } }, { k: 'v' }, false],
    ['the key name in other case', { StringEquals: { 'aws:SourceAccount': 'v' } }, { 'AWS:sourceaccount': 'v' }, true],
    ['StringEquals takes * literally', { StringEquals: { k: 'v*' } }, { k: 'vv' }, false],
    ['StringLike takes * as a pattern', { StringLike: { k: 'v*' } }, { k: 'vv' }, true],
    ['an escaped star is a star', { StringLike: { k: 'v${*}' } }, { k: 'vv' }, false],
    ['an escaped star matches a star', { StringLike: { k: 'v${*}' } }, { k: 'v*' }, true],
    ['whitespace is not trimmed', { StringEquals: { k: 'v ' } }, { k: 'v' }, false],
    ['a missing key', { StringEquals: { k: 'v' } }, {}, false],
    ['a missing key with IfExists', { StringEqualsIfExists: { k: 'v' } }, {}, true],
    ['IfExists still compares', { StringEqualsIfExists: { k: 'v' } }, { k: 'w' }, false],
    ['a missing key with a negated operator', { StringNotEquals: { k: 'v' } }, {}, true],
    ['a negated operator with several values', { StringNotEquals: { k: ['a', 'v'] } }, { k: 'v' }, false],
    ['Null true for a missing key', { Null: { k: 'true' } }, {}, true],
    ['Null true for a present key', { Null: { k: 'true' } }, { k: 'v' }, false],
    ['Null false for a present key', { Null: { k: false } }, { k: 'v' }, true],
    ['ForAllValues on a missing key', { 'ForAllValues:StringEquals': { k: 'v' } }, {}, true],
    ['ForAllValues, one value outside', { 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, { k: ['a', 'c'] }, false],
    ['ForAllValues, all inside', { 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, { k: ['a'] }, true],
    ['ForAnyValue on a missing key', { 'ForAnyValue:StringEquals': { k: 'v' } }, {}, false],
    ['ForAnyValue, one inside', { 'ForAnyValue:StringEquals': { k: ['a', 'b'] } }, { k: ['x', 'b'] }, true],
    ['numbers', { NumericLessThanEquals: { k: '10' } }, { k: 10 }, true],
    ['numbers that are none', { NumericLessThanEquals: { k: '10' } }, { k: 'ten' }, false],
    ['dates', { DateLessThan: { k: '2026-01-02T00:00:00Z' } }, { k: '2026-01-01T00:00:00Z' }, true],
    ['booleans', { Bool: { k: true } }, { k: 'true' }, true],
    ['an address in a network', { IpAddress: { k: '10.0.0.0/8' } }, { k: '10.1.2.3' }, true],
    ['an address outside', { IpAddress: { k: '10.0.0.0/8' } }, { k: '11.1.2.3' }, false],
    ['an IPv6 address in a network', { IpAddress: { k: '2001:db8::/32' } }, { k: '2001:db8:1::1' }, true],
    ['NotIpAddress', { NotIpAddress: { k: '10.0.0.0/8' } }, { k: '11.1.2.3' }, true],
    ['ARNs by part', { ArnLike: { k: 'arn:aws:s3:*:*:b' } }, { k: 'arn:aws:s3:::b' }, true],
    [
      'a variable',
      { StringEquals: { k: '${aws:PrincipalTag/team}' } },
      { k: 'red', 'aws:PrincipalTag/team': 'red' },
      true,
    ],
    ['a variable that is missing', { StringEquals: { k: '${aws:PrincipalTag/team}' } }, { k: '' }, false],
    ['a default for a variable', { StringEquals: { k: "${aws:PrincipalTag/team, 'blue'}" } }, { k: 'blue' }, true],
    ['a star in a variable is no pattern', { StringLike: { k: '${t}' } }, { k: 'anything', t: '*' }, false],
    ['an operator that does not exist', { StringMatches: { k: 'v' } }, { k: 'v' }, false],
    ['a prototype name as operator', { constructor: { k: 'v' } }, { k: 'v' }, false],
  ])('%s', (_name, condition, context, expected) => {
    expect(under(condition, context)).toBe(expected);
  });

  test('a variable in a resource', () => {
    const document = policy({ Action: '*', Resource: `${TABLE}/\${aws:PrincipalTag/team}` });
    const request = (team?: string) => ({ resource: `${TABLE}/red`, context: { 'aws:PrincipalTag/team': team } });

    expect(decide({ identity: [document] }, request('red'))).toBe('allow');
    expect(decide({ identity: [document] }, request('*'))).toBe('implicit-deny');
    expect(decide({ identity: [document] }, request())).toBe('implicit-deny');
  });

  test('the trace names the condition that does not hold', () => {
    const document = policy({
      Sid: 'Own',
      Action: '*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': true } },
    });
    const { trace } = evaluate({ principal: SESSION, action: 'a:B', resource: 'r' }, { identity: [document] });

    expect(trace[0]).toMatchObject({ statement: 'Own', outcome: 'condition', condition: 'Bool aws:SecureTransport' });
  });
});
