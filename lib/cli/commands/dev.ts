import { parseTemplateYaml } from '../../assembly/parse-yaml';
import { type Assembly, readAssembly } from '../../assembly/read-assembly';
import {
  type Decision,
  type LocalCredentials,
  type LocalGateway,
  type LocalGatewayOptions,
  startLocalGateway,
} from '../../local';
import { runRules } from '../../rules/run-rules';
import { parseCommandLine, usage } from '../args';
import type { Command, CommandResult } from '../command';
import { EXIT } from '../exit-codes';

export const dev: Command = {
  summary: 'Run the gateway of a cloud assembly on this machine, with no AWS account',
  help: `secure-mcp dev [cdk.out] [options]

Serves the MCP gateway of a synthesized app on 127.0.0.1: a local issuer in place of the user pool, the Cedar policies and
roles of the template, the tools in processes of their own, DynamoDB tables in memory. Stops with Ctrl-C.

  --port N                       port, 0 for any free one (default 8787)
  --gateway NAME                 which gateway, when the assembly has several
  --seed FILE                    JSON file with rows: { "<table>": [ { "<attribute>": value } ] }
  --users FILE                   JSON file with who can log in: [ { "name": "ann", "groups": ["managers"], "claims": {} } ]
  --issuer URL                   an issuer that runs by itself (claim iss), in place of the one of the template
  --assume-role ROLE             credentials to sign requests with, on a gateway for IAM callers: name, logical id or ARN of
                                 the role; may be repeated
  --rate-limits                  refuse calls beyond the rate limits of the template
  --assume-breach TOOL=FILE.js   run this code in place of the tool's, under the tool's role; may be repeated
  --forward HOST=URL             calls to this host of the template go to a server on this machine; may be repeated:
                                 https://api.crm.example=http://127.0.0.1:9001. Without =URL the host itself is called.
                                 A host that is not named is never called
  --vault FILE                   credentials of APIs and MCP servers, a JSON file that git ignores:
                                 { "<credential provider>": { "apiKey" | "clientSecret" | "privateKey" | "identityToken": … } }
                                 or SECURE_MCP_VAULT_<PROVIDER>_<FIELD>, such as SECURE_MCP_VAULT_CRM_LOGIN_CLIENT_SECRET
  --token-endpoint PROVIDER=URL  token endpoint of a credential provider, where the template does not say it; may be repeated
  --json                         one line on stdout: mcpUrl, issuer, tokenEndpoint, agents with clientId, clientSecret and
                                 scopes, interactiveAgents, credentials of roles; decisions as JSON lines on stderr

Exit codes: 0 stopped, 2 wrong usage, unreadable input or port in use.`,
  run: async (args) => {
    const { values, positionals } = parseCommandLine(
      args,
      {
        port: { type: 'string' },
        gateway: { type: 'string' },
        seed: { type: 'string' },
        users: { type: 'string' },
        issuer: { type: 'string' },
        'assume-role': { type: 'string', multiple: true },
        'rate-limits': { type: 'boolean' },
        'assume-breach': { type: 'string', multiple: true },
        forward: { type: 'string', multiple: true },
        vault: { type: 'string' },
        'token-endpoint': { type: 'string', multiple: true },
        json: { type: 'boolean' },
      },
      1,
    );
    const json = values.json === true;
    const assembly = readAssembly(positionals[0] ?? 'cdk.out', { parseYaml: parseTemplateYaml });
    const options: LocalGatewayOptions = {
      assembly,
      port: portOf(values.port),
      gateway: values.gateway as string | undefined,
      seed: values.seed as string | undefined,
      users: values.users as string | undefined,
      issuer: values.issuer as string | undefined,
      rateLimits: values['rate-limits'] === true,
      replaceHandlers: pairsOf('--assume-breach', 'TOOL=FILE.js', (values['assume-breach'] ?? []) as string[]),
      outbound: {
        forward: forwards((values.forward ?? []) as string[]),
        vault: values.vault as string | undefined,
        tokenEndpoints: pairsOf('--token-endpoint', 'PROVIDER=URL', (values['token-endpoint'] ?? []) as string[]),
      },
      onDecision: (decision) => notice(json ? JSON.stringify(decision) : asLine(decision)),
      onLog: (name, text) => notice(json ? JSON.stringify({ log: name, text }) : `  ${name}: ${text}`),
    };
    const gateway = await startLocalGateway(options);
    const credentials = await assumed(gateway, (values['assume-role'] ?? []) as string[]);
    const stopped = untilStopped();
    const warnings = warningsOf(gateway, assembly);
    if (json && warnings !== '') notice(warnings);
    process.stdout.write(
      `${json ? JSON.stringify({ ...started(gateway), ...credentials }) : `${banner(gateway, credentials)}${warnings}\n\n${DECISIONS}`}\n`,
    );
    await stopped;
    await gateway.close();
    return { exitCode: EXIT.clean } satisfies CommandResult;
  },
};

function portOf(value: unknown): number {
  const port = Number(value ?? 8787);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw usage(`--port takes a port number, got ${String(value)}`);
  return port;
}

function pairsOf(option: string, shape: string, pairs: readonly string[]): { [name: string]: string } {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw usage(`${option} takes ${shape}, got ${pair}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** A host without `=` stands for itself. */
function forwards(values: readonly string[]): { [origin: string]: string | undefined } {
  return Object.fromEntries(
    values.map((value) => {
      const at = value.indexOf('=');
      return at < 0 ? [value, undefined] : [value.slice(0, at), value.slice(at + 1)];
    }),
  );
}

function started({ mcpUrl, issuer, tokenEndpoint, agents, interactiveAgents }: LocalGateway): object {
  return { mcpUrl, issuer, tokenEndpoint, agents, interactiveAgents };
}

interface Assumed {
  readonly credentials?: { readonly [role: string]: LocalCredentials };
}

async function assumed(gateway: LocalGateway, roles: readonly string[]): Promise<Assumed> {
  if (roles.length === 0) return {};
  try {
    return { credentials: Object.fromEntries(roles.map((role) => [role, gateway.assumeRole(role)])) };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

const DECISIONS = 'Decisions, as they are made (Ctrl-C stops):';

function banner(gateway: LocalGateway, { credentials = {} }: Assumed): string {
  return [
    `MCP endpoint    ${gateway.mcpUrl}`,
    `Token endpoint  ${gateway.tokenEndpoint}`,
    '',
    'The keys and secrets of this issuer are made up at every start: never trust its tokens elsewhere.',
    ...gateway.agents.map(
      ({ name, clientId, clientSecret, scopes }) =>
        `  ${name}: client_id ${clientId}, client_secret ${clientSecret}, scope "${scopes.join(' ')}"`,
    ),
    ...gateway.interactiveAgents.map(
      ({ name, clientId, scopes }) => `  ${name}: people log in, client_id ${clientId}, scope "${scopes.join(' ')}"`,
    ),
    ...Object.entries(credentials).map(
      ([role, { accessKeyId, secretAccessKey, sessionToken }]) =>
        `  ${role}: AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_SESSION_TOKEN=${sessionToken}`,
    ),
  ].join('\n');
}

/** What nobody should take silence about for protection. */
function warningsOf(gateway: LocalGateway, assembly: Assembly): string {
  const errors = runRules(assembly).filter(({ severity }) => severity === 'error');
  return [
    ...section('Not simulated here:', gateway.unsupported),
    ...section(
      'Findings of the four-layer rules:',
      errors.map(({ ruleId, path, message }) => `${ruleId} ${path}: ${message}`),
    ),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function asLine({ layer, decision, caller, tool, action, resource, reason, hint }: Decision): string {
  const subject = [tool ?? '', action === tool ? '' : (action ?? ''), resource ?? '']
    .filter((part) => part !== '')
    .join(' ');
  const lines = [`layer ${layer} ${decision.padEnd(5)} ${caller ?? ''} ${subject}`.trimEnd(), `  ${reason}`];
  return [...lines, ...(hint === undefined ? [] : [`  ${hint}`])].join('\n');
}

function notice(text: string): void {
  process.stderr.write(`${text}\n`);
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
