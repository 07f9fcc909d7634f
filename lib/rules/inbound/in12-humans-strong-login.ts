import { asList, type ModelResource, within } from '../../assembly/template-model';
import { issuerClients } from '../gateways';
import { asNumber, at, isTrue, judge, openPart, texts } from '../read';
import { defineRule, type Outcome, undecided } from '../rule';

export const in12 = defineRule({
  id: 'IN12',
  name: 'humans-strong-login',
  layer: 'inbound',
  level: 'medium',
  summary: 'People log in with less than a strong password, a second factor and threat protection',
  explanation: 'One guessed or reused password is then enough to act through every tool that the person may call.',
  fix: 'Set MfaConfiguration ON, a password policy of 12 characters with classes, UserPoolTier PLUS with AdvancedSecurityMode ENFORCED, DeletionProtection ACTIVE; on a client of an agent set ExplicitAuthFlows to ALLOW_REFRESH_TOKEN_AUTH alone',
  acknowledge: 'When people log in through a federated provider that does all of this.',
  references: [
    'https://docs.aws.amazon.com/cognito/latest/developerguide/managing-security.html',
    'https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html',
  ],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['03', '09'],
    wellArchitected: ['SEC02-BP01'],
    nist80053: ['IA-2(1)', 'IA-5(1)', 'AC-7'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool, Properties: { MfaConfiguration: "OFF" } }
Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Pool, AllowedOAuthFlows: [code] } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool:
  Type: AWS::Cognito::UserPool
  Properties:
    MfaConfiguration: "ON"
    DeletionProtection: ACTIVE
    UserPoolTier: PLUS
    UserPoolAddOns: { AdvancedSecurityMode: ENFORCED }
    Policies:
      PasswordPolicy: { MinimumLength: 14, RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true }
Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Pool, AllowedOAuthFlows: [code] } }
`,
  },
  *evaluate(model) {
    const clients = issuerClients(model);
    for (const pool of new Set(clients.flatMap(({ pool }) => pool ?? []))) {
      const ofPool = clients.filter((each) => each.pool === pool).map(({ client }) => client);
      const weaknesses = [...weaknessesOf(pool)];
      if (ofPool.some((client) => texts(at(client, 'AllowedOAuthFlows')).includes('code'))) yield* weaknesses;
      else if (weaknesses.length > 0) for (const client of ofPool) yield* loginsOf(client);
    }
  },
});

const FLOWS = 'ExplicitAuthFlows';

/** What a pool accepts at a login, whatever the way. */
function* weaknessesOf(pool: ModelResource): Iterable<Outcome> {
  yield* judge(
    pool,
    'MfaConfiguration',
    (value) => (value === 'ON' ? undefined : `MfaConfiguration is ${String(value ?? 'missing')}`),
    'mfa',
  );
  yield* judge(pool, 'Policies.PasswordPolicy', weakPassword, 'password');
  yield* judge(
    pool,
    'UserPoolTier',
    (value) => (value === 'PLUS' ? undefined : `UserPoolTier is ${String(value ?? 'missing')}`),
    'tier',
  );
  yield* judge(
    pool,
    'UserPoolAddOns.AdvancedSecurityMode',
    (value) => (value === 'ENFORCED' ? undefined : 'threat protection does not act'),
    'threats',
  );
  yield* judge(
    pool,
    'DeletionProtection',
    (value) => (value === 'ACTIVE' ? undefined : 'the pool can be deleted by mistake'),
    'deletion',
  );
}

/** An agent's client that lets people in by the way: one word on the client puts it right, whatever the pool accepts. */
function* loginsOf(client: ModelResource): Iterable<Outcome> {
  const open = openPart(at(client, 'AllowedOAuthFlows'));
  if (open !== undefined) yield undecided(client, 'Properties.AllowedOAuthFlows', open);
  yield* judge(client, FLOWS, passwordLogin, 'login');
}

/** Cognito allows SRP and custom logins where no flow is named; a refresh token alone starts no session. */
function passwordLogin(flows: unknown): string | undefined {
  if (flows === undefined) return `${FLOWS} is not set, so that a name and password are enough with this client, too`;
  const login = asList(flows)
    .map(String)
    .find((flow) => flow !== 'ALLOW_REFRESH_TOKEN_AUTH');
  return login === undefined ? undefined : `${login} lets people log in with this client, too`;
}

function weakPassword(policy: unknown): string | undefined {
  const length = asNumber(within(policy, 'MinimumLength')) ?? 0;
  if (length < 12) return `passwords of ${length || 'any'} characters are accepted`;
  const classes = ['RequireLowercase', 'RequireUppercase', 'RequireNumbers', 'RequireSymbols'];
  const missing = classes.filter((name) => !isTrue(within(policy, name)));
  return missing.length === 0 ? undefined : `${missing.join(', ')} not set`;
}
