import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Interceptor, McpToolList, Target, ToolHandler, ToolSchema } from 'cdk-secure-mcp';
import { GatewayApp } from './support/gateway-app';
import { CREDENTIALS, TARGETS } from './support/remote-targets';

const INPUT = ToolSchema.fromJson(
  JSON.stringify({
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['a', 'b'] },
      id: { type: 'string', pattern: '^o-[0-9]+$' },
      region: { type: 'string', pattern: '^eu-' },
      lines: { type: 'array', items: { type: 'integer', minimum: 1 } },
    },
    required: ['id'],
  }),
);
const HELPED = join(__dirname, 'fixtures/tools/helped.ts');

interface Report {
  tools: {
    tool: string;
    dropped: { pointer: string; keyword: string; why: string }[];
    lines: { argument: string; keyword: string; enforcedBy: string[] }[];
  }[];
}

/** What the report says of each tool, and what is warned of. */
function synthesize(shop: GatewayApp) {
  const { directory } = shop.app.synth();
  const { tools } = JSON.parse(readFileSync(join(directory, 'input-schemas.json'), 'utf8')) as Report;
  const warnings = Annotations.fromStack(shop.stack)
    .findWarning('*', Match.stringLikeRegexp('nothing in front of'))
    .map(({ entry }) => String(entry.data));
  const of = (tool: string) =>
    Object.fromEntries(
      tools
        .find((each) => each.tool === tool)!
        .lines.map(({ argument, keyword, enforcedBy }) => [`${keyword} of ${argument}`, enforcedBy]),
    );
  const dropped = (tool: string) =>
    tools.find((each) => each.tool === tool)!.dropped.map(({ pointer, why }) => `${pointer}: ${why}`);
  return { of, dropped, warnings };
}

function shopWith(props: ConstructorParameters<typeof GatewayApp>[1] = {}) {
  const shop = new GatewayApp('shop', props);
  const agent = shop.gateway.addAgent('robot');
  shop.addTool('plain', { input: INPUT }).permit(agent);
  shop.addTool('helped', { input: INPUT, handler: ToolHandler.fromEntry(HELPED) }).permit(agent);
  const folder = mkdtempSync(join(tmpdir(), 'python-'));
  writeFileSync(join(folder, 'handler.py'), 'def handler(event, context): return event');
  shop.addTool('snake', { input: INPUT, handler: ToolHandler.fromPythonFolder(folder) }).permit(agent);
  const target = shop.gateway.addTarget(
    'tickets',
    TARGETS.OpenAPI!(shop.stack, CREDENTIALS.unauthenticated!(shop.stack)),
  );
  for (const tool of target.tools) tool.permit(agent);
  return shop;
}

test('each line is enforced where it can be, and what nothing enforces is a warning', () => {
  const { of, warnings } = synthesize(shopWith());

  expect(of('plain___plain')).toEqual({
    'enum of kind': ['policy'],
    'pattern of id': [],
    'pattern of region': ['policy'],
    'minimum of lines[]': [],
  });
  expect(of('helped___helped')).toEqual({
    'enum of kind': ['policy'],
    'pattern of id': ['handler'],
    'pattern of region': ['policy'],
    'minimum of lines[]': ['handler'],
  });
  expect(of('snake___snake')['pattern of id']).toEqual([]);
  expect(of('tickets___getTicket')).toEqual({ 'pattern of id': [] });
  expect(warnings).toHaveLength(3);
  expect(warnings[0]).toMatch(/nothing in front of plain___plain enforces pattern of id, minimum of lines\[\]/);
  expect(warnings[1]).toMatch(/nothing in front of snake___snake enforces pattern of id/);
  expect(warnings[2]).toMatch(/nothing in front of tickets___getTicket enforces pattern of id/);
});

test('with the REQUEST interceptor nothing is left open', () => {
  const { of, warnings } = synthesize(shopWith({ interceptors: [Interceptor.request()] }));

  expect(of('plain___plain')).toEqual({
    'enum of kind': ['policy', 'interceptor'],
    'pattern of id': ['interceptor'],
    'pattern of region': ['policy', 'interceptor'],
    'minimum of lines[]': ['interceptor'],
  });
  expect(of('tickets___getTicket')).toEqual({ 'pattern of id': ['interceptor'] });
  expect(warnings).toEqual([]);
});

test('what is neither published nor enforced is listed with the reason, each once and in order', () => {
  const text = { type: 'string', title: 'T' };
  const shop = new GatewayApp('shop');
  const agent = shop.gateway.addAgent('robot');
  const input = {
    type: 'object',
    properties: { id: { ...text, 'x-a': 1 }, b: { ...text, default: 'x' } },
    $comment: 'c',
  };
  shop.addTool('plain', { input: ToolSchema.fromJson(JSON.stringify(input)) }).permit(agent);
  const inputSchema = {
    type: 'object',
    properties: { b: { $ref: '#/$defs/Text' }, a: { $ref: '#/$defs/Text' } },
    $defs: { Text: { type: 'string', readOnly: true } },
  };
  const tools = [
    { name: 'find', description: 'Find', inputSchema, outputSchema: {}, annotations: { readOnlyHint: true } },
  ];
  const target = shop.gateway.addTarget(
    'docs',
    Target.mcpServer({
      endpoint: 'https://mcp.vendor.example/mcp',
      tools: McpToolList.fromJson(JSON.stringify({ tools })),
      outbound: CREDENTIALS.unauthenticated!(shop.stack),
    }),
  );
  target.tool('find').permit(agent);
  const { of, dropped } = synthesize(shop);

  expect(dropped('plain___plain')).toEqual([
    '/$comment: for readers of the schema: it accepts and refuses nothing',
    '/properties/b/default: for readers of the schema: it accepts and refuses nothing',
    '/properties/b/title: for readers of the schema: it accepts and refuses nothing',
    '/properties/id/title: for readers of the schema: it accepts and refuses nothing',
    '/properties/id/x-a: an extension: nothing here knows what it means',
  ]);
  expect(of('plain___plain')).toEqual({});
  expect(dropped('docs___find')).toEqual([
    '/tools/0/annotations: a hint of the server, not a promise: only destructiveHint is heeded, and raises the risk',
    '/tools/0/inputSchema/$defs: definitions stand where they are referred to',
    '/tools/0/inputSchema/$defs/Text/readOnly: for readers of the schema: it accepts and refuses nothing',
    '/tools/0/outputSchema: not published: what is not there cannot mislead a model',
  ]);
});
