import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  Access,
  ApiKeyProvider,
  ClientAuthentication,
  OAuth2Discovery,
  OAuth2Provider,
  Outbound,
  ProviderSecret,
  SecretRotation,
  Target,
  ToolHandler,
  ToolOutbound,
  ToolRisk,
} from 'cdk-secure-mcp';
import type { Construct } from 'constructs';
import { readAssembly } from '../lib/assembly/read-assembly';
import { runRules } from '../lib/rules/run-rules';
import { GatewayApp } from './support/gateway-app';
import { apiKey, oauth2, tickets } from './support/remote-targets';
import { RenderedRole, type RenderedTemplate } from './support/rendered-role';

const RUNTIME = JSON.stringify(join(__dirname, '../lib/runtime'));
const folder = mkdtempSync(join(tmpdir(), 'tool-outbound-'));

function handler(name: string, code: string): ToolHandler {
  const file = join(folder, `${name}.ts`);
  writeFileSync(
    file,
    `import { defineTool, outboundCredential } from ${RUNTIME};
     export const handler = defineTool({ name: 'lookup', handle: async ({ caller }) => ${code} });`,
  );
  return ToolHandler.fromEntry(file);
}
const CALLS = handler('calls', '(await outboundCredential(caller)).length');

function appWith(outbound?: (scope: Construct) => ToolOutbound, code = CALLS): GatewayApp {
  const shop = new GatewayApp();
  shop
    .addTool('lookup', { outbound: outbound?.(shop.stack), handler: code, access: {} })
    .permit(shop.gateway.addAgent('robot'));
  return shop;
}

const variableOf = (shop: GatewayApp) => {
  const functions = Object.entries(shop.template().findResources('AWS::Lambda::Function'));
  const [, fn] = functions.find(([id]) => id.startsWith('Gatewaylookup'))!;
  return JSON.parse(fn.Properties.Environment.Variables.OUTBOUND);
};

/** Actions with the resources that they are for, but for logs and the key of the environment. */
function granted(shop: GatewayApp): string[] {
  const role = RenderedRole.find(shop.template().toJSON() as RenderedTemplate, 'GatewaylookupHandlerRole');
  return role.statements
    .filter(({ Action }) => !JSON.stringify(Action).includes('logs:'))
    .filter(({ Condition }) => !JSON.stringify(Condition ?? {}).includes('"lambda.'))
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${shortened(resource)}`)),
    );
}
const shortened = (resource: unknown) =>
  String(resource)
    .replace(/^arn:aws:[^:]*:[^:]*:[^:]*:/, '')
    .replace(/[0-9A-F]{8}/g, '');

const around = (action: string) => [
  `bedrock-agentcore:${action} workload-identity-directory/default`,
  `bedrock-agentcore:${action} GatewaylookupWorkloadIdentity.WorkloadIdentityArn`,
];
const provided = (action: string, provider: string) => [
  `bedrock-agentcore:${action} ${provider}.CredentialProviderArn`,
  `bedrock-agentcore:${action} token-vault/default`,
  ...around(action),
];

test.each<[string, (scope: Construct) => ToolOutbound, object, string[]]>([
  [
    'an API key',
    (scope) => ToolOutbound.apiKey(apiKey(scope)),
    { kind: 'apiKey' },
    [...around('GetWorkloadAccessToken'), ...provided('GetResourceApiKey', 'ApiKeyProvider')],
  ],
  [
    'client credentials',
    (scope) => ToolOutbound.clientCredentials(oauth2(scope), { scopes: ['a'], customParameters: { audience: 'x' } }),
    { kind: 'clientCredentials', scopes: ['a'], parameters: { audience: 'x' } },
    [...around('GetWorkloadAccessToken'), ...provided('GetResourceOauth2Token', 'OAuth2Provider')],
  ],
])('%s: one identity, one provider, one secret', (_what, outbound, configuration, statements) => {
  const shop = appWith(outbound);

  const [[, identity]] = Object.entries(shop.template().findResources('AWS::BedrockAgentCore::WorkloadIdentity')) as [
    [string, { Properties: { Name: string } }],
  ];
  expect(identity.Properties.Name).toMatch(/^shop-gateway-lookup-[0-9a-f]{8}$/);
  expect(variableOf(shop)).toMatchObject({ ...configuration, workload: identity.Properties.Name });
  expect(granted(shop)).toEqual([...statements, expect.stringMatching(/^secretsmanager:GetSecretValue \w+Secret$/)]);
});

test('a secret with a key of its own, and a key that signs', () => {
  const withKey = appWith((scope) => {
    const secret = new ProviderSecret(scope, 'Own', {
      rotation: SecretRotation.manual({ reason: 'Issued in a console' }),
    });
    return ToolOutbound.apiKey(new ApiKeyProvider(scope, 'ApiKey', { apiKey: secret.reference }));
  });
  const signing = appWith((scope) => {
    const key = Key.fromKeyArn(scope, 'Signing', 'arn:aws:kms:eu-west-1:111122223333:key/sign');
    const provider = OAuth2Provider.custom(scope, 'Login', {
      discovery: OAuth2Discovery.url('https://login.vendor.example/.well-known/openid-configuration'),
      client: ClientAuthentication.privateKeyJwt({ clientId: 'c', key }),
    });
    return ToolOutbound.clientCredentials(provider, { scopes: ['a'] });
  });

  expect(granted(withKey).at(-1)).toMatch(/^kms:Decrypt /);
  expect(granted(signing).at(-1)).toBe('kms:Sign key/sign');
  expect(granted(signing).join()).not.toContain('GetSecretValue');
});

test('an identity token of AWS: for the audience of the provider, and no other beside it', () => {
  const shop = appWith((scope) => {
    const provider = OAuth2Provider.custom(scope, 'Login', {
      discovery: OAuth2Discovery.url('https://login.vendor.example/.well-known/openid-configuration'),
      client: ClientAuthentication.awsIdentityToken({ audience: 'https://login.vendor.example' }),
    });
    return ToolOutbound.clientCredentials(provider, { scopes: ['a'] });
  });
  const role = RenderedRole.find(shop.template().toJSON() as RenderedTemplate, 'GatewaylookupHandlerRole');
  const statement = role.statements.find(({ Action }) => Action === 'sts:GetWebIdentityToken');
  const named = { 'sts:IdentityTokenAudience': ['https://login.vendor.example'] };

  expect(statement?.Condition).toEqual({ 'ForAllValues:StringEquals': named, 'ForAnyValue:StringEquals': named });
});

test('a tool with a credential is not taken for one that only reads, and no rule objects', () => {
  const shop = new GatewayApp();
  const tool = shop.addTool('lookup', {
    outbound: ToolOutbound.apiKey(apiKey(shop.stack)),
    handler: CALLS,
    access: {},
  });
  tool.permit(shop.gateway.addAgent('robot'));

  expect(tool.risk).toBe(ToolRisk.WRITE);
  const findings = runRules(readAssembly(shop.app.synth().directory));
  expect(findings.filter(({ layer, ruleId }) => layer !== 'authorization' && !/OUT13/.test(ruleId))).toEqual([]);
});

test('no rule objects to the identity token of AWS, of a tool or of the gateway', () => {
  const shop = new GatewayApp();
  const provider = OAuth2Provider.custom(shop.stack, 'Login', {
    discovery: OAuth2Discovery.url('https://login.vendor.example/.well-known/openid-configuration'),
    client: ClientAuthentication.awsIdentityToken({ audience: 'https://login.vendor.example' }),
  });
  const outbound = ToolOutbound.clientCredentials(provider, { scopes: ['a'] });
  const robot = shop.gateway.addAgent('robot');
  shop.addTool('lookup', { outbound, handler: CALLS, access: {} }).permit(robot);
  const forGateway = Outbound.clientCredentials(provider, { scopes: ['a'] });
  const { tools } = shop.gateway.addTarget('tickets', Target.openApi({ document: tickets(), outbound: forGateway }));
  for (const tool of tools) tool.permit(robot);

  const { directory } = shop.app.synth();
  const template = readFileSync(join(directory, 'Shop.template.json'), 'utf8');
  expect(template.match(/"sts:GetWebIdentityToken"/g)).toHaveLength(2);
  expect(runRules(readAssembly(directory)).filter(({ layer }) => layer === 'least-privilege')).toEqual([]);
});

describe('fails synthesis', () => {
  test('code that asks for a credential that is not declared', () => {
    expect(appWith().synthError()).toMatch(/needs bedrock-agentcore:GetWorkloadAccessToken.*\[ACCESS_MISSING\]/s);
  });

  test.each<[string, (scope: Construct) => ToolOutbound, RegExp]>([
    [
      'a scope for everything',
      (scope) => ToolOutbound.clientCredentials(oauth2(scope), { scopes: ['*'] }),
      /\[OUTBOUND_OPTION\]/,
    ],
    [
      'a credential as parameter',
      (scope) =>
        ToolOutbound.clientCredentials(oauth2(scope), { scopes: ['a'], customParameters: { client_secret: 'x' } }),
      /'client_secret' reads like a credential.*\[SECRET_PLAINTEXT\]/,
    ],
    [
      'a parameter that the token request has by itself',
      (scope) =>
        ToolOutbound.clientCredentials(oauth2(scope), { scopes: ['a'], customParameters: { grant_type: 'x' } }),
      /takes the place of one that the token request has by itself, got 'grant_type'.*\[OUTBOUND_OPTION\]/,
    ],
    [
      'on behalf of the caller without a provider that exchanges',
      (scope) => ToolOutbound.onBehalfOf(oauth2(scope), { scopes: ['a'] }),
      /needs a provider that exchanges tokens, got "OAuth2".*\[OUTBOUND_COMBINATION\]/,
    ],
  ])('%s', (_what, outbound, error) => {
    expect(appWith(outbound).synthError()).toMatch(error);
  });

  test('an access of the same name', () => {
    const shop = new GatewayApp();
    const access = { OUTBOUND: Access.table(shop.table).get() };
    shop
      .addTool('lookup', { outbound: ToolOutbound.apiKey(apiKey(shop.stack)), handler: CALLS, access })
      .permit(shop.gateway.addAgent('robot'));

    expect(shop.synthError()).toMatch(
      /two entries set the same environment variable, got "OUTBOUND".*\[ENVIRONMENT_NAME\]/,
    );
  });
});
