import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import {
  build,
  expectedCodes,
  FITTING,
  FRONTS,
  type Front,
  PAIRS,
  type Pair,
  PRINCIPAL,
} from './support/every-combination';
import { ALLOWED } from './support/remote-targets';
import { RenderedRole, type RenderedTemplate } from './support/rendered-role';

/** What each credential looks like in a template, where it is allowed. */
const SHAPES: { readonly [credential: string]: unknown } = {
  gatewayRole: [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }],
  iam: signed('execute-api'),
  apiKey: [
    {
      CredentialProviderType: 'API_KEY',
      CredentialProvider: {
        ApiKeyCredentialProvider: {
          ProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/ApiKeyProvider/), 'CredentialProviderArn'] },
          CredentialLocation: 'HEADER',
          CredentialParameterName: 'X-Api-Key',
        },
      },
    },
  ],
  clientCredentials: oauth('CLIENT_CREDENTIALS'),
  authorizationCode: oauth('AUTHORIZATION_CODE', { DefaultReturnUrl: 'https://app.example.com/return' }),
  tokenExchange: oauth('TOKEN_EXCHANGE'),
  unauthenticated: undefined,
};

/** Functions, gateways and runtimes are called as the gateway's role, the latter two signed. */
function shapeOf({ kind, credential }: Pair): unknown {
  if (credential !== 'its own') return SHAPES[credential];
  return kind === 'Lambda' ? SHAPES.gatewayRole : signed('bedrock-agentcore');
}

function signed(service: string) {
  return [
    {
      CredentialProviderType: 'GATEWAY_IAM_ROLE',
      CredentialProvider: { IamCredentialProvider: { Service: service } },
    },
  ];
}

function oauth(grantType: string, more = {}) {
  const provider = {
    ProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/OAuth2Provider/), 'CredentialProviderArn'] },
    Scopes: ['tickets.read'],
    GrantType: grantType,
    ...more,
  };
  return [{ CredentialProviderType: 'OAUTH', CredentialProvider: { OauthCredentialProvider: provider } }];
}

const AUTHORIZER: { readonly [inbound: string]: string } = {
  cognito: 'CUSTOM_JWT',
  oidc: 'CUSTOM_JWT',
  iam: 'AWS_IAM',
  authenticateOnly: 'AUTHENTICATE_ONLY',
  unauthenticated: 'NONE',
};
const STATEMENT: { readonly [principal: string]: RegExp } = {
  token: /principal is AgentCore::OAuthUser/,
  signature: /principal is AgentCore::IamEntity/,
  nobody: /permit \(\\n\s*principal,/,
};

test('the table speaks of every combination', () => {
  expect([FRONTS.length, PAIRS.length]).toEqual([5 * 5, 5 * 7 + 3]);
  expect(FITTING.map(({ front: { inbound, agent }, pairs }) => [inbound, agent, pairs.length])).toEqual([
    ['cognito', 'machine', 25],
    ['cognito', 'interactive', 25],
    ['oidc', 'external', 25],
    ['iam', 'IAM role', 20],
    ['authenticateOnly', 'IAM role', 20],
    ['unauthenticated', 'anyone', 17],
  ]);
});

test('what does not fit together ends with exactly the codes that say so, all at once', () => {
  const app = new App();
  for (const front of FRONTS) build(app, front, PAIRS);
  const lines = errorOf(app).matchAll(/^(.*)\[([A-Z_]+)\] \(at (?:\S+:\d+:\d+, )?((Case\d+x)\/[^)\n]*)\)/gm);
  const found = [...lines].map(([, text, code, at, id]) => ({ text, code: code!, at: at!, id }));
  const said = (front: Front, pair: Pair) => {
    const mine = found.filter(({ id }) => id === front.id);
    const ofAgent = mine.filter(({ code }) => code === 'AGENT_KIND');
    const ofTarget = mine.filter(({ at }) => at.split('/').includes(pair.name));
    return [...new Set([...ofAgent, ...ofTarget].map(({ code }) => code))].sort();
  };
  const all = FRONTS.flatMap((front) => PAIRS.map((pair) => ({ front, pair })));
  const row = (codes: (front: Front, pair: Pair) => string[]) =>
    all.map(({ front, pair }) => `${Object.values({ ...front, ...pair }).join(', ')}: ${codes(front, pair).join(' ')}`);

  expect(row(said)).toEqual(row(expectedCodes));
  for (const { kind, credential, name } of PAIRS) {
    if (!(kind in ALLOWED) || ALLOWED[kind]!.includes(credential)) continue;
    const instead = ALLOWED[kind]!.map((each) => `Outbound.${each}`).join(' or ');
    const texts = found.filter(({ at }) => at.split('/').includes(name)).map(({ text }) => text);
    expect(texts.join('\n')).toContain(`got "Outbound.${credential}". Use ${instead} `);
  }
});

test('a template that the registry would refuse fails, so the script that lints the table finds something', () => {
  const registry = {
    '@aws-cdk/core:validateAgainstDefaultRules': true,
    '@aws-cdk/core:strictCfnValidateErrors': true,
  };
  const app = new App({ postCliContext: registry });
  const [{ front, pairs }] = FITTING as [(typeof FITTING)[number]];
  build(app, front, [pairs[0]!]);
  const [target] = app.node.findAll().filter((node): node is CfnGatewayTarget => node instanceof CfnGatewayTarget);
  target!.addPropertyDeletionOverride('TargetConfiguration');

  const { CDK_VALIDATION } = process.env;
  process.env.CDK_VALIDATION = 'true';
  const said = errorOf(app);
  process.env.CDK_VALIDATION = CDK_VALIDATION;
  expect(said).toContain("'TargetConfiguration' is a required property");
});

function errorOf(app: App): string {
  try {
    app.synth();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('what fits together', () => {
  let template: (front: Front) => Template;
  beforeAll(() => {
    const app = new App();
    const stacks = new Map(FITTING.map(({ front, pairs }) => [front.id, build(app, front, pairs)]));
    template = ({ id }) => Template.fromStack(stacks.get(id)!);
  });

  test.each(FITTING.map(({ front, pairs }) => [front.inbound, front.agent, front, pairs] as const))(
    'is rendered behind %s for an agent that is %s',
    (inbound, agent, front, pairs) => {
      const rendered = template(front);
      const [gateway] = Object.values(rendered.findResources('AWS::BedrockAgentCore::Gateway'));

      expect(gateway!.Properties.AuthorizerType).toBe(AUTHORIZER[inbound]);
      rendered.resourceCountIs('AWS::Cognito::UserPoolClient', ['machine', 'interactive'].includes(agent) ? 1 : 0);
      expect(targetsOf(rendered)).toEqual(
        Object.fromEntries(
          pairs.map((pair) => [pair.name, { credential: shapeOf(pair), principal: PRINCIPAL[inbound] }]),
        ),
      );
    },
  );

  test.each(FITTING.map(({ front }) => [front.inbound, front.agent, front] as const))(
    'behind %s for an agent that is %s the role of the gateway names what it reaches',
    (_inbound, _agent, front) => {
      const { statements } = RenderedRole.find(template(front).toJSON() as RenderedTemplate, 'GatewayOutbound');
      const named = statements.flatMap(({ Action, Resource }) => [Action, Resource].flat() as string[]);

      expect(statements.length).toBeGreaterThan(10);
      // The ten characters that the service appends to the name are known once it is deployed.
      expect(named.filter((each) => /[*?]/.test(each.replace(/\/shop-\?{10}$/, '')))).toEqual([]);
      expect(named.filter((each) => /ForUserId|CompleteResourceTokenAuth/.test(each))).toEqual([]);
    },
  );
});

/** By name of the target: how it is called, and who its policy speaks of. */
function targetsOf(template: Template): object {
  const policies = Object.values(template.findResources('AWS::BedrockAgentCore::Policy')).map(({ Properties }) => {
    const { Statement } = Properties.Definition.Cedar;
    return JSON.stringify(Statement['Fn::Join']?.[1] ?? Statement);
  });
  const targets = Object.values(template.findResources('AWS::BedrockAgentCore::GatewayTarget'));
  return Object.fromEntries(
    targets.map(({ Properties: { Name, CredentialProviderConfigurations } }) => {
      const policy = policies.find((text) => text.includes(`Action::\\"${Name}___`)) ?? '';
      const principal = Object.keys(STATEMENT).find((kind) => STATEMENT[kind]!.test(policy));
      return [Name, { credential: CredentialProviderConfigurations, principal }];
    }),
  );
}
