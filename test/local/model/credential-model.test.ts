import { ConcreteAssembly } from '../../../lib/assembly/concrete';
import { readAssembly } from '../../../lib/assembly/read-assembly';
import { readCredential, readProviders } from '../../../lib/local/model/credential-model';
import { type Asker, CredentialDenied, Credentials } from '../../../lib/local/outbound/credentials';
import { Routes, UpstreamError } from '../../../lib/local/outbound/routes';
import { TokenClient } from '../../../lib/local/outbound/token-client';
import { Vault } from '../../../lib/local/outbound/vault';
import { type EditableTemplate, edited, resources } from '../../support/local-shop';
import { synthesizeDesk } from '../../support/outbound-desk';

const desk = synthesizeDesk();
const PARAMETER = { Ref: 'OnlyAtDeployment' };
const PROVIDER = 'AWS::BedrockAgentCore::OAuth2CredentialProvider';

const configurationOf = (template: EditableTemplate) =>
  resources(template, PROVIDER)[0]!.Properties.Oauth2ProviderConfigInput.CustomOauth2ProviderConfig;

function signWith(configuration: EditableTemplate['Resources'][string]['Properties'], KmsKeyArn: unknown): void {
  configuration.ClientAuthenticationMethod = 'PRIVATE_KEY_JWT';
  configuration.PrivateKeyJwtConfig = { PrivateKeySource: { KmsKeySource: { KmsKeyArn } } };
}

function read(edit: (template: EditableTemplate) => void) {
  const assembly = new ConcreteAssembly(readAssembly(edited(desk, edit)));
  const target = assembly
    .ofType('AWS::BedrockAgentCore::GatewayTarget')
    .find(({ properties }) => properties.Name === 'reports')!;
  return { assembly, credential: readCredential(assembly, target), ...readProviders(assembly) };
}

const tokens = new TokenClient(new Routes(), Vault.open({}, {}), {});
const ASKER: Asker = {
  workloadArns: [],
  tokenVaultArn: 'vault',
  throughSecretsManager: {},
  identityTokenContext: {},
  claimsOf: () => ({}),
  missing: () => undefined,
};
const grant = { scopes: [], parameters: {} };

test.each<[string, (configuration: EditableTemplate['Resources'][string]['Properties']) => void, string]>([
  [
    'an unknown ClientAuthenticationMethod',
    (of) => {
      of.ClientAuthenticationMethod = PARAMETER;
    },
    'a ClientAuthenticationMethod that is not known here',
  ],
  [
    'an unknown ClientId',
    (of) => {
      of.ClientId = PARAMETER;
    },
    'a ClientId that is not known here',
  ],
  [
    'no ClientId',
    (of) => {
      delete of.ClientId;
    },
    'a ClientId that is not known here',
  ],
  [
    'an unknown actor',
    (of) => {
      of.OnBehalfOfTokenExchangeConfig.TokenExchangeGrantTypeConfig.ActorTokenContent = PARAMETER;
    },
    'an ActorTokenContent that is not known here',
  ],
  [
    'an unknown exchange',
    (of) => {
      of.OnBehalfOfTokenExchangeConfig.GrantType = PARAMETER;
    },
    'an exchange of a GrantType that is not known here',
  ],
  [
    'a signed assertion without the key that signs it',
    (of) => {
      of.ClientAuthenticationMethod = 'PRIVATE_KEY_JWT';
    },
    'a PrivateKeyJwtConfig that is not known here',
  ],
  [
    'a signed assertion of an unknown key',
    (of) => signWith(of, PARAMETER),
    'a PrivateKeyJwtConfig that is not known here',
  ],
])('%s is not simulated, for a target and for a tool', async (_what, edit, why) => {
  const { credential, oauth2 } = read((template) => edit(configurationOf(template)));

  expect(credential).toEqual({ kind: 'unsupported', why });
  const provider = oauth2.get('login')!;
  expect(provider.unsupported).toBe(why);
  const credentials = new Credentials(ASKER, Vault.open({ login: { clientSecret: 'x' } }, {}), tokens);
  const type = 'CLIENT_CREDENTIALS';
  await expect(credentials.of({ kind: 'oauth', provider, grant: { type, ...grant } }, {})).rejects.toThrow(
    new UpstreamError(`${why} is not simulated`),
  );
});

test('the twin: with all of it known, the provider is used', () => {
  const { credential, oauth2 } = read(() => undefined);

  expect(credential).toMatchObject({ kind: 'oauth', grant: { type: 'TOKEN_EXCHANGE' } });
  expect(oauth2.get('login')).toMatchObject({ unsupported: undefined, onBehalfOf: { actor: 'M2M' } });

  const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/sign';
  const signed = read((template) => signWith(configurationOf(template), keyArn)).oauth2.get('login');
  expect(signed).toMatchObject({ unsupported: undefined, signing: { keyArn, algorithm: 'ES256' } });
});

test("without OnBehalfOfTokenExchangeConfig the caller's token is not sent, and the client's own token is", async () => {
  const { credential, oauth2 } = read((template) => {
    delete configurationOf(template).OnBehalfOfTokenExchangeConfig;
  });
  const why = 'a token exchange without OnBehalfOfTokenExchangeConfig';
  expect(credential).toEqual({ kind: 'unsupported', why });

  const provider = oauth2.get('login')!;
  const sent: string[] = [];
  const watched = Object.assign(Object.create(tokens), {
    exchange: async () => sent.push('exchange') && 'token',
    clientCredentials: async () => sent.push('own') && 'token',
  }) as TokenClient;
  const credentials = new Credentials(ASKER, Vault.open({}, {}), watched);
  const of = (type: 'TOKEN_EXCHANGE' | 'CLIENT_CREDENTIALS') =>
    credentials.of({ kind: 'oauth', provider, grant: { type, ...grant } }, { token: 'of alice' });
  await expect(of('TOKEN_EXCHANGE')).rejects.toThrow(`${why} is not simulated`);
  await of('CLIENT_CREDENTIALS');
  expect(sent).toEqual(['own']);
});

describe('the key of a secret', () => {
  const KEY = { Type: 'AWS::KMS::Key', Properties: {} };
  const withKey = (KmsKeyId: unknown, secretId?: (logicalId: string) => unknown) => {
    const { assembly, apiKey } = read((template) => {
      template.Resources.SecretKey = KEY;
      for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
        if (Type === 'AWS::SecretsManager::Secret') Object.assign(Properties, { KmsKeyId, Name: `name-of-${id}` });
        if (Type !== 'AWS::BedrockAgentCore::ApiKeyCredentialProvider' || secretId === undefined) continue;
        const config = Properties.ApiKeySecretConfig;
        config.SecretId = secretId(config.SecretId.Ref);
      }
    });
    const key = assembly.ofType('AWS::KMS::Key').find(({ logicalId }) => logicalId === 'SecretKey');
    return { provider: apiKey.get('crm-key')!, arn: key!.attribute('Arn') };
  };
  const place = { location: 'HEADER', name: 'x-api-key', prefix: '' } as const;
  const asked = async (KmsKeyId: unknown, secretId?: (logicalId: string) => unknown) => {
    const { provider, arn } = withKey(KmsKeyId, secretId);
    const demands: string[] = [];
    const asker = {
      ...ASKER,
      missing: (action: string, [resource]: readonly string[]) => {
        demands.push(`${action} ${resource}`);
        return undefined;
      },
    };
    const credentials = new Credentials(asker, Vault.open({ 'crm-key': { apiKey: 'x' } }, {}), tokens);
    const outcome = await credentials.of({ kind: 'api-key', provider, place }, {}).then(
      () => 'allowed',
      (error: CredentialDenied) => error,
    );
    return { outcome, decrypts: demands.filter((each) => each.startsWith('kms:')), arn };
  };

  test.each([{ Ref: 'SecretKey' }, { 'Fn::GetAtt': ['SecretKey', 'Arn'] }])('%j asks for that key', async (id) => {
    const { outcome, decrypts, arn } = await asked(id);

    expect([outcome, decrypts]).toEqual(['allowed', [`kms:Decrypt ${arn}`]]);
  });

  test.each<[string, (logicalId: string) => unknown]>([
    ['name', (id) => `name-of-${id}`],
    ['ARN without its suffix', (id) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:name-of-${id}`],
  ])('is asked for when the provider names its secret by %s', async (_how, secretId) => {
    const { outcome, decrypts, arn } = await asked({ 'Fn::GetAtt': ['SecretKey', 'Arn'] }, secretId);

    expect([outcome, decrypts]).toEqual(['allowed', [`kms:Decrypt ${arn}`]]);
  });

  test.each([PARAMETER, 'alias/of-somebody'])('%j is a key that nobody may use', async (id) => {
    const { outcome } = await asked(id);

    expect(outcome).toBeInstanceOf(CredentialDenied);
    expect(outcome).toMatchObject({ action: 'kms:Decrypt', message: expect.stringContaining('is not known here') });
  });

  test('none is the one of the account, which needs no permission', async () => {
    expect(await asked({ Ref: 'AWS::NoValue' })).toMatchObject({ outcome: 'allowed', decrypts: [] });
  });
});
