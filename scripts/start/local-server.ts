import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ROOT } from '../run';

interface AgentCredentials {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

/** A line of the decision log of `secure-mcp dev --json`. */
export interface Decision {
  readonly layer: number;
  readonly decision: 'allow' | 'deny';
  readonly tool?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly identity?: string;
  readonly reason?: string;
  readonly hint?: string;
}

/** `secure-mcp dev --json` in a process of its own, as a user would start it. */
export class LocalServer {
  public static async start(args: readonly string[]): Promise<LocalServer> {
    const child = spawn(process.execPath, ['bin/secure-mcp', 'dev', ...args, '--port', '0', '--json'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const decisions: Decision[] = [];
    const notices: string[] = [];
    createInterface({ input: child.stderr! }).on('line', (line) => {
      if (line.startsWith('{')) decisions.push(JSON.parse(line) as Decision);
      else notices.push(line);
    });
    const started = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout! }).once('line', resolve);
      child.once('exit', (code) => reject(new Error(`secure-mcp dev ended with ${code}: ${notices.join('\n')}`)));
    });
    return new LocalServer(child, JSON.parse(started), decisions);
  }

  public readonly mcpUrl: string;
  public readonly tokenEndpoint: string;
  private readonly issuer: string;
  private readonly agents: readonly AgentCredentials[];

  private constructor(
    private readonly child: ChildProcess,
    info: { mcpUrl: string; issuer: string; tokenEndpoint: string; agents: AgentCredentials[] },
    private readonly decisions: Decision[],
  ) {
    this.mcpUrl = info.mcpUrl;
    this.issuer = info.issuer;
    this.tokenEndpoint = info.tokenEndpoint;
    this.agents = info.agents;
  }

  /** A connected MCP client that got its token by the OAuth client credentials grant. */
  public async connect(agentName: string): Promise<Client> {
    const agent = this.agents.find(({ name }) => name === agentName)!;
    const authProvider = new ClientCredentialsProvider({
      clientId: agent.clientId,
      clientSecret: agent.clientSecret,
      expectedIssuer: this.issuer,
      scope: agent.scopes.join(' '),
    });
    const client = new Client({ name: 'npm-start', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(this.mcpUrl), { authProvider }));
    return client;
  }

  /** One raw request to the MCP endpoint, for what a real client would not send. */
  public async post(token: string | undefined): Promise<Response> {
    return fetch(this.mcpUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
  }

  /** Decisions since the log had `from` lines; stderr comes a little after the answer. */
  public async decisionsSince(from: number): Promise<Decision[]> {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return this.decisions.slice(from);
  }

  public get decisionCount(): number {
    return this.decisions.length;
  }

  public async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}
