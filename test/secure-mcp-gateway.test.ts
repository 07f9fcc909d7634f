import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Inbound, SecureMcpGateway, ToolHandler, ToolSchema } from 'cdk-secure-mcp';
import { build } from '../examples/quickstart/app';
import { GatewayApp, schema } from './support/gateway-app';

const quickstart = Template.fromStack(build(new App()));
const resources = quickstart.toJSON().Resources as Record<string, Resource>;

interface Resource {
  Type: string;
  Properties: Record<string, never>;
  DependsOn?: string[];
}

function ofType(type: string): [string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

function statementsOf(roleId: string): { Action: unknown; Resource: unknown; Sid?: string }[] {
  const inline = resources[roleId]!.Properties as { Policies?: { PolicyDocument: { Statement: never[] } }[] };
  const attached = ofType('AWS::IAM::Policy').filter(([, policy]) =>
    JSON.stringify(policy).includes(`"Ref":"${roleId}"`),
  );
  return [
    ...(inline.Policies ?? []).flatMap((policy) => policy.PolicyDocument.Statement),
    ...attached.flatMap(
      ([, policy]) =>
        (policy.Properties as never as { PolicyDocument: { Statement: never[] } }).PolicyDocument.Statement,
    ),
  ];
}

const idOf = (type: string, part: string) => ofType(type).find(([id]) => id.includes(part))![0];

describe('layer 1: inbound', () => {
  test('the gateway accepts access tokens of its own clients with its own scopes', () => {
    quickstart.hasResourceProperties('AWS::BedrockAgentCore::Gateway', {
      AuthorizerType: 'CUSTOM_JWT',
      AuthorizerConfiguration: {
        CustomJWTAuthorizer: {
          AllowedClients: [
            { Ref: Match.stringLikeRegexp('Agentsupport') },
            { Ref: Match.stringLikeRegexp('Agentreporting') },
          ],
          AllowedScopes: ['order-support/order-list', 'order-support/order-lookup', 'order-support/order-refund'],
          CustomClaims: [
            {
              InboundTokenClaimName: 'token_use',
              InboundTokenClaimValueType: 'STRING',
              AuthorizingClaimMatchValue: {
                ClaimMatchOperator: 'EQUALS',
                ClaimMatchValue: { MatchValueString: 'access' },
              },
            },
          ],
        },
      },
    });
  });

  test('each agent has one confidential client with exactly the scopes of its permits', () => {
    const clients = ofType('AWS::Cognito::UserPoolClient');

    expect(clients).toHaveLength(2);
    quickstart.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      ClientName: 'support',
      AllowedOAuthFlows: ['client_credentials'],
      GenerateSecret: true,
      AllowedOAuthScopes: ['order-support/order-list', 'order-support/order-lookup', 'order-support/order-refund'],
    });
    quickstart.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      ClientName: 'reporting',
      AllowedOAuthScopes: ['order-support/order-list'],
    });
  });

  test('the pool is closed: no self sign-up, MFA, threat protection, deletion protection', () => {
    quickstart.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: 'ACTIVE',
      MfaConfiguration: 'ON',
      UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
    });
  });
});

describe('layer 2: outbound', () => {
  test('the gateway role is trusted for this gateway of this account only', () => {
    const role = resources[idOf('AWS::IAM::Role', 'Outbound')]!;

    expect(role.Properties).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
    expect(JSON.stringify(role)).toContain(':gateway/order-support-??????????');
  });

  test('it invokes the three aliases and nothing else', () => {
    const [invoke] = statementsOf(idOf('AWS::IAM::Role', 'Outbound')).filter(
      (s) => s.Action === 'lambda:InvokeFunction',
    );
    const aliases = ofType('AWS::Lambda::Alias').map(([id]) => ({ Ref: id }));

    expect(invoke!.Resource).toEqual(aliases);
    expect(aliases).toHaveLength(3);
  });

  test('no statement has a wildcard resource beyond the ten character suffix', () => {
    for (const statement of statementsOf(idOf('AWS::IAM::Role', 'Outbound'))) {
      const text = JSON.stringify([statement.Resource, statement.Action]);
      expect(text.replace('order-support-??????????', '')).not.toMatch(/[*?]/);
    }
  });

  test('each target names the gateway role as its credential', () => {
    for (const [, target] of ofType('AWS::BedrockAgentCore::GatewayTarget')) {
      expect(target.Properties).toMatchObject({
        CredentialProviderConfigurations: [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }],
      });
    }
  });
});

describe('layer 3: authorization', () => {
  test('the engine enforces', () => {
    quickstart.hasResourceProperties('AWS::BedrockAgentCore::Gateway', {
      PolicyEngineConfiguration: { Mode: 'ENFORCE' },
    });
  });

  test('there is one active permit per tool, analyzed at deployment', () => {
    const policies = ofType('AWS::BedrockAgentCore::Policy');

    expect(policies).toHaveLength(3);
    for (const [, policy] of policies) {
      expect(policy.Properties).toMatchObject({ EnforcementMode: 'ACTIVE', ValidationMode: 'FAIL_ON_ANY_FINDINGS' });
    }
  });
});

describe('layer 4: least privilege', () => {
  test.each([
    ['order-lookup', ['dynamodb:GetItem'], /^\{"Fn::GetAtt":\["Orders[0-9A-F]+","Arn"\]\}$/],
    ['order-list', ['dynamodb:Query'], /index\/byCustomer"\]\]\}$/],
    ['order-refund', ['dynamodb:UpdateItem'], /^\{"Fn::GetAtt":\["Orders[0-9A-F]+","Arn"\]\}$/],
  ])('the role of %s has only its declared access, its logs and its environment key', (tool, actions, resource) => {
    const statements = statementsOf(idOf('AWS::IAM::Role', tool.replace('-', '')));

    expect(statements.flatMap((statement) => statement.Action)).toEqual([
      ...actions,
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'kms:Decrypt',
    ]);
    expect(JSON.stringify(statements[0]!.Resource)).toMatch(resource);
    expect(JSON.stringify(statements.map((s) => s.Resource))).not.toContain('*');
  });

  test('no role has a managed policy', () => {
    for (const [, role] of ofType('AWS::IAM::Role')) expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('deployment order', () => {
  test('the gateway waits for its role policy, targets for the policy, permits for gateway and target', () => {
    const gatewayId = ofType('AWS::BedrockAgentCore::Gateway')[0]![0];
    const rolePolicy = idOf('AWS::IAM::Policy', 'Outbound');

    expect(resources[gatewayId]!.DependsOn).toContain(rolePolicy);
    for (const [, target] of ofType('AWS::BedrockAgentCore::GatewayTarget')) {
      expect(target.DependsOn).toContain(rolePolicy);
    }
    for (const [id, policy] of ofType('AWS::BedrockAgentCore::Policy')) {
      const target = id.replace(/Policy[0-9A-F]+$/, 'Target');
      expect(policy.DependsOn).toContain(gatewayId);
      expect(policy.DependsOn!.some((dependency) => dependency.startsWith(target))).toBe(true);
    }
  });

  test('at most five targets deploy at once', () => {
    const { gateway, ...app } = withTools(8);
    const template = app.shop.template().toJSON().Resources as Record<string, Resource>;
    const targets = Object.entries(template).filter(([, r]) => r.Type === 'AWS::BedrockAgentCore::GatewayTarget');
    const free = targets.filter(
      ([, t]) => !t.DependsOn!.some((d) => template[d]!.Type === 'AWS::BedrockAgentCore::GatewayTarget'),
    );

    expect(gateway).toBeDefined();
    expect(free).toHaveLength(5);
  });
});

function withTools(count: number) {
  const shop = new GatewayApp();
  const agent = shop.gateway.addAgent('robot');
  for (let i = 0; i < count; i++) shop.addTool(`tool-${i}`).permit(agent);
  return { shop, gateway: shop.gateway };
}

describe('bad input', () => {
  test('all problems of one synthesis are reported together', () => {
    const shop = new GatewayApp('Shop_Gateway');
    shop.addTool('look_up');
    shop.addTool('refund', { handler: ToolHandler.fromEntry('does/not/exist.ts') });
    shop.addTool('refund');
    shop.gateway.addAgent('robot');
    shop.gateway.addAgent('robot');

    const error = shop.synthError();

    for (const code of [
      'GATEWAY_NAME',
      'TOOL_NAME',
      'TOOL_DUPLICATE',
      'HANDLER_NOT_FOUND',
      'TOOL_UNREACHABLE',
      'AGENT_DUPLICATE',
      'AGENT_WITHOUT_PERMIT',
    ]) {
      expect(error).toContain(`[${code}]`);
    }
    expect(error).toContain('"shop-gateway"');
    expect(error).toContain('"look-up"');
    expect(error).toContain('"does/not/exist.ts"');
    expect(error).toContain('Shop/Gateway');
  });

  test.each([
    [
      'an unknown argument',
      (t: ReturnType<GatewayApp['addTool']>) => t.arg('amuont').atMost(5),
      'TOOL_ARGUMENT_UNKNOWN',
      "Did you mean 'amount'",
    ],
    [
      'a string compared with a number',
      (t: ReturnType<GatewayApp['addTool']>) => t.arg('id').atMost(5),
      'CONDITION_TYPE',
      'id',
    ],
  ])('a permit on %s', (_name, condition, code, fragment) => {
    const shop = new GatewayApp();
    const agent = shop.gateway.addAgent('robot');
    const tool = shop.addTool('refund', {
      input: schema({ id: { type: 'string' }, amount: { type: 'number' } }, ['id', 'amount']),
    });
    tool.permit(agent, { when: [condition(tool)] });

    const error = shop.synthError();

    expect(error).toContain(`[${code}]`);
    expect(error).toContain(fragment);
    expect(error).toContain('refund');
  });

  test('a permit on an existing argument of the right type is no problem', () => {
    const shop = new GatewayApp();
    const agent = shop.gateway.addAgent('robot');
    const tool = shop.addTool('refund', {
      input: schema({ id: { type: 'string' }, amount: { type: 'number' } }, ['id', 'amount']),
    });
    tool.permit(agent, { when: [tool.arg('amount').between(0.01, 5)] });

    expect(() => shop.app.synth()).not.toThrow();
  });

  test('a schema keyword that the service does not carry', () => {
    const shop = new GatewayApp();
    const agent = shop.gateway.addAgent('robot');
    shop.addTool('refund', { input: schema({ id: { oneOf: [] } }) }).permit(agent);

    expect(shop.synthError()).toMatch(/oneOf.*\[SCHEMA_KEYWORD\]/);
  });

  test('a schema file that does not exist', () => {
    const shop = new GatewayApp();
    const agent = shop.gateway.addAgent('robot');
    shop.addTool('refund', { input: ToolSchema.fromFile('no/such.json') }).permit(agent);

    expect(shop.synthError()).toMatch(/no\/such\.json.*\[SCHEMA_INVALID\]/);
  });

  test('a handler that does not bundle names the file and the line', () => {
    const shop = new GatewayApp();
    const agent = shop.gateway.addAgent('robot');
    const broken = `${__dirname}/fixtures/handlers-broken/imports-nothing.js`;
    shop.addTool('refund', { handler: ToolHandler.fromEntry(broken) }).permit(agent);

    expect(shop.synthError()).toMatch(/Could not resolve "\.\/nowhere".*imports-nothing\.js:1.*\[HANDLER_BUNDLE\]/);
  });

  test('without a name, the gateway gets a lower case one from its path', () => {
    const { stack } = new GatewayApp();
    const gateway = new SecureMcpGateway(stack, 'MyGateway', { inbound: Inbound.cognito() });

    expect(gateway.gatewayName).toMatch(/^([0-9a-z]-?){1,48}$/);
  });
});
