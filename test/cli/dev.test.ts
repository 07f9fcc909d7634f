import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '../support/is-running';
import { edited, resources, synthesizeShop } from '../support/local-shop';

const ROOT = join(__dirname, '..', '..');
const shop = synthesizeShop();

interface Started {
  readonly mcpUrl: string;
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly agents: { name: string; clientId: string; clientSecret: string; scopes: string[] }[];
  readonly credentials: { [role: string]: { accessKeyId: string } };
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

class Dev {
  public stdout = '';
  public stderr = '';
  public readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  public constructor(...args: string[]) {
    this.child = spawn(process.execPath, ['bin/secure-mcp', 'dev', ...args], { cwd: ROOT });
    children.push(this.child);
    this.child.stdout!.on('data', (chunk) => (this.stdout += chunk));
    this.child.stderr!.on('data', (chunk) => (this.stderr += chunk));
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  /** Waits for a text in either stream. */
  public async until(pattern: RegExp): Promise<void> {
    for (let i = 0; i < 600 && !pattern.test(this.stdout + this.stderr); i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(this.stdout + this.stderr).toMatch(pattern);
  }

  public async stop(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }

  /** Process ids of the tools that this one has started. */
  public sandboxes(): number[] {
    const all = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).split('\n');
    return all
      .map((line) => line.trim().split(/\s+/))
      .filter(([, parent, ...args]) => parent === String(this.child.pid) && args.join(' ').includes('lambda-bootstrap'))
      .map(([pid]) => Number(pid));
  }
}

async function callLookUp({ mcpUrl, tokenEndpoint, agents }: Started): Promise<Response> {
  const { clientId, clientSecret } = agents.find(({ name }) => name === 'reader')!;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const { access_token: token } = (await (await fetch(tokenEndpoint, { method: 'POST', body })).json()) as {
    access_token: string;
  };
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'look-up___look-up', arguments: { id: 'o-1' } },
  };
  return fetch(mcpUrl, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify(call),
  });
}

test('--json prints one line, then serves, logs decisions as JSON lines, and ends cleanly with its tools', async () => {
  const seed = join(mkdtempSync(join(tmpdir(), 'seed-')), 'seed.json');
  writeFileSync(seed, JSON.stringify({ Orders: [{ orderId: 'o-1', total: 3 }] }));
  const role = 'arn:aws:iam::123456789012:role/Robot';
  const dev = new Dev(shop, '--port', '0', '--json', '--seed', seed, '--assume-role', role);
  await dev.until(/mcpUrl.*\n/);
  const started = JSON.parse(dev.stdout) as Started;

  const keys = ['mcpUrl', 'issuer', 'tokenEndpoint', 'agents', 'interactiveAgents', 'credentials'];
  expect(Object.keys(started)).toEqual(keys);
  expect(started.credentials[role]).toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA\w{16}$/) });
  expect(started.agents.map(({ name }) => name).sort()).toEqual(['reader', 'support']);
  expect(await (await callLookUp(started)).text()).toContain('\\"total\\":{\\"N\\":\\"3\\"}');

  await dev.until(/"layer":4/);
  const decisions = dev.stderr.split('\n').filter((line) => line.startsWith('{"layer"'));
  expect(decisions.map((line) => JSON.parse(line).layer)).toEqual([1, 3, 2, 4]);
  expect(dev.stderr).toMatch(/Not simulated here:\n[^{]*RateLimit/);
  expect(dev.stdout.trim().split('\n')).toHaveLength(1);

  const [sandbox, another] = dev.sandboxes();
  expect(another).toBeUndefined();
  expect(isRunning(sandbox!)).toBe(true);
  expect(await dev.stop('SIGTERM')).toBe(0);
  expect(isRunning(sandbox!)).toBe(false);
});

test('without --json it tells people where to connect, what is not simulated, what the rules find, and each decision', async () => {
  const weak = edited(shop, (template) => {
    for (const { Properties } of resources(template, 'AWS::BedrockAgentCore::Gateway')) {
      delete Properties.AuthorizerConfiguration.CustomJWTAuthorizer.AllowedClients;
    }
  });
  const dev = new Dev(weak, '--port', '0');
  await dev.until(/Decisions, as they are made/);

  expect(dev.stdout).toMatch(/MCP endpoint {4}http:\/\/127\.0\.0\.1:\d+\/mcp/);
  expect(dev.stdout).toMatch(/never trust its tokens elsewhere/);
  expect(dev.stdout).toMatch(/support: client_id \w{26}, client_secret \S{51}, scope "shop\/echo /);
  expect(dev.stdout).toMatch(/Findings of the four-layer rules:\n {2}SecureMcp-IN/);
  await fetch(/http:\S+mcp/.exec(dev.stdout)![0], { method: 'POST' });
  await dev.until(/layer 1 deny/);
  expect(await dev.stop('SIGINT')).toBe(0);
});

describe('it ends with 2', () => {
  test.each([
    ['an assembly that is not there', ['/nowhere/cdk.out'], 'ASSEMBLY_UNREADABLE'],
    ['a port that is no number', [shop, '--port', 'http'], 'CLI_USAGE'],
    ['a replacement without file', [shop, '--assume-breach', 'echo'], 'CLI_USAGE'],
    [
      'a host that is forwarded elsewhere',
      [shop, '--forward', 'https://a.example=https://b.example'],
      'LOCAL_UNSUPPORTED',
    ],
    ['a token endpoint without provider', [shop, '--token-endpoint', 'https'], 'CLI_USAGE'],
    ['a vault that is not there', [shop, '--vault', '/nowhere/vault.json'], 'LOCAL_UNSUPPORTED'],
    ['an unknown option', [shop, '--prot', '1'], 'CLI_USAGE'],
    ['a role that is not there', [shop, '--port', '0', '--assume-role', 'nobody'], 'LOCAL_UNSUPPORTED'],
    ['an issuer that is not there', [shop, '--port', '0', '--issuer', 'http://127.0.0.1:1'], 'LOCAL_UNSUPPORTED'],
    ['users that cannot be read', [shop, '--port', '0', '--users', '/nowhere/users.json'], 'LOCAL_UNSUPPORTED'],
  ])('on %s', async (_what, args, code) => {
    const dev = new Dev(...args);

    expect(await dev.ended).toBe(2);
    expect(dev.stderr).toContain(`[${code}]`);
  });

  test('on a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const dev = new Dev(shop, '--port', String(port));

    expect(await dev.ended).toBe(2);
    expect(dev.stderr).toMatch(new RegExp(`got ${port}\\. .*\\[PORT_IN_USE\\]`));
    other.close();
  });
});
