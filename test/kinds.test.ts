import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CallbackUrl, Caller, type ICaller, Inbound, IssuerScopes, SecureMcpGateway } from 'cdk-secure-mcp';
import { Construct } from 'constructs';
import { ALLOWED, CREDENTIALS, TARGETS } from './support/remote-targets';

/** Off in other tests, for its time; `npm run test:templates` has it on for all. */
process.env.CDK_VALIDATION = 'true';

const REGISTRY = { '@aws-cdk/core:validateAgainstDefaultRules': true, '@aws-cdk/core:strictCfnValidateErrors': true };
const REASON = 'A public catalogue of products, read only';

/** Every inbound kind with every kind of caller that fits it; whoever does not fit is refused elsewhere. */
const DOORS: { readonly [name: string]: { inbound: () => Inbound; caller: (gateway: SecureMcpGateway) => ICaller } } = {
  'cognito, machine': { inbound: () => Inbound.cognito(), caller: (gateway) => gateway.addAgent('robot') },
  'cognito, interactive': {
    inbound: () => Inbound.cognito(),
    caller: (gateway) =>
      gateway.addInteractiveAgent('desktop', { callbackUrls: [CallbackUrl.https('https://agent.example.com/cb')] }),
  },
  'oidc, external': {
    inbound: () =>
      Inbound.oidc({
        issuer: 'https://id.example.com/tenant',
        audience: ['https://mcp.example.com'],
        scopes: IssuerScopes.perTool(),
      }),
    caller: (gateway) => gateway.addExternalAgent('partner', { clientId: 'partner-client' }),
  },
  'iam, role': { inbound: () => Inbound.iam(), caller: roleOf },
  'authenticateOnly, role': { inbound: () => Inbound.authenticateOnly({ reason: REASON }), caller: roleOf },
  'unauthenticated, anybody': {
    inbound: () => Inbound.unauthenticated({ reason: REASON }),
    caller: () => Caller.unauthenticated(),
  },
};

function roleOf(gateway: SecureMcpGateway): ICaller {
  return Caller.iamRole(new Role(gateway, 'Robot', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
}

/** What each credential looks like in a template, where it is allowed. */
const SHAPES: { readonly [credential: string]: unknown } = {
  gatewayRole: [{ CredentialProviderType: 'GATEWAY_IAM_ROLE' }],
  iam: [
    {
      CredentialProviderType: 'GATEWAY_IAM_ROLE',
      CredentialProvider: { IamCredentialProvider: { Service: 'execute-api' } },
    },
  ],
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

function oauth(grantType: string, more = {}) {
  const provider = {
    ProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/OAuth2Provider/), 'CredentialProviderArn'] },
    Scopes: ['tickets.read'],
    GrantType: grantType,
    ...more,
  };
  return [{ CredentialProviderType: 'OAUTH', CredentialProvider: { OauthCredentialProvider: provider } }];
}

/** One argument of each tool that has any; a permit for anybody has to bound it. */
const ARGUMENTS: { readonly [tool: string]: string } = { getTicket: 'id', search_docs: 'query', GetPart: 'partId' };

/** Only these doors let in tokens, without which nobody can act for a user. */
const WITH_TOKENS = ['cognito, machine', 'cognito, interactive', 'oidc, external'];
const FOR_USERS = ['authorizationCode', 'tokenExchange'];

const pairs = Object.keys(TARGETS).flatMap((kind) =>
  Object.keys(CREDENTIALS).map((credential) => ({ kind, credential })),
);
type Pair = (typeof pairs)[number];
const nameOf = ({ kind, credential }: Pair) => `${kind}-${credential}`.replace(/[^A-Za-z]+/g, '-').replace(/-$/, '');
const whyNot = (door: string, { kind, credential }: Pair): string | undefined => {
  if (!ALLOWED[kind]!.includes(credential)) {
    const instead = ALLOWED[kind]!.map((each) => `Outbound.${each}`).join(' or ');
    return `got "Outbound.${credential}". Use ${instead} [OUTBOUND_COMBINATION]`;
  }
  // Its operation has no argument that could be bounded.
  if (door === 'unauthenticated, anybody' && kind === 'API Gateway') return 'is permitted to anyone with any arguments';
  if (FOR_USERS.includes(credential) && !WITH_TOKENS.includes(door)) return 'callers of this gateway have none';
  return undefined;
};

/** A gateway with a target for each of these pairs, checked against the schemas of CloudFormation's registry. */
function gatewayWith(door: string, of: readonly Pair[]): App {
  const app = new App({ postCliContext: REGISTRY });
  const stack = new Stack(app, 'Shop');
  const { inbound, caller } = DOORS[door]!;
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'shop', inbound: inbound() });
  const who = caller(gateway);
  for (const pair of of) {
    const scope = new Construct(stack, nameOf(pair));
    const target = TARGETS[pair.kind]!(scope, CREDENTIALS[pair.credential]!(scope));
    for (const tool of gateway.addTarget(nameOf(pair), target).tools) {
      const argument = ARGUMENTS[tool.toolName];
      tool.permit(who, argument === undefined ? {} : { when: [tool.arg(argument).equalTo('a-1')] });
    }
  }
  return app;
}

const errorOf = (app: App): string => {
  try {
    app.synth();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe.each(Object.keys(DOORS))('%s', (door) => {
  test('every pair of target and credential that the service takes is rendered', () => {
    const good = pairs.filter((pair) => whyNot(door, pair) === undefined);
    const app = gatewayWith(door, good);
    const template = Template.fromJSON(app.synth().getStackByName('Shop').template);

    const targets = Object.values(template.findResources('AWS::BedrockAgentCore::GatewayTarget'));
    const rendered = targets.map(({ Properties }) => [Properties.Name, Properties.CredentialProviderConfigurations]);
    expect(Object.fromEntries(rendered)).toEqual(
      Object.fromEntries(good.map((pair) => [nameOf(pair), SHAPES[pair.credential]])),
    );
    expect(good).toHaveLength(WITH_TOKENS.includes(door) ? 22 : door.startsWith('un') ? 14 : 17);
  });

  test('every other pair is refused, each by its own error', () => {
    const bad = pairs.filter((pair) => whyNot(door, pair) !== undefined);
    const lines = errorOf(gatewayWith(door, bad)).split('\n');

    for (const pair of bad) {
      const own = lines.filter((line) => line.includes(`${nameOf(pair)})`) || line.includes(`${nameOf(pair)}/`));
      expect(own.join('\n')).toContain(whyNot(door, pair));
    }
  });
});

test('a template that the registry would refuse fails, so the checks above are made', () => {
  const app = gatewayWith('cognito, machine', [{ kind: 'OpenAPI', credential: 'apiKey' }]);
  const [target] = app.node.findAll().filter((node) => node.node.path.endsWith('OpenAPI-apiKey/Target'));
  (target as CfnGatewayTarget).addPropertyDeletionOverride('TargetConfiguration');

  expect(errorOf(app)).toContain("'TargetConfiguration' is a required property");
});
