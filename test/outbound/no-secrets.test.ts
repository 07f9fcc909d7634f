import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
  ToolHandler,
  ToolOutbound,
} from 'cdk-secure-mcp';
import { Peer } from '../../examples/outbound/local/peer';
import { schema } from '../support/gateway-app';
import { callTool, edited, resources, start, stopAll, tokenOf } from '../support/local-shop';
import { synthesizeDesk } from '../support/outbound-desk';
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
  [{ versionStage: 'AWSPREVIOUS' }, '[SECRET_REFERENCE]'],
  [{ versionId: '11111111-2222-3333-4444-555555555555' }, '[SECRET_REFERENCE]'],
  [{ versionStage: 'AWSCURRENT' }, ''],
])('the version %j of a secret: the service reads the current one', (version, code) => {
  const value = SecretValue.secretsManager('vendor/key', { jsonField: 'value', ...version });
  const { error } = outputOf((stack) => new ApiKeyProvider(stack, 'Key', { apiKey: reference(value) }));

  expect(error).toContain(code);
  expect(error === '').toBe(code === '');
});

describe('with the code of a tool as an asset', () => {
  const VISIBLE = 'a-text-of-the-code';
  const CODE = `
    import { defineTool, outboundCredential } from '${join(__dirname, '../../lib/runtime')}';
    export const handler = defineTool<{ id: string }>({
      name: 'look-up',
      handle: async ({ input }) => {
        const known = process.env.VENDOR_API_KEY ?? (await outboundCredential());
        return { found: input.id, known: known.length, by: '${VISIBLE}' };
      },
    });`;
  const withTool = (apiKeySecret: SecretValue) =>
    outputOf((stack) => {
      const file = join(mkdtempSync(join(tmpdir(), 'no-secrets-tool-')), 'look-up.ts');
      writeFileSync(file, CODE);
      const provider = new ApiKeyProvider(stack, 'Key', { apiKey: reference(apiKeySecret) });
      const gateway = new SecureMcpGateway(stack, 'Gateway', { inbound: Inbound.cognito() });
      const lookUp = gateway.addTool('look-up', {
        description: 'Looks up an order',
        input: schema({ id: { type: 'string' } }, ['id']),
        handler: ToolHandler.fromEntry(file),
        access: {},
        outbound: ToolOutbound.apiKey(provider),
      });
      lookUp.permit(gateway.addAgent('robot'));
    });

  test('what stands in the environment of the synthesis is in no file of it', () => {
    process.env.VENDOR_API_KEY = MARKER;
    try {
      const { written, error } = withTool(SecretValue.secretsManager('vendor/key', { jsonField: 'value' }));

      expect(error).toBe('');
      expect(written).toContain(VISIBLE);
      expect(written).toContain('vendor/key');
      expect(written).not.toContain(MARKER);
    } finally {
      delete process.env.VENDOR_API_KEY;
    }
  });

  test('plain text for its provider fails synthesis, and is in no file of it', () => {
    const { written, error } = withTool(SecretValue.unsafePlainText(MARKER));

    expect(error).toContain('[SECRET_PLAINTEXT]');
    expect(error).not.toContain(MARKER);
    expect(written).not.toContain(MARKER);
  });
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

describe('E14: what a local run of the gateway writes', () => {
  /** Every value of the vault, every secret and token that is made up, by what it is. */
  const planted = { apiKey: `${MARKER}-key`, clientSecret: `${MARKER}-secret`, issued: `${MARKER}-issued` };
  const VAULT = { 'crm-key': { apiKey: planted.apiKey }, login: { clientSecret: planted.clientSecret } };
  const desk = synthesizeDesk();
  let login: Peer;
  let api: Peer;
  let failing = false;
  beforeAll(async () => {
    const fails = {
      status: 400,
      body: { error: 'invalid_grant', error_description: `${planted.clientSecret} is wrong` },
    };
    login = await Peer.start(() =>
      failing ? fails : { body: { access_token: planted.issued, token_type: 'Bearer', expires_in: 60 } },
    );
    api = await Peer.start(({ headers }) =>
      failing ? { status: 500, body: JSON.stringify(headers) } : { body: { name: 'Ada' } },
    );
  });
  afterAll(async () => {
    await stopAll();
    await Promise.all([login.close(), api.close()]);
  });

  const hosts = () => ({
    'https://api.crm.example': api.origin,
    'https://mcp.docs.example': api.origin,
    'https://login.crm.example': login.origin,
  });

  test.each([
    ['when all goes well', false],
    ['when every host fails and tells what it was sent', true],
  ])('%s', async (_when, fails) => {
    failing = fails;
    const written: string[] = [];
    const gateway = await start(desk, {
      outbound: { forward: hosts(), vault: VAULT },
      onDecision: (decision) => written.push(JSON.stringify(decision)),
      onLog: (name, text) => written.push(`${name} ${text}`),
    });
    const token = await tokenOf(gateway, 'robot');
    const calls = { crm___getCustomer: { id: 'c-1' }, reports___listMine: {}, docs___search: { query: 'a' } };
    for (const [tool, args] of Object.entries(calls)) {
      const { body, headers } = await callTool(gateway, token, tool, args);
      written.push(JSON.stringify([body, [...headers]]));
    }
    written.push(JSON.stringify(gateway.unsupported), JSON.stringify(gateway.decisions));

    // The credentials were there, and were sent where they belong.
    const sent = JSON.stringify([api.arrivals, login.arrivals]);
    expect(sent).toContain(planted.apiKey);
    expect(sent).toContain(Buffer.from(`desk:${planted.clientSecret}`).toString('base64'));
    const text = written.join('\n');
    expect(text).toContain('crm-key');
    expect(text).not.toContain(MARKER);
    expect(text).not.toContain(token);
    expect(text).not.toMatch(/eyJ/);
    for (const { clientSecret } of gateway.agents) expect(text).not.toContain(clientSecret);
  });

  test('in DEBUG a failing host does reach the caller, so the search would find it', async () => {
    failing = true;
    const loud = edited(desk, (template) => {
      resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!.Properties.ExceptionLevel = 'DEBUG';
    });
    const gateway = await start(loud, { outbound: { forward: hosts(), vault: VAULT } });
    const { body } = await callTool(gateway, await tokenOf(gateway, 'robot'), 'crm___getCustomer', { id: 'c-1' });

    expect(JSON.stringify(body)).toContain(planted.apiKey);
  });

  test('the command, with --json and without, errors included', async () => {
    failing = false;
    const folder = mkdtempSync(join(tmpdir(), 'dev-vault-'));
    const vault = join(folder, 'vault.json');
    const broken = join(folder, 'broken.json');
    writeFileSync(vault, JSON.stringify(VAULT));
    writeFileSync(broken, `{ "crm-key": ${planted.apiKey} }`);
    const forward = Object.entries(hosts()).flatMap(([from, to]) => ['--forward', `${from}=${to}`]);

    const refused = await output(['dev', desk, '--port', '0', '--vault', broken]);
    expect(refused).toContain('the vault file cannot be read');
    expect(refused).not.toContain(MARKER);
    for (const json of [['--json'], []]) {
      const said = await output(
        ['dev', desk, '--port', '0', '--vault', vault, ...forward, ...json],
        async (url, start) => {
          const robot =
            /"clientId":"(\w+)","clientSecret":"([\w-]+)"/.exec(start) ??
            /client_id (\w+), client_secret ([\w-]+)/.exec(start);
          const endpoint = /"tokenEndpoint":"([^"]+)"/.exec(start) ?? /Token endpoint {2}(\S+)/.exec(start);
          const response = await fetch(endpoint![1]!, {
            method: 'POST',
            headers: { authorization: `Basic ${Buffer.from(`${robot![1]}:${robot![2]}`).toString('base64')}` },
            body: new URLSearchParams({ grant_type: 'client_credentials' }),
          });
          const { access_token: token } = (await response.json()) as { access_token: string };
          await fetch(url, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${token}`,
              'content-type': 'application/json',
              'mcp-protocol-version': '2025-11-25',
            },
            body: JSON.stringify({
              jsonrpc: '2.0',
              id: 1,
              method: 'tools/call',
              params: { name: 'crm___getCustomer', arguments: { id: 'c-1' } },
            }),
          });
        },
      );
      expect(said).toContain('with the API key of crm-key');
      expect(said).not.toContain(MARKER);
      expect(said).not.toMatch(/eyJ/);
    }
  });
});

/** Runs the command and returns all it writes; with `use`, once it serves and until that is done. */
async function output(args: string[], use?: (mcpUrl: string, start: string) => Promise<void>): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, '../../lib/cli/main.ts'), ...args]);
  let text = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const served = new Promise<string | undefined>((resolve) => {
    const read = (chunk: Buffer) => {
      text += String(chunk);
      const url = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(text)?.[0];
      if (url !== undefined && /"agents"|Ctrl-C stops/.test(text)) resolve(url);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => resolve(undefined));
  });
  const url = await served;
  if (url !== undefined) {
    await use?.(url, text);
    child.kill('SIGTERM');
  }
  await ended;
  return text;
}
