import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Gateway, PolicyEngine, SchemaDefinitionType, ToolSchema } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Assembly } from '../../lib/assembly/read-assembly';
import { runRules } from '../../lib/rules/run-rules';
import { assemblyFromYaml, assemblyOf } from '../support/template-assembly';

const idsOf = (ruleIds: readonly string[]) => new Set(ruleIds.map((id) => /SecureMcp-([A-Z]+\d+)/.exec(id)![1]!));
const told = (assembly: Assembly) => idsOf(runRules(assembly).map(({ ruleId }) => ruleId));

test('six faults that other packs pass over are at least six errors', () => {
  const findings = runRules(
    assemblyFromYaml(`
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    Name: orders
    AuthorizerType: NONE
    ExceptionLevel: DEBUG
    PolicyEngineConfiguration: { Arn: !GetAtt Engine.PolicyEngineArn, Mode: LOG_ONLY }
Engine: { Type: AWS::BedrockAgentCore::PolicyEngine, Properties: { Name: orders } }
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    PolicyEngineId: !GetAtt Engine.PolicyEngineId
    ValidationMode: IGNORE_ALL_FINDINGS
    Definition: { Cedar: { Statement: 'permit(principal, action, resource);' } }
Provider:
  Type: AWS::BedrockAgentCore::OAuth2CredentialProvider
  Properties: { Name: crm, Oauth2ProviderConfigInput: { GithubOauth2ProviderConfig: { ClientId: a, ClientSecret: not-a-real-secret } } }
`),
  );
  const errors = idsOf(findings.filter(({ severity }) => severity === 'error').map(({ ruleId }) => ruleId));

  expect([...errors]).toEqual(expect.arrayContaining(['IN01', 'AZ02', 'AZ06', 'AZ07', 'OUT04', 'LP15']));
  expect(idsOf(findings.map(({ ruleId }) => ruleId))).toEqual(
    new Set([...errors, 'IN15', 'IN16', 'AZ16', 'LP01', 'LP11', 'LP16', ...errors]),
  );
});

/** `new Gateway()` of aws-cdk-lib with one Lambda target, and an engine if asked for. */
function stockL2(withEngine = false): object {
  const stack = new Stack();
  const engine = withEngine ? new PolicyEngine(stack, 'Engine', {}) : undefined;
  const gateway = new Gateway(stack, 'Gw', engine && { policyEngineConfiguration: { policyEngine: engine } });
  gateway.addLambdaTarget('Orders', {
    gatewayTargetName: 'orders',
    lambdaFunction: new LambdaFunction(stack, 'Fn', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('x'),
    }),
    toolSchema: ToolSchema.fromInline([
      { name: 'get_order', description: 'Gets one order.', inputSchema: { type: SchemaDefinitionType.OBJECT } },
    ]),
  });
  return Template.fromStack(stack).toJSON();
}

const STARTER = readFileSync(join(__dirname, '../fixtures/templates/stock/starter-toolkit.yaml'), 'utf8');
const TEMPLATES = { l2: assemblyOf(stockL2()), starter: assemblyFromYaml(STARTER.replace(/^.*?Resources:\n/s, '')) };
type Column = keyof typeof TEMPLATES;

/** The score card of the catalogue, row by row: what a review of both found. */
const CATALOGUE: readonly (readonly [ids: string, l2: 'pass' | 'fail', starter: 'pass' | 'fail'])[] = [
  ['IN01 IN09 OUT01 AZ16 LP01', 'pass', 'pass'],
  ['IN03', 'pass', 'pass'],
  ['IN04 IN05 IN10 IN11 IN12 IN15 IN16', 'fail', 'fail'],
  ['AZ01 AZ02', 'fail', 'fail'],
  ['LP02', 'pass', 'fail'],
  ['LP03', 'fail', 'fail'],
  ['LP04', 'pass', 'fail'],
  ['LP08', 'pass', 'pass'],
  ['LP11 LP14 LP15 LP16', 'fail', 'fail'],
];

/** Where the rules say another thing than the score card, and what in the template they go by. Tests below show it. */
const DEPARTURES: { readonly [cell: string]: string } = {
  'LP01 l2': 'the role has a second statement of trust, without any condition',
  'LP01 starter': 'aws:SourceArn ends with :*, so that every AgentCore resource of the account may assume the role',
  'IN10 starter': 'the resource server has one scope, so that the client cannot hold a part of them',
  'AZ16 starter': 'the toolkit sets exceptionLevel to DEBUG',
  'AZ02 l2': 'there is no mode without an engine, and AZ01 says that there is none',
  'AZ02 starter': 'there is no mode without an engine, and AZ01 says that there is none',
};

const CELLS = CATALOGUE.flatMap(([ids, l2, starter]) =>
  ids.split(' ').flatMap((id) => [
    { id, column: 'l2' as Column, score: l2 },
    { id, column: 'starter' as Column, score: starter },
  ]),
);
const other = { pass: 'fail', fail: 'pass' } as const;

describe('score card', () => {
  const found = { l2: told(TEMPLATES.l2), starter: told(TEMPLATES.starter) };

  test.each(CELLS)('$id of $column: the catalogue says $score', ({ id, column, score }) => {
    const expected = `${id} ${column}` in DEPARTURES ? other[score] : score;

    expect(found[column].has(id) ? 'fail' : 'pass').toBe(expected);
  });

  test('every departure is one of a cell', () => {
    const cells = CELLS.map(({ id, column }) => `${id} ${column}`);

    expect(Object.keys(DEPARTURES).filter((cell) => !cells.includes(cell))).toEqual([]);
  });

  test('with an engine the stock construct passes AZ01 and AZ02: it enforces', () => {
    const ids = told(assemblyOf(stockL2(true)));

    expect(ids).not.toContain('AZ01');
    expect(ids).not.toContain('AZ02');
    expect(JSON.stringify(stockL2(true))).toContain('"Mode":"ENFORCE"');
  });

  test('both are told more than the score card has', () => {
    expect([...found.l2].filter((id) => !CELLS.some((cell) => cell.id === id))).toEqual(['LP10']);
    expect([...found.starter].filter((id) => !CELLS.some((cell) => cell.id === id))).toEqual([
      'IN14',
      'OUT08',
      'AZ17',
      'LP10',
    ]);
  });
});

describe('what the departures go by', () => {
  const resource = (assembly: Assembly, type: string) =>
    Object.values(assembly.stacks[0]!.template.Resources).find(({ Type }) => Type === type)!.Properties as never as {
      readonly [name: string]: never;
    };
  const trust = (assembly: Assembly) =>
    Object.values(assembly.stacks[0]!.template.Resources)
      .map(({ Properties }) => Properties?.AssumeRolePolicyDocument as { Statement: Record<string, unknown>[] })
      .find((document) => JSON.stringify(document)?.includes('bedrock-agentcore.amazonaws.com'))!.Statement;

  test('the stock construct trusts the service without a condition, and again with one', () => {
    expect(trust(TEMPLATES.l2).map(({ Condition }) => Condition === undefined)).toEqual([true, false]);
  });

  test('the stock construct passes LP01 without its first statement, under a name in lower case', () => {
    const template = stockL2() as {
      Resources: { [id: string]: { Type: string; Properties: Record<string, unknown> } };
    };
    const role = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::IAM::Role')!;
    expect(role.Properties.Description).toContain('AgentCore Gateway');
    const document = role.Properties.AssumeRolePolicyDocument as { Statement: unknown[] };
    document.Statement.shift();
    const fixed = JSON.parse(JSON.stringify(template).replace(/gateway\/\w+\*/, 'gateway/gw-*'));
    for (const each of Object.values(fixed.Resources) as { Type: string; Properties: Record<string, unknown> }[])
      if (each.Type === 'AWS::BedrockAgentCore::Gateway') each.Properties.Name = 'gw';

    expect(told(assemblyOf(fixed))).not.toContain('LP01');
  });

  test('the toolkit shows errors, and has one scope and any source', () => {
    expect(resource(TEMPLATES.starter, 'AWS::BedrockAgentCore::Gateway').ExceptionLevel).toBe('DEBUG');
    expect(resource(TEMPLATES.starter, 'AWS::Cognito::UserPoolResourceServer').Scopes).toHaveLength(1);
    expect(JSON.stringify(trust(TEMPLATES.starter))).toContain('${AWS::AccountId}:*');
  });

  test('neither has an engine, whose mode could be judged', () => {
    for (const assembly of Object.values(TEMPLATES))
      expect(JSON.stringify(assembly.stacks[0]!.template)).not.toContain('PolicyEngineConfiguration');
  });
});

test('a gateway of the @aws/agentcore-cdk kind: open by default, and its role without trust conditions', () => {
  const told = idsOf(
    runRules(
      assemblyFromYaml(`
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { Name: orders, RoleArn: !GetAtt Role.Arn, AuthorizerType: NONE, ProtocolType: MCP } }
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: bedrock-agentcore.amazonaws.com }, Action: sts:AssumeRole }] }
    Policies:
      - PolicyDocument:
          Statement:
            - { Effect: Allow, Action: bedrock-agentcore:GetResourceApiKey, Resource: "arn:aws:bedrock-agentcore:eu-west-1:111122223333:token-vault/default/apikeycredentialprovider/*" }
            - { Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:bedrock-agentcore-identity!*" }
`),
    ).map(({ ruleId }) => ruleId),
  );

  for (const id of ['IN01', 'LP01', 'OUT08', 'AZ01']) expect(told).toContain(id);
});
