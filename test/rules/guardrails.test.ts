import { evaluate } from '../../lib/core/iam/evaluate';
import { isKnownAction } from '../../lib/core/iam/operation-map';
import { many, type PolicyDocument, type Statement } from '../../lib/core/iam/policy-document';
import { CONFIG_RULES, guardrails } from '../../lib/rules/guardrails';
import { CONTROL_PLANE } from '../../lib/rules/iam-actions';
import { RULES } from '../../lib/rules/registry';

const ACCOUNT = '111122223333';
const ALL = guardrails({ approvedIssuers: ['idp.example.com'] });
const statements = ALL.map(({ statement }) => statement as Statement);
const full: PolicyDocument = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const control = CONTROL_PLANE.filter((action) => action.startsWith('bedrock-agentcore:'));

/** What the policies leave of a role that may do everything. */
function decide(action: string, role = 'gateway', denials: readonly Statement[] = statements) {
  const arn = `arn:aws:iam::${ACCOUNT}:role/${role}`;
  return evaluate(
    {
      principal: { kind: 'role', arn, account: ACCOUNT },
      action,
      resource: `arn:aws:bedrock-agentcore:eu-west-1:${ACCOUNT}:policy-engine/e-0123456789`,
      context: { 'aws:PrincipalArn': arn },
    },
    { identity: [full], organisation: [[full, { Version: '2012-10-17', Statement: denials }]] },
  ).decision;
}

const OF_A_GATEWAY = [
  'GetPolicyEngine',
  'AuthorizeAction',
  'PartiallyAuthorizeActions',
  'InvokeGateway',
  'GetPolicy',
  'GetResourcePolicy',
  'GetWorkloadAccessToken',
  'GetWorkloadAccessTokenForJWT',
  'GetResourceOauth2Token',
  'GetResourceApiKey',
].map((name) => `bedrock-agentcore:${name}`);

test.each(OF_A_GATEWAY)('the role of a gateway keeps %s', (action) => {
  expect(decide(action)).toBe('allow');
});

test('a pattern in place of the names would take the policy engine from the role of a gateway', () => {
  const pattern = statements.map((statement) =>
    statement.Sid === 'DenyGuardChangesAtRuntime'
      ? { ...statement, Action: 'bedrock-agentcore:*PolicyEngine' }
      : statement,
  );

  expect(decide('bedrock-agentcore:GetPolicyEngine', 'gateway', pattern)).toBe('explicit-deny');
});

test.each(control)('running code cannot %s, the deployment can', (action) => {
  const guard = statements.filter(({ Sid }) => Sid === 'DenyGuardChangesAtRuntime');

  expect(decide(action, 'tool', guard)).toBe('explicit-deny');
  expect(decide(action, `cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-eu-west-1`, guard)).toBe('allow');
});

test('every action that is denied is one of the service', () => {
  const actions = statements.flatMap(({ Action }) => many(Action));

  expect(actions.filter((action) => !isKnownAction(action))).toEqual([]);
});

test('guardrails stand for rules that there are', () => {
  const ids = new Set(RULES.map(({ id }) => id));
  const named = [...ALL, ...CONFIG_RULES].flatMap(({ rules }) => rules);

  expect(named.filter((id) => !ids.has(id))).toEqual([]);
  expect([...ALL, ...CONFIG_RULES].every(({ rules }) => rules.length > 0)).toBe(true);
});

test('that narrow caller credentials are denied, too, is an open point', () => {
  expect(ALL.find(({ id }) => id === 'DenyTokenPassthrough')!.open).toContain('OUT03');
});
