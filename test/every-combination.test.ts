import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
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
import { RenderedRole, type RenderedTemplate } from './support/rendered-role';

/** How a target shows the credential in its template. */
const CREDENTIAL_TYPE: { readonly [credential: string]: string | undefined } = {
  gatewayRole: 'GATEWAY_IAM_ROLE',
  'its own': 'GATEWAY_IAM_ROLE',
  iam: 'GATEWAY_IAM_ROLE',
  apiKey: 'API_KEY',
  clientCredentials: 'OAUTH',
  authorizationCode: 'OAUTH',
  tokenExchange: 'OAUTH',
};
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
  const found: { id: string; code: string; at: string }[] = [];
  try {
    app.synth();
  } catch (error) {
    const lines = (error as Error).message.matchAll(/\[([A-Z_]+)\] \(at ((Case\d+x)\/[^)\n]*)\)/g);
    for (const [, code, at, id] of lines) found.push({ id: id!, code: code!, at: at! });
  }
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
});

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
          pairs.map(({ name, credential }) => [
            name,
            { type: CREDENTIAL_TYPE[credential], grant: GRANT[credential], principal: PRINCIPAL[inbound] },
          ]),
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

const GRANT: { readonly [credential: string]: string | undefined } = {
  clientCredentials: 'CLIENT_CREDENTIALS',
  authorizationCode: 'AUTHORIZATION_CODE',
  tokenExchange: 'TOKEN_EXCHANGE',
};

/** By name of the target: how it is called, and who its policy speaks of. */
function targetsOf(template: Template): object {
  const policies = Object.values(template.findResources('AWS::BedrockAgentCore::Policy')).map(({ Properties }) => {
    const { Statement } = Properties.Definition.Cedar;
    return JSON.stringify(Statement['Fn::Join']?.[1] ?? Statement);
  });
  const targets = Object.values(template.findResources('AWS::BedrockAgentCore::GatewayTarget'));
  return Object.fromEntries(
    targets.map(({ Properties: { Name, CredentialProviderConfigurations } }) => {
      const [credential] = CredentialProviderConfigurations ?? [];
      const policy = policies.find((text) => text.includes(`Action::\\"${Name}___`)) ?? '';
      const principal = Object.keys(STATEMENT).find((kind) => STATEMENT[kind]!.test(policy));
      const grant = credential?.CredentialProvider?.OauthCredentialProvider?.GrantType;
      return [Name, { type: credential?.CredentialProviderType, grant, principal }];
    }),
  );
}
