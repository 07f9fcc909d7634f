import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, SecretValue, Stack } from 'aws-cdk-lib';
import {
  ApiKeyProvider,
  ClientAuthentication,
  ExternalSecret,
  Inbound,
  OAuth2Discovery,
  OAuth2Provider,
  OAuth2Vendor,
  Outbound,
  SecureMcpGateway,
  Target,
} from 'cdk-secure-mcp';
import { apiKey, docs, oauth2, tickets } from '../support/remote-targets';

/** Values no output may hold, in every place where an author could put one. */
const MARKER = 'planted-marker-5f0c';

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Synthesizes, and returns everything written and everything said. */
function outputOf(build: (stack: Stack) => void): { written: string; error: string } {
  const outdir = mkdtempSync(join(tmpdir(), 'no-secrets-'));
  const app = new App({ outdir });
  let error = '';
  try {
    build(new Stack(app, 'Shop'));
    app.synth();
  } catch (caught) {
    error = String((caught as Error).stack);
  }
  return {
    written: filesBelow(outdir)
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n'),
    error,
  };
}

const reference = (value: SecretValue) => ExternalSecret.fromSecretValue(value);

const PLAIN: [string, (stack: Stack, secret: ExternalSecret) => unknown][] = [
  ['an API key', (stack, apiKeySecret) => new ApiKeyProvider(stack, 'Key', { apiKey: apiKeySecret })],
  [
    'the secret of a vendor client',
    (stack, secret) => OAuth2Provider.vendor(stack, 'Client', { vendor: OAuth2Vendor.GITHUB, clientId: 'c', secret }),
  ],
  [
    'the secret of a custom client',
    (stack, secret) =>
      OAuth2Provider.custom(stack, 'Client', {
        discovery: OAuth2Discovery.url('https://login.vendor.example/.well-known/openid-configuration'),
        client: ClientAuthentication.clientSecretPost({ clientId: 'c', secret }),
      }),
  ],
];

test.each(PLAIN)('plain text as %s fails synthesis and is shown nowhere', (_name, build) => {
  const { written, error } = outputOf((stack) => build(stack, reference(SecretValue.unsafePlainText(MARKER))));

  expect(error).toContain('[SECRET_PLAINTEXT]');
  expect(error).not.toContain(MARKER);
  expect(written).not.toContain(MARKER);
});

test.each(PLAIN)('a reference as %s is no problem, and is all that is written', (_name, build) => {
  const { written, error } = outputOf((stack) =>
    build(stack, reference(SecretValue.secretsManager('vendor/key', { jsonField: 'value' }))),
  );

  expect(error).toBe('');
  expect(written).toContain('vendor/key');
  expect(written).toContain('EXTERNAL');
  expect(written).not.toContain('{{resolve');
});

test.each([
  ['a parameter of Systems Manager', SecretValue.ssmSecure('/vendor/key')],
  ['a secret without a key', SecretValue.secretsManager('vendor/key')],
])('%s is not a reference that the service takes', (_name, value) => {
  const { error } = outputOf((stack) => new ApiKeyProvider(stack, 'Key', { apiKey: reference(value) }));

  expect(error).toContain('[SECRET_REFERENCE]');
});

test('credentials in parameters, headers, prefixes and URLs are refused by name, without their value', () => {
  const { written, error } = outputOf((stack) => {
    const gateway = new SecureMcpGateway(stack, 'Gateway', { inbound: Inbound.cognito() });
    const agent = gateway.addAgent('robot');
    const targets = {
      parameters: Outbound.clientCredentials(oauth2(stack, 'A'), {
        scopes: ['a'],
        customParameters: { client_secret: MARKER },
      }),
      prefix: Outbound.apiKey(apiKey(stack, 'B'), { header: 'Authorization', prefix: `Bearer ${MARKER}` }),
    };
    for (const [name, outbound] of Object.entries(targets)) {
      const target = gateway.addTarget(name, Target.openApi({ document: tickets(), outbound }));
      for (const tool of target.tools) tool.permit(agent);
    }
    const endpoint = `https://user:${MARKER}@mcp.vendor.example/mcp?key=${MARKER}`;
    const server = Target.mcpServer({ endpoint, tools: docs(), outbound: Outbound.apiKey(apiKey(stack, 'C')) });
    gateway.addTarget('server', server).tool('search_docs').permit(agent);
  });

  expect(error).toContain("'client_secret' reads like a credential");
  expect(error).toContain('[SECRET_PLAINTEXT]');
  expect(error).toContain('the prefix of an API key is a short scheme');
  expect(error).toContain('holds user information');
  expect(error).not.toContain(MARKER);
  expect(written).not.toContain(MARKER);
});

test('what is not a credential does reach the template, so the search would find one', () => {
  const { written, error } = outputOf((stack) => {
    const gateway = new SecureMcpGateway(stack, 'Gateway', { inbound: Inbound.cognito() });
    const outbound = Outbound.clientCredentials(oauth2(stack), {
      scopes: ['a'],
      customParameters: { audience: MARKER },
    });
    const target = gateway.addTarget('tickets', Target.openApi({ document: tickets(), outbound }));
    for (const tool of target.tools) tool.permit(gateway.addAgent(`a-${tool.toolName}`));
  });

  expect(error).toBe('');
  expect(written).toContain(MARKER);
});
