import { isUnknown } from '../../assembly/resolve';
import type { ModelResource } from '../../assembly/template-model';
import { issuerClients } from '../gateways';
import { asNumber, at, isFalse, isTrue, judge, texts } from '../read';
import { defineRule, type Outcome, undecided } from '../rule';

export const in11 = defineRule({
  id: 'IN11',
  name: 'short-revocable-tokens',
  layer: 'inbound',
  level: 'medium',
  summary: 'Tokens live too long or cannot be revoked',
  explanation: 'A stolen token works until it expires: neither the gateway nor the tool asks the issuer again.',
  fix: 'Set AccessTokenValidity to 15 with TokenValidityUnits AccessToken: minutes, refresh tokens to 7 days at most, with rotation for public clients',
  acknowledge: 'When a client cannot renew tokens as often; give the longest time it needs.',
  limits: 'Without TokenValidityUnits, AccessTokenValidity counts hours.',
  references: [
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html',
  ],
  frameworks: {
    owaspMcp: ['01'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP05', 'SEC02-BP02'],
    nist80053: ['IA-5(13)', 'AC-12'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool }
Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Pool, AccessTokenValidity: 24 } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool }
Client:
  Type: AWS::Cognito::UserPoolClient
  Properties: { UserPoolId: !Ref Pool, AccessTokenValidity: 15, TokenValidityUnits: { AccessToken: minutes } }
`,
  },
  *evaluate(model, { options }) {
    for (const { client } of issuerClients(model)) {
      const human = texts(at(client, 'AllowedOAuthFlows')).includes('code');
      yield* validity(client, 'AccessToken', 'hours', options.maxAccessTokenMinutes);
      if (human) {
        yield* validity(client, 'IdToken', 'hours', options.maxAccessTokenMinutes);
        yield* validity(client, 'RefreshToken', 'days', options.maxRefreshTokenDays * 24 * 60);
        yield* judge(
          client,
          'PreventUserExistenceErrors',
          (value) => (value === 'ENABLED' ? undefined : 'PreventUserExistenceErrors is not ENABLED'),
          'existence',
        );
        if (!isTrue(at(client, 'GenerateSecret'))) {
          yield* judge(
            client,
            'RefreshTokenRotation.Feature',
            (value) => (value === 'ENABLED' ? undefined : 'refresh tokens of a public client are not rotated'),
            'rotation',
          );
        }
      }
      yield* judge(
        client,
        'EnableTokenRevocation',
        (value) => (isFalse(value) ? 'tokens cannot be revoked' : undefined),
        'revocation',
      );
    }
  },
});

const MINUTES: { readonly [unit: string]: number } = { seconds: 1 / 60, minutes: 1, hours: 60, days: 24 * 60 };

function* validity(client: ModelResource, token: string, defaultUnit: string, maxMinutes: number): Iterable<Outcome> {
  const unit = at(client, `TokenValidityUnits.${token}`);
  if (isUnknown(unit)) yield undecided(client, `Properties.TokenValidityUnits.${token}`, unit);
  else {
    yield* judge(
      client,
      `${token}Validity`,
      (value) => {
        const number = asNumber(value);
        if (number === undefined) return `${token}Validity is not set`;
        if (unit === undefined && token === 'AccessToken')
          return `${token}Validity has no unit, so it is ${number} hours`;
        const minutes = number * (MINUTES[String(unit ?? defaultUnit)] ?? Number.POSITIVE_INFINITY);
        return minutes <= maxMinutes ? undefined : `${token}Validity is ${number} ${String(unit ?? defaultUnit)}`;
      },
      token,
    );
  }
}
