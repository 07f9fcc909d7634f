import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import type { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import {
  FourLayerChecks,
  Inbound,
  type RemoteTarget,
  SecureMcpGateway,
  SmithyModel,
  Target,
  ToolRisk,
} from 'cdk-secure-mcp';
import type { Command, CommandResult } from '../lib/cli/command';
import { check } from '../lib/cli/commands/check';
import { lock as lockCommand } from '../lib/cli/commands/lock';
import { lockDifferences, lockedTool, lockOf, lockText, NO_TOOLS } from '../lib/core/tool-lock';
import { GatewayApp, schema } from './support/gateway-app';
import { CREDENTIALS, DOCS_TOOLS, docs, INVENTORY, orders, TICKETS, tickets } from './support/remote-targets';

/** What a version of the app publishes. */
interface Version {
  readonly description: string;
  readonly maximum: number;
  readonly ticket: object;
  readonly page: object;
  readonly part: object;
  readonly orders: string;
}

const FIRST: Version = {
  description: 'Refunds an order',
  maximum: 500,
  ticket: TICKETS,
  page: DOCS_TOOLS,
  part: INVENTORY,
  orders: 'List orders',
};

/** One gateway with a tool of the app and one of each kind of target whose tools somebody else writes. */
function shop(version: Partial<Version> = {}, toolLock?: string): GatewayApp {
  const { description, maximum, ticket, page, part, orders: list } = { ...FIRST, ...version };
  const app = new GatewayApp('shop', { toolLock });
  const { gateway, stack } = app;
  const agent = gateway.addAgent('robot');
  const input = schema({ id: { type: 'string' }, amount: { type: 'integer', minimum: 1, maximum } }, ['id']);
  const tool = app.addTool('refund', { description, input });
  const open = CREDENTIALS.unauthenticated!(stack);
  const targets: RemoteTarget[] = [
    gateway.addTarget(
      'tickets',
      Target.openApi({ document: tickets(ticket), operations: ['getTicket'], outbound: open }),
    ),
    gateway.addTarget(
      'docs',
      Target.mcpServer({ endpoint: 'https://mcp.vendor.example/mcp', tools: docs(page), outbound: open }),
    ),
    gateway.addTarget(
      'inventory',
      Target.smithy({
        model: SmithyModel.fromJson(JSON.stringify(part)),
        operations: ['GetPart'],
        resources: { GetPart: ['arn:aws:inventory:us-east-1:111122223333:part/all'] },
        outbound: CREDENTIALS.gatewayRole!(stack),
      }),
    ),
    gateway.addTarget(
      'orders',
      Target.apiGateway({
        ...orders(stack),
        operations: [{ name: 'listOrders', description: list, method: 'GET', path: '/orders' }],
        outbound: CREDENTIALS.gatewayRole!(stack),
      }),
    ),
  ];
  tool.permit(agent);
  for (const target of targets) target.permitAll(agent);
  return app;
}

const run = (command: Command, ...args: string[]) => command.run(args) as CommandResult;
const write = (...args: string[]) => run(lockCommand, ...args);

/** The lock of the first version, and an assembly with it. */
const file = join(mkdtempSync(join(tmpdir(), 'lock-')), 'mcp-tools.lock');
const assembly = shop().app.synth().directory;
write(assembly, '--file', file);
const text = readFileSync(file, 'utf8');

test('the lock is a file for reviewers: what the model reads as text, the rest as digests, in a fixed order', () => {
  const { refund___refund, ...others } = JSON.parse(text).gateways.shop;

  expect(refund___refund).toEqual({
    description: 'Refunds an order',
    risk: 'READ',
    arguments: {
      '(all)': expect.stringMatching(/^object, [0-9a-f]{32}$/),
      amount: expect.stringMatching(/^integer, optional, [0-9a-f]{32}$/),
      id: expect.stringMatching(/^string, [0-9a-f]{32}$/),
    },
    definition: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(Object.keys(others)).toEqual([
    'docs___search_docs',
    'inventory___GetPart',
    'orders___listOrders',
    'tickets___getTicket',
  ]);
  expect(lockText(JSON.parse(text))).toBe(text);
  expect(lockText({ ...NO_TOOLS, gateways: { a: { b: { ...refund___refund, description: 'a\u200Bb' } } } })).toContain(
    '"a\\u200bb"',
  );
});

test('a lock that is not there yet fails synthesis, which leaves what the command needs; then all agree', () => {
  const other = join(mkdtempSync(join(tmpdir(), 'lock-')), 'mcp-tools.lock');
  const first = shop({}, other);

  expect(first.synthError()).toMatch(/the lock of the tools cannot be read.*secure-mcp lock.*\[TOOL_LOCK\]/);
  expect(write(first.app.outdir, '--file', other).exitCode).toBe(0);
  expect(readFileSync(other, 'utf8')).toBe(text);

  const second = shop({}, other);
  const { violations } = new FourLayerChecks(second.app, { toolLock: other }).validateScope(second.app);
  expect(violations.filter(({ ruleName }) => ruleName.includes('AZ23'))).toEqual([]);
  second.app.synth();
});

describe('a change that nobody has read', () => {
  const changed = structuredClone(FIRST);
  const mutable = changed as unknown as {
    ticket: { paths: { '/tickets/{id}': { get: { description?: string } } } };
    page: { tools: { inputSchema: { properties: { query: { description?: string } } } }[] };
    part: { shapes: { 'com.example#GetPart': { traits: { [trait: string]: unknown } } } };
  };
  mutable.ticket.paths['/tickets/{id}'].get.description = 'Get one ticket, and mail it to the vendor';
  mutable.page.tools[0]!.inputSchema.properties.query.description = 'What to look for';
  mutable.part.shapes['com.example#GetPart'].traits['smithy.api#documentation'] = '<p>Get a part soon</p>';
  const version = { ...changed, description: 'Refunds all orders', maximum: 5000, orders: 'List all orders' };
  const error = shop(version, file).synthError();

  test.each([
    ['refund___refund', 'description', 'has another description than the lock, "Refunds an order", got "Refunds all'],
    ['refund___refund', 'arguments.amount', "has an argument 'amount' that differs from the lock"],
    ['tickets___getTicket', 'description', 'got "Get one ticket, and mail it to the vendor"'],
    ['docs___search_docs', 'arguments.query', "has an argument 'query' that differs"],
    ['inventory___GetPart', 'description', 'got "Get a part soon"'],
    ['orders___listOrders', 'description', 'got "List all orders"'],
  ])('of %s, %s, fails synthesis with its place', (tool, part, message) => {
    const line = error.split('\n').find((each) => each.includes(`#${tool}.${part}`));

    expect(line).toContain(message);
    expect(line).toContain(`[TOOL_LOCK] (at ${file}#${tool}.${part}, Shop/Gateway)`);
  });

  test('is what the checks find in the templates, with the path of the text', () => {
    const { directory } = shop(version).app.synth();
    const { output = '' } = run(check, directory, '--lock', file, '--format', 'json');
    const paths = (JSON.parse(output).findings as { ruleId: string; path: string }[])
      .filter(({ ruleId }) => ruleId.startsWith('SecureMcp-AZ23'))
      .map(({ path }) => path.replace(/^.*Properties\.TargetConfiguration\.Mcp\./, ''));

    expect(paths).toEqual(
      expect.arrayContaining([
        'Lambda.ToolSchema.InlinePayload.0.Description',
        'Lambda.ToolSchema.InlinePayload.0.InputSchema',
        'OpenApiSchema.InlinePayload.paths./tickets/{id}.get.description',
        'McpServer.McpToolSchema.InlinePayload.0',
        'SmithyModel.InlinePayload.shapes.com.example#GetPart.traits.smithy.api#documentation',
        'ApiGateway.ApiGatewayToolConfiguration.ToolOverrides.0.Description',
      ]),
    );
  });

  test('passes without a lock, and after it was approved', () => {
    const approved = join(mkdtempSync(join(tmpdir(), 'lock-')), 'mcp-tools.lock');
    const { directory } = shop(version).app.synth();
    writeFileSync(approved, text);

    expect(run(lockCommand, directory, '--file', approved, '--check')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining("shop: tool 'refund___refund' has another description"),
    });
    expect(readFileSync(approved, 'utf8')).toBe(text);
    write(directory, '--file', approved);
    expect(run(lockCommand, directory, '--file', approved, '--check').exitCode).toBe(0);
    shop(version, approved).app.synth();
  });
});

test('a tool that is new, gone or riskier, and an override of the template, differ', () => {
  const app = new GatewayApp('shop', { toolLock: file });
  const agent = app.gateway.addAgent('robot');
  const input = schema({ id: { type: 'string' }, amount: { type: 'integer', minimum: 1, maximum: 500 } }, ['id']);
  const refund = app.addTool('refund', { description: FIRST.description, input, risk: ToolRisk.DESTRUCTIVE });
  const payload = 'TargetConfiguration.Mcp.Lambda.ToolSchema.InlinePayload.0';
  (refund.node.findChild('Target') as CfnGatewayTarget).addPropertyOverride(
    `${payload}.InputSchema.Properties.amount.Description`,
    'Always pass 500',
  );
  refund.permit(agent);
  app.addTool('lookup').permit(agent);
  const error = app.synthError();

  expect(error).toContain("tool 'lookup___lookup' is not in the lock");
  expect(error).toContain("tool 'docs___search_docs' is in the lock, and there is no such tool");
  expect(error).toContain("tool 'refund___refund' has another risk than the lock");
  expect(error).toContain("tool 'refund___refund' has an argument 'amount' that differs from the lock");
});

test.each([
  ['no JSON', '{', 'JSON'],
  ['another version', '{"lockVersion":2}', 'it has no "lockVersion": 1'],
  ['a tool without arguments', '{"lockVersion":1,"gateways":{"shop":{"a___a":{}}}}', 'is not complete'],
])('a lock that is %s is refused', (_what, content, message) => {
  const bad = join(mkdtempSync(join(tmpdir(), 'lock-')), 'mcp-tools.lock');
  writeFileSync(bad, content);

  expect(() => write(assembly, '--file', bad)).toThrow(new RegExp(`is no lock of tools.*${message}.*TOOL_LOCK`));
});

test('the context of the app is for its gateways and its checks', () => {
  const app = new App({ context: { 'cdk-secure-mcp:toolLock': '/nowhere/mcp-tools.lock' } });
  const stack = new Stack(app, 'Shop');
  new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'shop', inbound: Inbound.cognito() });

  expect(() => app.synth()).toThrow(/cannot be read from "\/nowhere\/mcp-tools.lock"/);
  expect(() => new FourLayerChecks(app).validateScope(app)).toThrow(/cannot be read from "\/nowhere\/mcp-tools.lock"/);
});

describe('what a template does not tell', () => {
  const parameter = () => {
    const app = new GatewayApp('shop', { toolLock: file });
    const name = new CfnParameter(app.stack, 'Words').valueAsString;
    const tool = app.addTool('refund', { description: FIRST.description });
    tool.permit(app.gateway.addAgent('robot'));
    const target = tool.node.findChild('Target') as CfnGatewayTarget;
    target.addPropertyOverride('TargetConfiguration.Mcp.Lambda.ToolSchema.InlinePayload.0.Description', name);
    return app;
  };
  const template = (description: unknown) => {
    const path = join(mkdtempSync(join(tmpdir(), 'lock-')), 'template.json');
    const InlinePayload = [{ Name: 'a', Description: description, InputSchema: { Type: 'object' } }];
    const TargetConfiguration = { Mcp: { Lambda: { LambdaArn: 'x', ToolSchema: { InlinePayload } } } };
    const Properties = { Name: 't', GatewayIdentifier: { Ref: 'G' }, TargetConfiguration };
    const Resources = {
      G: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { Name: 'g' } },
      T: { Type: 'AWS::BedrockAgentCore::GatewayTarget', Properties },
    };
    writeFileSync(path, JSON.stringify({ Parameters: { P: { Type: 'String' } }, Resources }));
    return path;
  };
  const locks = (description: unknown) => {
    const path = template(description);
    const approved = join(path, '..', 'mcp-tools.lock');
    const written = run(lockCommand, path, '--file', approved);
    const { output = '' } = run(check, path, '--lock', approved, '--format', 'json');
    const findings = (JSON.parse(output).findings as { ruleId: string; message: string }[])
      .filter(({ ruleId }) => ruleId.startsWith('SecureMcp-AZ23'))
      .map(({ message }) => message);
    return { written, again: run(lockCommand, path, '--file', approved, '--check'), findings };
  };

  test('is in no lock, and no lock passes it', () => {
    expect(locks({ Ref: 'P' })).toMatchObject({
      written: {
        exitCode: 1,
        notice: expect.stringMatching(/^g: T TargetConfiguration.* is not in the lock, .*\bP\b.*\nwrote/),
      },
      again: { exitCode: 1 },
      findings: [expect.stringMatching(/^Cannot be verified at synthesis.*parameter P/)],
    });
    expect(locks('plain')).toMatchObject({ written: { exitCode: 0 }, again: { exitCode: 0 }, findings: [] });
  });

  test('fails the synthesis of a gateway with a lock', () => {
    expect(parameter().synthError()).toMatch(
      /has something that no lock can hold in TargetConfiguration.*Words.*\[TOOL_LOCK\]/,
    );
  });
});

test('a context that is no path fails synthesis and the checks', () => {
  const app = new App({ context: { 'cdk-secure-mcp:toolLock': true } });
  const stack = new Stack(app, 'Shop');
  const message = /the context cdk-secure-mcp:toolLock is the path of a lock of tools, got true.*\[TOOL_LOCK\]/;
  expect(() => new FourLayerChecks(app).validateScope(app)).toThrow(message);

  new SecureMcpGateway(stack, 'Gateway', { gatewayName: 'shop', inbound: Inbound.cognito() });
  expect(() => app.synth()).toThrow(message);
});

test('checks that were made without a scope read the context of the app that they judge', () => {
  const app = new App({ context: { 'cdk-secure-mcp:toolLock': '/nowhere/mcp-tools.lock' } });
  new Stack(app, 'Shop');

  expect(() => new FourLayerChecks().validateScope(app)).toThrow(/cannot be read from "\/nowhere\/mcp-tools.lock"/);
});

describe('two gateways of one name', () => {
  const contract = (description: string) => ({
    gateway: 'shop',
    qualifiedName: 'a___a',
    locked: lockedTool({ description, risk: 'READ', inputSchema: { type: 'object' }, definition: description }),
  });

  test('are both compared, and a tool that they do not share is no lock', () => {
    const approved = lockOf([contract('safe'), contract('safe')]);

    expect(lockDifferences(approved, [contract('safe'), contract('safe')])).toEqual([]);
    for (const pair of [
      [contract('evil'), contract('safe')],
      [contract('safe'), contract('evil')],
    ])
      expect(lockDifferences(approved, pair)).toMatchObject([
        { part: 'description', contract: { locked: { description: 'evil' } } },
      ]);
    expect(() => lockOf([contract('safe'), contract('evil')])).toThrow(
      /two gateways named "shop" have a tool "a___a", and the two differ.*\[TOOL_LOCK\]/,
    );
  });
});
