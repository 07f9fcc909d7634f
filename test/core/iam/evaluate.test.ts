import { BlockList } from 'node:net';
import fc from 'fast-check';
import { evaluate, type IamPolicies, type IamPrincipal, type IamRequest } from '../../../lib/core/iam/evaluate';
import {
  type ConditionBlock,
  type PolicyDocument,
  type Statement,
  statementsOf,
} from '../../../lib/core/iam/policy-document';

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

// What people get wrong about IAM is named `semantics: …`, so that `jest -t semantics:` shows all of it.
describe('identity policies', () => {
  test.each<[string, PolicyDocument, Partial<IamRequest>, string]>([
    ['the declared operation on the declared table', getItem, {}, 'allow'],
    ['another operation', getItem, { action: 'dynamodb:PutItem' }, 'implicit-deny'],
    ['another table', getItem, { resource: `${TABLE}-2` }, 'implicit-deny'],
    ['an index of the table', getItem, { resource: `${TABLE}/index/i` }, 'implicit-deny'],
    [
      'semantics: an action in other case matches',
      policy({ Action: 'DYNAMODB:getitem', Resource: TABLE }),
      {},
      'allow',
    ],
    [
      'semantics: a resource in other case does not match',
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

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
describe('variables', () => {
  const context = { 'aws:UserAgent': 'x', 'aws:PrincipalTag/team': 'red' };
  const without = { 'aws:UserAgent': 'x', 'aws:PrincipalTag/team': '' };
  const entry = `${TABLE}/\${aws:PrincipalTag/team}`;

  test('a variable in a resource', () => {
    const request = (team?: string) => ({ resource: `${TABLE}/red`, context: { 'aws:PrincipalTag/team': team } });
    const identity = [policy({ Action: '*', Resource: entry })];

    expect(decide({ identity }, request('red'))).toBe('allow');
    for (const team of ['*', '', undefined]) expect(decide({ identity }, request(team))).toBe('implicit-deny');
  });

  test('before version 2012-10-17, and without a version, it is text', () => {
    const old = [{ ...policy({ Action: '*', Resource: entry }), Version: '2008-10-17' }];
    const { Version: _, ...unversioned } = policy({ Action: '*', Resource: entry });

    expect(decide({ identity: old }, { resource: `${TABLE}/red`, context })).toBe('implicit-deny');
    expect(decide({ identity: [unversioned] }, { resource: `${TABLE}/red`, context })).toBe('implicit-deny');
    expect(decide({ identity: old }, { resource: entry, context })).toBe('allow');
  });

  test('an exception with a variable without value opens nothing', () => {
    const others = policy({ Action: '*', NotResource: entry });
    const deny = policy({ Effect: 'Deny', Action: '*', NotResource: entry });

    expect(decide({ identity: [others] }, { context })).toBe('allow');
    expect(decide({ identity: [others] }, { context: without })).toBe('implicit-deny');
    expect(decide({ identity: [getItem, deny] }, { context: without })).toBe('explicit-deny');
  });

  test('an inverted operator holds against a variable without value', () => {
    const unlike = (Effect: string) =>
      policy({
        Effect,
        Action: '*',
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:UserAgent': '${aws:PrincipalTag/team}' } },
      });

    expect(decide({ identity: [getItem, unlike('Deny')] }, { context: without })).toBe('explicit-deny');
    expect(decide({ identity: [unlike('Allow')] }, { context: without })).toBe('allow');
    expect(decide({ identity: [unlike('Allow')] }, { context: { ...context, 'aws:UserAgent': 'red' } })).toBe(
      'implicit-deny',
    );
  });
});

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-paths-wildcards */
describe('ARNs of resources', () => {
  const allowed = (Resource: string, resource = TABLE) =>
    decide({ identity: [policy({ Action: '*', Resource })] }, { resource }) === 'allow';

  test('a part of an ARN may be a pattern, its type may not', () => {
    expect(allowed(`arn:aws:dynamodb:*:${ACCOUNT}:table/ord*`)).toBe(true);
    expect(allowed(`arn:aws:dynamodb:*:${ACCOUNT}:*`)).toBe(true);
    expect(allowed(`arn:aws:dynamodb:*:${ACCOUNT}:tabl*/orders`)).toBe(false);
    expect(allowed(`arn:aws:dynamodb:*:${ACCOUNT}:?able/orders`)).toBe(false);
    expect(allowed('arn:aws:s3:::ord*/x', 'arn:aws:s3:::orders/x')).toBe(true);
  });

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards */
  test('a pattern stays within its part, but for a star at the end of it', () => {
    const stream = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/a:log-stream:s`;

    expect(allowed('arn:aws:logs:eu-*:log-stream:s', stream)).toBe(true);
    expect(allowed('arn:aws:logs:*:*:log-stream:s', stream)).toBe(true);
    expect(allowed('arn:aws:logs:eu-*-1:*:log-stream:s', stream)).toBe(true);
    expect(allowed('arn:aws:logs:eu*1:1*3:log-group:*', stream)).toBe(true);
    expect(allowed('arn:aws:logs:eu*a:log-stream:s', stream)).toBe(false);
    expect(allowed('arn:aws:logs:eu-west-1:1*p:log-stream:s', stream)).toBe(false);
    expect(allowed(`arn:aws:logs:eu-west-1?${ACCOUNT}:log-group:/a:log-stream:s`, stream)).toBe(false);
    expect(allowed('arn:aws:logs:eu-*:log-stream:t', stream)).toBe(false);
    expect(allowed('arn:aws:logs:us-*:log-stream:s', stream)).toBe(false);
  });

  test('where it is open what an entry matches, a Deny applies, an Allow and an exception to a Deny do not', () => {
    const stream = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/a:log-stream:s`;
    const all = policy({ Action: '*', Resource: '*' });

    for (const entry of ['arn:aws:logs:eu*a:log-stream:s', `arn:aws:logs:*:*:log*:/a:log-stream:s`]) {
      const by = (element: Partial<Statement>) =>
        decide({ identity: [all, policy({ Effect: 'Deny', Action: '*', ...element })] }, { resource: stream });

      expect(allowed(entry, stream)).toBe(false);
      expect(by({ Resource: entry })).toBe('explicit-deny');
      expect(by({ NotResource: entry })).toBe('explicit-deny');
      expect(decide({ identity: [policy({ Action: '*', NotResource: entry })] }, { resource: stream })).toBe(
        'implicit-deny',
      );
    }
    const incomplete = policy({ Effect: 'Deny', Action: '*', Resource: 'arn:aws:dynamodb' });
    expect(decide({ identity: [getItem], session: incomplete })).toBe('explicit-deny');
    expect(decide({ identity: [all], organisation: [[all, incomplete]] }, { resource: stream })).toBe('allow');
  });

  test('a long ARN of many parts and stars does not hang', () => {
    const many = `arn:aws:s3:::${'a:'.repeat(2000)}`;

    expect(allowed('arn:aws:s3:*:*:*b', many)).toBe(false);
    expect(allowed('arn:aws:s3:*:*:*a:', many)).toBe(true);
  });

  test('an incomplete ARN of an identity stands for everything it begins, that of a resource does not', () => {
    const resource = (Resource: string) => policy({ Principal: { AWS: ROLE }, Action: '*', Resource });

    expect(allowed('arn:aws:dynamodb')).toBe(true);
    expect(allowed('arn:aws:dynamodb:eu-west-1')).toBe(true);
    expect(allowed('arn:aws:s3')).toBe(false);
    expect(decide({ resource: resource('arn:aws:dynamodb') })).toBe('implicit-deny');
    expect(decide({ resource: resource('arn:aws:dynamodb:*') })).toBe('allow');
    expect(decide({ resource: resource('arn:aws:dy*orders') })).toBe('implicit-deny');
    expect(decide({ resource: resource(TABLE) })).toBe('allow');
    const session = (Resource: string) => ({ identity: [getItem], session: policy({ Action: '*', Resource }) });
    expect(decide(session('arn:aws:dynamodb'))).toBe('implicit-deny');
    expect(decide(session('arn:aws:dynamodb:*'))).toBe('allow');
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
      'semantics: role ARN in the resource policy, limited by the boundary',
      { resource: resourceFor(ROLE), boundary: nothing },
      'implicit-deny',
    ],
    [
      'semantics: session ARN in the resource policy, not limited by the boundary',
      { resource: resourceFor(SESSION.arn), boundary: nothing },
      'allow',
    ],
    [
      'session ARN: not limited by the session policy',
      { resource: resourceFor(SESSION.arn), session: nothing },
      'allow',
    ],
    [
      'semantics: everyone in the resource policy, not limited by the boundary',
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

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles */
  test('semantics: everyone by aws:PrincipalArn, limited neither by the boundary nor by the session policy', () => {
    const by = (operator: string, limits: Partial<IamPolicies>, key = 'aws:PrincipalArn', value = ROLE) =>
      decide(
        {
          resource: policy({
            Principal: '*',
            Action: 'dynamodb:GetItem',
            Resource: TABLE,
            Condition: { [operator]: { [key]: value } },
          }),
          ...limits,
        },
        { context: { 'aws:PrincipalArn': ROLE, 'aws:PrincipalOrgID': 'o' } },
      );

    expect(by('ArnEquals', { boundary: nothing, session: nothing })).toBe('allow');
    expect(by('StringLike', { session: nothing }, 'AWS:principalarn')).toBe('allow');
    expect(by('ArnEquals', { session: denyAll })).toBe('explicit-deny');
    expect(by('ArnEquals', { session: nothing }, 'aws:PrincipalArn', `${ROLE}-2`)).toBe('implicit-deny');
    expect(by('ArnNotEquals', { session: nothing }, 'aws:PrincipalArn', `${ROLE}-2`)).toBe('implicit-deny');
    expect(by('StringEquals', { session: nothing }, 'aws:PrincipalOrgID', 'o')).toBe('implicit-deny');
    expect(by('StringEquals', {}, 'aws:PrincipalOrgID', 'o')).toBe('allow');
  });

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#access_policies-json */
  test('a resource policy without resource is about the resource it is attached to; no other policy is', () => {
    const trust = { Principal: { AWS: ROLE }, Action: 'sts:AssumeRole' };
    const ask = (policies: Partial<IamPolicies>) =>
      decide(policies, { action: 'sts:AssumeRole', resource: `arn:aws:iam::${ACCOUNT}:role/other` });

    expect(ask({ resource: policy(trust) })).toBe('allow');
    expect(ask({ resource: policy(trust, { ...trust, Effect: 'Deny' }) })).toBe('explicit-deny');
    expect(ask({ resource: policy({ ...trust, Resource: TABLE }) })).toBe('implicit-deny');
    expect(ask({ identity: [policy({ Action: 'sts:AssumeRole' })] })).toBe('implicit-deny');
  });

  test('semantics: user ARN in the resource policy, not limited by the boundary, but by its Deny', () => {
    const user: IamPrincipal = { kind: 'user', arn: `arn:aws:iam::${ACCOUNT}:user/ann`, account: ACCOUNT };
    const by = (boundary: PolicyDocument, AWS = user.arn) =>
      decide({ resource: resourceFor(AWS), boundary }, { principal: user });

    expect(by(nothing)).toBe('allow');
    expect(by(nothing, `${user.arn}-2`)).toBe('implicit-deny');
    expect(by(denyAll)).toBe('explicit-deny');
    expect(decide({ resource: resourceFor(SESSION.arn), boundary: denyAll })).toBe('explicit-deny');
  });

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html */
  describe('NotPrincipal', () => {
    const root = `arn:aws:iam::${ACCOUNT}:root`;
    const except = (AWS: string | string[]) =>
      policy({ Effect: 'Deny', NotPrincipal: { AWS }, Action: '*', Resource: '*' });

    test('a denial spares who is named with the account, and hits everyone else', () => {
      expect(decide({ identity: [getItem], resource: except([root, ROLE]) })).toBe('allow');
      expect(decide({ identity: [getItem], resource: except([ACCOUNT, ROLE]) })).toBe('allow');
      for (const others of [
        ROLE,
        root,
        [root, `${ROLE}-2`],
        [root, SESSION.arn],
        ['arn:aws:iam::999988887777:root', ROLE],
      ])
        expect(decide({ identity: [getItem], resource: except(others) })).toBe('explicit-deny');
    });

    test('semantics: a denial with NotPrincipal hits whoever has a boundary, also whom it names', () => {
      expect(decide({ identity: [getItem], boundary: getItem, resource: except([root, ROLE]) })).toBe('explicit-deny');
    });

    test('a user is spared by its own ARN, a service by its name, everyone by `*`', () => {
      const user: IamPrincipal = { kind: 'user', arn: `arn:aws:iam::${ACCOUNT}:user/ann`, account: ACCOUNT };
      const service: IamPrincipal = { kind: 'service', arn: 'sns.amazonaws.com', account: ACCOUNT };
      const open = policy({ Principal: '*', Action: '*', Resource: '*' });
      const but = (NotPrincipal: Statement['NotPrincipal']): PolicyDocument => ({
        ...open,
        Statement: [...statementsOf(open), { Effect: 'Deny', NotPrincipal, Action: '*', Resource: '*' }],
      });

      expect(decide({ resource: but({ AWS: [root, user.arn] }) }, { principal: user })).toBe('allow');
      expect(decide({ resource: but({ AWS: [root, ROLE] }) }, { principal: user })).toBe('explicit-deny');
      expect(decide({ resource: but({ Service: service.arn }) }, { principal: service })).toBe('allow');
      expect(decide({ resource: but({ AWS: [root, ROLE] }) }, { principal: service })).toBe('explicit-deny');
      expect(decide({ resource: but({ AWS: '*' }) }, { principal: service })).toBe('allow');
    });

    test('an Allow with NotPrincipal is not supported: it allows nobody', () => {
      const request = { resourceAccount: '999988887777' };
      const to = (who: Pick<Statement, 'Principal' | 'NotPrincipal'>) =>
        decide({ identity: [getItem], resource: policy({ ...who, Action: '*', Resource: '*' }) }, request);

      expect(to({ NotPrincipal: { AWS: 'arn:aws:iam::444455556666:root' } })).toBe('implicit-deny');
      expect(to({ Principal: { AWS: root } })).toBe('allow');
    });
  });

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous */
  test.each(['sns.amazonaws.com', 'anonymous'])('`{ "AWS": "*" }` is everyone, also %s', (who) => {
    const kind = who === 'anonymous' ? ('anonymous' as const) : ('service' as const);
    const principal: IamPrincipal = { kind, arn: who, account: ACCOUNT };
    const everyone = { Principal: { AWS: '*' }, Action: '*', Resource: '*' };
    const denied: PolicyDocument = {
      ...policy({ ...everyone, Principal: '*' }),
      Statement: [...statementsOf(policy({ ...everyone, Principal: '*' })), { ...everyone, Effect: 'Deny' }],
    };

    expect(decide({ resource: policy(everyone) }, { principal })).toBe('allow');
    expect(decide({ resource: policy({ ...everyone, Principal: { AWS: ROLE } }) }, { principal })).toBe(
      'implicit-deny',
    );
    expect(decide({ resource: denied }, { principal })).toBe('explicit-deny');
  });

  test('across accounts both sides must allow', () => {
    const request = { resourceAccount: '999988887777' };

    expect(decide({ identity: [getItem] }, request)).toBe('implicit-deny');
    expect(decide({ resource: resourceFor(ROLE) }, request)).toBe('implicit-deny');
    expect(decide({ identity: [getItem], resource: resourceFor(ROLE) }, request)).toBe('allow');
  });

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html */
  test.each([
    ['the policy of a key', 'kms:Decrypt', `arn:aws:kms:eu-west-1:${ACCOUNT}:key/k`],
    ['the trust policy of a role', 'sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/other`],
  ])('%s must allow, also within the account', (_name, action, resource) => {
    const any = policy({ Action: '*', Resource: '*' });
    const of = (AWS: string) => policy({ Principal: { AWS }, Action: action, Resource: '*' });
    const ask = (policies: Partial<IamPolicies>) => decide(policies, { action, resource });

    expect(ask({ identity: [any], resource: of(`${ROLE}-2`) })).toBe('implicit-deny');
    expect(ask({ identity: [any], resource: of(ACCOUNT) })).toBe('allow');
    expect(ask({ resource: of(ACCOUNT) })).toBe('implicit-deny');
    expect(ask({ resource: of(ROLE) })).toBe('allow');
    // A policy that was not given is not asked, and other services leave it to the identity.
    expect(ask({ identity: [any] })).toBe('allow');
    expect(decide({ identity: [any], resource: of(`${ROLE}-2`) })).toBe('allow');
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
    ['semantics: StringEquals takes * literally', { StringEquals: { k: 'v*' } }, { k: 'vv' }, false],
    ['StringLike takes * as a pattern', { StringLike: { k: 'v*' } }, { k: 'vv' }, true],
    ['an escaped star is a star', { StringLike: { k: 'v${*}' } }, { k: 'vv' }, false],
    ['an escaped star matches a star', { StringLike: { k: 'v${*}' } }, { k: 'v*' }, true],
    ['semantics: whitespace is not trimmed', { StringEquals: { k: 'v ' } }, { k: 'v' }, false],
    ['a missing key', { StringEquals: { k: 'v' } }, {}, false],
    ['a missing key with IfExists', { StringEqualsIfExists: { k: 'v' } }, {}, true],
    ['IfExists still compares', { StringEqualsIfExists: { k: 'v' } }, { k: 'w' }, false],
    ['semantics: a missing key with a negated operator holds', { StringNotEquals: { k: 'v' } }, {}, true],
    ['a negated operator with several values', { StringNotEquals: { k: ['a', 'v'] } }, { k: 'v' }, false],
    ['Null true for a missing key', { Null: { k: 'true' } }, {}, true],
    ['Null true for a present key', { Null: { k: 'true' } }, { k: 'v' }, false],
    ['Null false for a present key', { Null: { k: false } }, { k: 'v' }, true],
    ['semantics: Null false for an empty value', { Null: { k: 'false' } }, { k: '' }, false],
    ['Null false for a list without values', { Null: { k: 'false' } }, { k: [] }, false],
    ['Null false for a list with one value that is not empty', { Null: { k: 'false' } }, { k: ['', 'v'] }, true],
    ['Null true for an empty value', { Null: { k: 'true' } }, { k: '' }, true],
    [
      'Null false keeps ForAllValues from holding on an empty value',
      { 'ForAllValues:StringEquals': { k: 'v' }, Null: { k: 'false' } },
      { k: [''] },
      false,
    ],
    ['semantics: ForAllValues on a missing key holds', { 'ForAllValues:StringEquals': { k: 'v' } }, {}, true],
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
    ['Null in another case', { Null: { k: 'True' } }, {}, true],
    ['ForAllValues on an empty string', { 'ForAllValues:StringEquals': { k: 'v' } }, { k: '' }, true],
    ['ForAnyValue on an empty string', { 'ForAnyValue:StringEquals': { k: 'v' } }, { k: '' }, false],
    ['ForAnyValue, any text, on an empty string', { 'ForAnyValue:StringLike': { k: '*' } }, { k: '' }, false],
    ['ForAnyValue, negated, on an empty string', { 'ForAnyValue:StringNotEquals': { k: 'v' } }, { k: [''] }, false],
    ['ForAnyValue, one of two is empty', { 'ForAnyValue:StringEquals': { k: 'v' } }, { k: ['', 'v'] }, true],
    ['ForAnyValue with IfExists', { 'ForAnyValue:StringEqualsIfExists': { k: 'v' } }, {}, false],
    ['ForAllValues on no value', { 'ForAllValues:StringEquals': { k: 'v' } }, { k: [] }, true],
    ['ForAnyValue, negated, one outside', { 'ForAnyValue:StringNotEquals': { k: 'a' } }, { k: ['a', 'x'] }, true],
    ['ForAllValues, negated, one inside', { 'ForAllValues:StringNotEquals': { k: 'a' } }, { k: ['a', 'x'] }, false],
    ['several values without set operator', { StringEquals: { k: ['a', 'b'] } }, { k: ['a', 'b'] }, false],
    ['several values without set operator, negated', { StringNotEquals: { k: 'c' } }, { k: ['a', 'b'] }, false],
    ['a list of one value', { StringEquals: { k: ['a', 'b'] } }, { k: ['a'] }, true],
    ['text without regard to case', { StringEqualsIgnoreCase: { k: 'V' } }, { k: 'v' }, true],
    ['not equal without regard to case', { StringNotEqualsIgnoreCase: { k: 'V' } }, { k: 'v' }, false],
    ['an escaped star in StringEquals', { StringEquals: { k: 'v${*}' } }, { k: 'v*' }, true],
    ['an escaped dollar', { StringEquals: { k: '${$}{t}' } }, { k: '${t}' }, true],
    ['an ARN with a variable', { ArnLike: { k: 'arn:aws:s3:::${t}' } }, { k: 'arn:aws:s3:::b', t: 'b' }, true],
    ['a number takes no variable', { NumericEquals: { k: '${t}' } }, { k: '1', t: '1' }, false],
    ['an ARN of five parts', { ArnLike: { k: 'arn:*:*:*:*' } }, { k: 'arn:aws:s3:::b' }, false],
    ['an ARN unlike one of five parts', { ArnNotLike: { k: 'arn:*:*:*:*' } }, { k: 'arn:aws:s3:::b' }, false],
    ['seconds since the epoch', { DateEquals: { k: '2026-01-01T00:00:00Z' } }, { k: '1767225600' }, true],
    [
      'a moment in another zone',
      { DateEquals: { k: '2026-01-01T00:00:00Z' } },
      { k: '2026-01-01T02:00:00+02:00' },
      true,
    ],
    ['a day', { DateLessThan: { k: '2026-01-02' } }, { k: '2026-01-01T23:59:59.9Z' }, true],
    ['a time without zone', { DateLessThan: { k: '2026-01-05T00:00:00' } }, { k: '2026-01-01T00:00:00Z' }, false],
    ['a date in words', { DateLessThan: { k: '5 Jan 2026' } }, { k: '2026-01-01T00:00:00Z' }, false],
    ['a date that is none', { DateNotEquals: { k: '2026-01-01T00:00:00Z' } }, { k: 'never' }, false],
    ['a number that is none, negated', { NumericNotEquals: { k: '1' } }, { k: '1e3' }, false],
    ['an IPv6 address that is none', { IpAddress: { k: '::/0' } }, { k: '1:::2' }, false],
    ['an address that is none', { NotIpAddress: { k: '10.0.0.0/8' } }, { k: 'nowhere' }, false],
    ['an address of the other family', { NotIpAddress: { k: '2001:db8::/32' } }, { k: '10.1.2.3' }, true],
    ['an operator that does not exist', { StringMatches: { k: 'v' } }, { k: 'v' }, false],
    ['a prototype name as operator', { constructor: { k: 'v' } }, { k: 'v' }, false],
  ])('%s', (_name, condition, context, expected) => {
    expect(under(condition, context)).toBe(expected);
  });

  test('what cannot be compared narrows no denial', () => {
    const denied = (Condition: ConditionBlock) =>
      decide(
        { identity: [getItem, policy({ Effect: 'Deny', Action: '*', Resource: '*', Condition })] },
        { context: { k: 'ten' } },
      );

    expect(denied({ NumericGreaterThan: { k: '1' } })).toBe('explicit-deny');
    expect(denied({ StringMatches: { k: '1' } })).toBe('explicit-deny');
    expect(denied({ StringEquals: { k: '1' } })).toBe('allow');
    // What the documentation does not settle opens nothing, either.
    expect(denied({ 'ForAnyValue:StringEqualsIfExists': { other: '1' } })).toBe('explicit-deny');
    expect(denied({ 'ForAnyValue:StringEquals': { other: '1' } })).toBe('allow');
  });

  const octet = fc.nat(255);
  const v4 = fc.tuple(octet, octet, octet, octet).map((bytes) => bytes.join('.'));
  const v6 = fc.ipV6().filter((address) => !address.includes('.'));

  test.each([
    ['ipv4', v4, 32],
    ['ipv6', v6, 128],
  ] as const)('networks of %s are those of the platform', (family, address, bits) => {
    fc.assert(
      fc.property(address, address, fc.nat(bits), fc.boolean(), (base, other, prefix, inside) => {
        const list = new BlockList();
        list.addSubnet(base, prefix, family);
        const given = inside ? base : other;

        expect(under({ IpAddress: { k: `${base}/${prefix}` } }, { k: given })).toBe(list.check(given, family));
      }),
      { numRuns: 500 },
    );
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
