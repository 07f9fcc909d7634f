import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CallbackUrl,
  Caller,
  type ICaller,
  type IMcpTool,
  Inbound,
  IssuerScopes,
  McpToolList,
  SecureMcpGateway,
  Target,
  ToolHandler,
} from 'cdk-secure-mcp';
import { Construct } from 'constructs';
import { schema } from './gateway-app';
import { ALLOWED as ALLOWED_OF_TARGETS, CREDENTIALS, DOCS_TOOLS, TARGETS } from './remote-targets';

const REASON = 'a public catalogue of products, read only';
const HANDLER = join(mkdtempSync(join(tmpdir(), 'handler-')), 'index.js');
writeFileSync(HANDLER, 'exports.handler = async () => null;\n');

const INBOUND: { readonly [kind: string]: () => Inbound } = {
  cognito: () => Inbound.cognito(),
  oidc: () =>
    Inbound.oidc({
      issuer: 'https://id.example.com/tenant',
      audience: ['https://mcp.example.com'],
      scopes: IssuerScopes.perTool(),
    }),
  iam: () => Inbound.iam(),
  authenticateOnly: () => Inbound.authenticateOnly({ reason: REASON }),
  unauthenticated: () => Inbound.unauthenticated({ reason: REASON }),
};

const AGENTS: { readonly [kind: string]: (gateway: SecureMcpGateway) => ICaller } = {
  machine: (gateway) => gateway.addAgent('robot'),
  interactive: (gateway) =>
    gateway.addInteractiveAgent('desktop', { callbackUrls: [CallbackUrl.https('https://agent.example.com/cb')] }),
  external: (gateway) => gateway.addExternalAgent('partner', { clientId: 'partner-client' }),
  'IAM role': (gateway) =>
    Caller.iamRole(new Role(Stack.of(gateway), 'Robot', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') })),
  anyone: () => Caller.unauthenticated(),
};

/** Who can come in where, read by a person. */
const FITS: { readonly [inbound: string]: readonly string[] } = {
  cognito: ['machine', 'interactive'],
  oidc: ['external'],
  iam: ['IAM role'],
  authenticateOnly: ['IAM role'],
  unauthenticated: ['anyone'],
};
export const PRINCIPAL: { readonly [inbound: string]: string } = {
  cognito: 'token',
  oidc: 'token',
  iam: 'signature',
  authenticateOnly: 'signature',
  unauthenticated: 'nobody',
};
const SHOWS: { readonly [agent: string]: string } = {
  machine: 'token',
  interactive: 'token',
  external: 'token',
  'IAM role': 'signature',
  anyone: 'nobody',
};

/** Functions, gateways and runtimes have no choice. */
const ALLOWED: { readonly [kind: string]: readonly string[] } = {
  Lambda: ['its own'],
  ...ALLOWED_OF_TARGETS,
  'AgentCore gateway': ['its own'],
  'AgentCore runtime': ['its own'],
};
/** What a permit for anyone bounds; a tool without arguments cannot be open to anyone. */
const ARGUMENT: { readonly [kind: string]: string | undefined } = {
  Lambda: 'id',
  OpenAPI: 'id',
  'MCP server': 'query',
  'MCP server (dynamic)': 'query',
  Smithy: 'partId',
  'AgentCore gateway': 'query',
  'AgentCore runtime': 'query',
};
const FOR_A_USER = ['authorizationCode', 'tokenExchange'];

/** A target of one kind with one credential; every gateway of the table has them all. */
export interface Pair {
  /** Name of the target. */
  readonly name: string;
  readonly kind: string;
  readonly credential: string;
}

export interface Front {
  readonly id: string;
  readonly inbound: string;
  readonly agent: string;
}

/** Functions, gateways and runtimes are called as the gateway's role: another credential cannot be written. */
const credentialsOf = (kind: string) => (kind in TARGETS ? Object.keys(CREDENTIALS) : ['its own']);
export const PAIRS: readonly Pair[] = Object.keys(ALLOWED)
  .flatMap((kind) => credentialsOf(kind).map((credential) => ({ kind, credential })))
  .map((pair, index) => ({ ...pair, name: `t${index}x` }));
export const FRONTS: readonly Front[] = Object.keys(INBOUND)
  .flatMap((inbound) => Object.keys(AGENTS).map((agent) => ({ inbound, agent })))
  .map((front, index) => ({ ...front, id: `Case${index}x` }));

/** The codes that a combination must end with; none for one that makes a template. */
export function expectedCodes({ inbound, agent }: Front, { kind, credential }: Pair): string[] {
  const codes = new Set<string>();
  if (SHOWS[agent] === 'token' && !FITS[inbound]!.includes(agent)) codes.add('AGENT_KIND');
  if (PRINCIPAL[inbound] !== SHOWS[agent]) codes.add('CALLER_KIND');
  if (!ALLOWED[kind]!.includes(credential)) codes.add('OUTBOUND_COMBINATION');
  if (FOR_A_USER.includes(credential) && PRINCIPAL[inbound] !== 'token') codes.add('OUTBOUND_COMBINATION');
  if (agent === 'anyone' && ARGUMENT[kind] === undefined) {
    codes.add('POLICY_ANALYSIS');
    if (inbound === 'unauthenticated') codes.add('CALLER_KIND');
  }
  return [...codes].sort();
}

export function build(app: App, front: Front, pairs: readonly Pair[]): Stack {
  const stack = new Stack(app, front.id);
  const gateway = new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'shop', inbound: INBOUND[front.inbound]!() });
  const caller = AGENTS[front.agent]!(gateway);
  for (const pair of pairs) {
    const argument = ARGUMENT[pair.kind];
    for (const tool of toolsOf(gateway, pair)) {
      tool.permit(caller, { when: argument === undefined ? [] : [tool.arg(argument).equalTo('A1')] });
    }
  }
  return stack;
}

function toolsOf(gateway: SecureMcpGateway, { name, kind, credential }: Pair): IMcpTool[] {
  const scope = new Construct(Stack.of(gateway), name);
  if (kind === 'Lambda') {
    const input = schema({ id: { type: 'string' } }, ['id']);
    return [gateway.addTool(name, { description: 'Look up', input, handler: ToolHandler.fromEntry(HANDLER) })];
  }
  const tools = McpToolList.fromJson(JSON.stringify(DOCS_TOOLS));
  const target: Target =
    kind === 'AgentCore gateway'
      ? Target.agentCoreGateway({ gatewayId: 'other-abcde12345', tools })
      : kind === 'AgentCore runtime'
        ? Target.agentCoreRuntime({ runtimeId: 'other-abcde12345', tools })
        : TARGETS[kind]!(scope, CREDENTIALS[credential]!(scope));
  return gateway.addTarget(name, target).tools;
}

export const FITTING: readonly { readonly front: Front; readonly pairs: readonly Pair[] }[] = FRONTS.map((front) => ({
  front,
  pairs: PAIRS.filter((pair) => expectedCodes(front, pair).length === 0),
})).filter(({ pairs }) => pairs.length > 0);

if (require.main === module) {
  const app = new App();
  for (const { front, pairs } of FITTING) build(app, front, pairs);
  app.synth();
}
