import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type Agent,
  CallbackUrl,
  Caller,
  type ICaller,
  Inbound,
  IssuerScopes,
  type SecureMcpGateway,
} from 'cdk-secure-mcp';
import { GatewayApp } from '../support/gateway-app';

const REASON = 'a public catalogue of products, read only';
const ISSUER = 'https://id.example.com/tenant';

const INBOUND: Record<string, () => Inbound> = {
  cognito: () => Inbound.cognito(),
  oidc: () => Inbound.oidc({ issuer: ISSUER, audience: ['https://mcp.example.com'], scopes: IssuerScopes.perTool() }),
  iam: () => Inbound.iam(),
  authenticateOnly: () => Inbound.authenticateOnly({ reason: REASON }),
  unauthenticated: () => Inbound.unauthenticated({ reason: REASON }),
};

const AGENTS: Record<string, (gateway: SecureMcpGateway) => Agent> = {
  machine: (gateway) => gateway.addAgent('robot'),
  interactive: (gateway) =>
    gateway.addInteractiveAgent('desktop', { callbackUrls: [CallbackUrl.https('https://agent.example.com/cb')] }),
  external: (gateway) => gateway.addExternalAgent('partner', { clientId: 'partner-client' }),
};

const CALLERS: Record<string, (app: GatewayApp) => ICaller> = {
  group: () => Caller.group('support'),
  iamRole: (app) =>
    Caller.iamRole(new Role(app.stack, 'Robot', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') })),
  unauthenticated: () => Caller.unauthenticated(),
};

const fits: [string, string][] = [
  ['cognito', 'machine'],
  ['cognito', 'interactive'],
  ['oidc', 'external'],
];
const callersThatFit: [string, string][] = [
  ['cognito', 'group'],
  ['oidc', 'group'],
  ['iam', 'iamRole'],
  ['authenticateOnly', 'iamRole'],
  ['unauthenticated', 'unauthenticated'],
];
const cases = Object.keys(INBOUND).flatMap((inbound) => Object.keys(AGENTS).map((kind) => [inbound, kind] as const));
const callerCases = Object.keys(INBOUND).flatMap((i) => Object.keys(CALLERS).map((kind) => [i, kind] as const));
const contains = (list: [string, string][], inbound: string, kind: string) =>
  list.some(([i, k]) => i === inbound && k === kind);

describe('every inbound kind with every agent kind', () => {
  test.each(cases)('%s with an agent that is %s', (inbound, kind) => {
    const app = new GatewayApp('shop', { inbound: INBOUND[inbound]!() });
    const agent = AGENTS[kind]!(app.gateway);
    app.addTool('lookup').permit(agent);

    if (contains(fits, inbound, kind)) {
      expect(statement(app.template())).toContain('principal is AgentCore::OAuthUser');
    } else {
      const error = app.synthError();
      expect(error).toContain('[AGENT_KIND]');
      expect(error).toMatch(new RegExp(`agent '${agent.agentName}' does not fit`));
    }
  });
});

describe('every inbound kind with every kind of caller', () => {
  test.each(callerCases)('%s with a permit for %s', (inbound, kind) => {
    const app = new GatewayApp('shop', { inbound: INBOUND[inbound]!() });
    const tool = app.addTool('lookup');
    tool.permit(CALLERS[kind]!(app), { when: [tool.arg('id').equalTo('A1')] });
    if (inbound === 'cognito') app.addTool('search').permit(app.gateway.addAgent('robot'));

    if (contains(callersThatFit, inbound, kind)) {
      const type = { group: 'is AgentCore::OAuthUser', iamRole: 'is AgentCore::IamEntity', unauthenticated: ',' }[kind];
      expect(statement(app.template())).toMatch(new RegExp(`principal ?${type}`));
    } else {
      expect(app.synthError()).toMatch(/tool 'lookup' is permitted to .*who cannot come in.*\[CALLER_KIND\]/);
    }
  });
});

function statement(template: Template): string {
  const [policy] = Object.values(template.findResources('AWS::BedrockAgentCore::Policy'));
  const text = policy!.Properties.Definition.Cedar.Statement;
  return typeof text === 'string' ? text : text['Fn::Join'][1].filter((p: unknown) => typeof p === 'string').join('');
}

describe('a gateway for IAM callers', () => {
  function app() {
    const shop = new GatewayApp('shop', { inbound: Inbound.iam() });
    const role = new Role(shop.stack, 'Robot', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    shop.addTool('lookup').permit(Caller.iamRole(role));
    return { shop, role };
  }

  test('has no authorizer configuration and no user pool', () => {
    const template = app().shop.template();

    template.hasResourceProperties('AWS::BedrockAgentCore::Gateway', {
      AuthorizerType: 'AWS_IAM',
      AuthorizerConfiguration: Match.absent(),
    });
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
  });

  test('grantInvoke is for this gateway only', () => {
    const { shop, role } = app();
    shop.gateway.grantInvoke(role);

    shop.template().hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('Robot') }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'bedrock-agentcore:InvokeGateway',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Gateway'), 'GatewayArn'] },
          },
        ],
      },
    });
  });

  test('limits callers by their IAM principal', () => {
    app()
      .shop.template()
      .hasResourceProperties('AWS::BedrockAgentCore::GatewayRateLimit', {
        DimensionKeys: ['$.context.iam.principal'],
      });
  });

  test('grantInvoke on a gateway that takes tokens is a problem', () => {
    const shop = new GatewayApp();
    shop.addTool('lookup').permit(shop.gateway.addAgent('robot'));
    shop.gateway.grantInvoke(new Role(shop.stack, 'Robot', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));

    expect(shop.synthError()).toMatch(/an IAM principal cannot come in.*\[CALLER_KIND\]/);
  });
});

describe('the weaker choices', () => {
  const weak = {
    'Inbound.authenticateOnly': (reason: string) => Inbound.authenticateOnly({ reason }),
    'Inbound.unauthenticated': (reason: string) => Inbound.unauthenticated({ reason }),
    'IssuerScopes.none': (reason: string) =>
      Inbound.oidc({ issuer: ISSUER, audience: ['https://mcp.example.com'], scopes: IssuerScopes.none({ reason }) }),
  };

  test.each(Object.entries(weak))('%s needs a reason', (name, inbound) => {
    const app = new GatewayApp('shop', { inbound: inbound('because') });

    expect(app.synthError()).toMatch(new RegExp(`${name} needs a reason.*"because".*\\[REASON_MISSING\\]`));
  });

  test.each(Object.entries(weak))('%s stands in the metadata of the gateway with its reason', (name, inbound) => {
    const app = new GatewayApp('shop', { inbound: inbound(REASON) });

    Template.fromStack(app.stack).hasResource('AWS::BedrockAgentCore::Gateway', {
      Metadata: { 'cdk-secure-mcp': { weakenings: [{ weakening: name, reason: REASON }] } },
    });
  });

  test('a normal choice leaves no such mark', () => {
    const app = new GatewayApp();
    app.addTool('lookup').permit(app.gateway.addAgent('robot'));
    const gateways = app.template().findResources('AWS::BedrockAgentCore::Gateway');

    expect(JSON.stringify(Object.values(gateways))).not.toContain('weakening');
  });

  test('without authentication, a permit must bound the arguments', () => {
    const app = new GatewayApp('shop', { inbound: Inbound.unauthenticated({ reason: REASON }) });
    app.addTool('lookup').permit(Caller.unauthenticated());

    expect(app.synthError()).toMatch(/anyone with any arguments.*\[CALLER_KIND\]/);
  });

  test('without authentication, nothing tells callers apart for a limit', () => {
    const app = new GatewayApp('shop', { inbound: Inbound.unauthenticated({ reason: REASON }) });

    app.template().resourceCountIs('AWS::BedrockAgentCore::GatewayRateLimit', 0);
  });
});
