import { AgentCoreIdentity, type AskingTool } from '../../../lib/local/aws/agent-core-identity';
import type { IncomingCall } from '../../../lib/local/aws/aws-call';
import type { OAuth2ProviderModel } from '../../../lib/local/model/credential-model';
import { CallerClaims } from '../../../lib/local/outbound/caller-claims';
import { Routes } from '../../../lib/local/outbound/routes';
import { TokenClient } from '../../../lib/local/outbound/token-client';
import { Vault } from '../../../lib/local/outbound/vault';

const VAULT = 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:token-vault/default';
const arnOf = (kind: string, name: string) => `${VAULT}/${kind}credentialprovider/${name}`;
const LOGIN: OAuth2ProviderModel = {
  arn: arnOf('oauth2', 'login'),
  name: 'login',
  clientId: 'desk',
  authentication: 'CLIENT_SECRET_BASIC',
};
const vault = Vault.open({ key: { apiKey: 'line one\nline two' } }, {});

function identity() {
  const providers = {
    apiKey: new Map([['key', { arn: arnOf('apikey', 'key'), name: 'key' }]]),
    oauth2: new Map([['login', LOGIN]]),
  };
  const tokens = new TokenClient(new Routes(), vault, {});
  const known = new AgentCoreIdentity(providers, vault, tokens, new CallerClaims({ authorizer: 'NONE' } as never));
  const ask = (operation: string, input: IncomingCall['input'], denied: readonly string[] = []) => {
    const tool: AskingTool = {
      partition: 'aws',
      region: 'eu-west-1',
      account: '111122223333',
      policies: [],
      decide: (_action, resource) =>
        denied.includes(resource)
          ? ({ decision: 'implicitDeny', reason: `no policy allows ${resource}` } as never)
          : ({ decision: 'allow', reason: '' } as never),
    };
    return known.answer(
      { service: 'bedrock-agentcore', operation, input, protocol: 'rest-json' } as IncomingCall,
      tool,
    );
  };
  return ask;
}

const KEY = { resourceCredentialProviderName: 'key', workloadIdentityToken: 'made up' };
const TOKEN = { resourceCredentialProviderName: 'login', workloadIdentityToken: 'made up' };

test.each([
  ['an unknown workload token', 'GetResourceApiKey', KEY, arnOf('apikey', 'key'), 'the workload token is not known'],
  [
    'an unknown provider',
    'GetResourceOauth2Token',
    { ...TOKEN, resourceCredentialProviderName: 'nobody' },
    arnOf('oauth2', 'nobody'),
    'there is no such provider in the assembly',
  ],
])('%s: IAM is asked about provider and vault before that is told', async (_what, operation, input, arn, reason) => {
  const ask = identity();

  expect(await ask(operation, input, [arn])).toMatchObject({ kind: 'denied', reason: `no policy allows ${arn}` });
  expect(await ask(operation, input, [VAULT])).toMatchObject({ kind: 'denied', reason: `no policy allows ${VAULT}` });
  expect(await ask(operation, input)).toMatchObject({ kind: 'failed', resource: arn, reason });
});

test('what a call asks for is read after IAM, and never guessed', async () => {
  const ask = identity();
  const opened = await ask('GetWorkloadAccessToken', { workloadName: 'tool' });
  const { workloadAccessToken } = (opened as { body: { workloadAccessToken: string } }).body;
  const asking = (more: object, denied: readonly string[] = []) =>
    ask('GetResourceOauth2Token', { ...TOKEN, workloadIdentityToken: workloadAccessToken, ...more }, denied);
  const consent = { oauth2Flow: 'USER_FEDERATION' };

  expect(await asking(consent, [LOGIN.arn])).toMatchObject({ kind: 'denied' });
  expect(await asking(consent)).toMatchObject({ kind: 'failed', reason: 'consent of users is not simulated' });
  expect(await asking({ oauth2Flow: 'constructor' })).toMatchObject({ reason: 'consent of users is not simulated' });
  const parameters = (customParameters: object) => asking({ oauth2Flow: 'M2M', customParameters });
  expect(await parameters({ a: { b: 'c' } })).toMatchObject({ reason: 'customParameters are no texts by name' });
  expect(await parameters({ grant_type: 'password' })).toMatchObject({
    reason: 'the parameter grant_type belongs to the token request itself',
  });
  expect(await parameters({ audience: 'api' })).toMatchObject({
    reason: expect.stringContaining('does not say the token endpoint of login'),
  });
});

test('an API key that is no value of a header reaches a tool as it is', async () => {
  const ask = identity();
  const opened = await ask('GetWorkloadAccessToken', { workloadName: 'tool' });
  const { workloadAccessToken } = (opened as { body: { workloadAccessToken: string } }).body;

  expect(await ask('GetResourceApiKey', { ...KEY, workloadIdentityToken: workloadAccessToken })).toMatchObject({
    kind: 'done',
    body: { apiKey: 'line one\nline two' },
  });
});
