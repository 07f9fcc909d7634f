import { ECHO, LOOKUP, REFUND, resources } from '../support/local-shop';
import type { Attack, AttackRequest, GoodRequest } from './attack';

const asReader =
  (request: AttackRequest): Attack['request'] =>
  async ({ token }) => ({ ...request, token: await token('reader') });

const MODERN = {
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': LOOKUP,
  accept: 'application/json, text/event-stream',
};

function modernCall(headers: { readonly [name: string]: string | undefined }, version = '2026-07-28'): AttackRequest {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'attacker', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name: LOOKUP, arguments: { id: 'o-1' }, _meta };
  return {
    headers: { ...MODERN, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params }),
  };
}

const message = (more: object) => JSON.stringify({ jsonrpc: '2.0', id: 7, ...more });
const call = (name: string) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: { id: 'o-1' } },
});
/** A text, and beside it an argument of so many lists within lists. */
const nested = (depth: number) => `"o-1","bomb":${'['.repeat(depth)}${']'.repeat(depth)}`;
const encoded = (name: string) => `=?base64?${Buffer.from(name).toString('base64')}?=`;
const refused = { layer: 'protocol', status: 400 } as const;
/** HeaderMismatch and UnsupportedProtocolVersion of MCP 2026-07-28. */
const mismatch = { ...refused, code: -32020 } as const;
const unsupported = { ...refused, code: -32022 } as const;
const unknownMethod = { layer: 'protocol', code: -32601 } as const;

function withRevision(revision: string): Attack['twin'] {
  return {
    without: 'IN15',
    edit: (template) => {
      const [gateway] = resources(template, 'AWS::BedrockAgentCore::Gateway');
      gateway!.Properties.ProtocolConfiguration.Mcp.SupportedVersions.push(revision);
    },
  };
}

/** Section B: transport and protocol. */
export const PROTOCOL_ATTACKS: readonly Attack[] = [
  // The twin is one of rules (rule-twins.test.ts): the local gateway has no batches, whatever the template lists.
  ...['2025-03-26', undefined, '2026-07-28'].map(
    (version): Attack => ({
      id: 'B01',
      title: `a batch whose first call is harmless, of revision ${version}`,
      request: asReader({
        body: JSON.stringify([call(LOOKUP), call(REFUND)]),
        headers: { 'mcp-protocol-version': version },
      }),
      expected: { ...refused, code: -32600 },
    }),
  ),
  {
    id: 'B02',
    title: 'another tool in the header than in the body',
    request: asReader(modernCall({ 'mcp-name': REFUND })),
    expected: mismatch,
  },
  {
    id: 'B02',
    title: 'another method in the header than in the body',
    request: asReader(modernCall({ 'mcp-method': 'tools/list' })),
    expected: mismatch,
  },
  { id: 'B04', title: 'no Mcp-Name', request: asReader(modernCall({ 'mcp-name': undefined })), expected: mismatch },
  { id: 'B04', title: 'no Mcp-Method', request: asReader(modernCall({ 'mcp-method': undefined })), expected: mismatch },
  {
    id: 'B04',
    title: 'no MCP-Protocol-Version',
    request: asReader(modernCall({ 'mcp-protocol-version': undefined })),
    expected: mismatch,
  },
  {
    id: 'B05',
    title: 'another version in the header than in the body',
    request: asReader(modernCall({}, '2025-11-25')),
    expected: mismatch,
  },
  {
    id: 'B05',
    title: 'an unlisted version',
    request: asReader({ tool: LOOKUP, arguments: { id: 'a' }, headers: { 'mcp-protocol-version': '1999-01-01' } }),
    expected: unsupported,
  },
  {
    id: 'B05',
    title: 'a downgrade',
    request: asReader({ tool: LOOKUP, arguments: { id: 'a' }, headers: { 'mcp-protocol-version': '2024-11-05' } }),
    expected: unsupported,
    twin: withRevision('2024-11-05'),
  },
  {
    id: 'B05',
    title: 'no version, which means 2025-03-26',
    request: asReader({ tool: LOOKUP, arguments: { id: 'a' }, headers: { 'mcp-protocol-version': undefined } }),
    expected: unsupported,
    twin: withRevision('2025-03-26'),
  },
  ...(
    [
      ['an encoded name of another tool', encoded(REFUND)],
      ['an encoded name in another spelling', encoded(LOOKUP).replace('base64', 'BASE64')],
      ['an encoded name that is none', '=?base64?!!!?='],
    ] as const
  ).map(
    ([title, name]): Attack => ({
      id: 'B06',
      title,
      request: asReader(modernCall({ 'mcp-name': name })),
      expected: mismatch,
    }),
  ),
  {
    id: 'B13',
    title: 'a bomb of brackets',
    request: asReader({
      body: message({ method: 'tools/call', params: call(ECHO).params }).replace('"o-1"', nested(100_000)),
    }),
    expected: refused,
  },
  {
    id: 'B16',
    title: 'text/plain',
    request: asReader({ tool: LOOKUP, arguments: { id: 'a' }, headers: { 'content-type': 'text/plain' } }),
    expected: { layer: 'protocol', status: 415 },
  },
  // Twins of rules: the web ACL of IN16, and the targets of AZ15 that have no tools, are not simulated.
  {
    id: 'B12',
    title: 'a body of 7 MB',
    request: asReader({ body: message({ method: 'tools/call', params: { name: 'x'.repeat(7 * 1024 * 1024) } }) }),
    expected: { layer: 'protocol', status: 413 },
  },
  ...[{}, [1], 'x'.repeat(10_000), true, null].map(
    (id): Attack => ({
      id: 'B17',
      title: `${JSON.stringify(id).slice(0, 12)} as id`,
      request: asReader({ body: message({ id, method: 'tools/call', params: call(LOOKUP).params }) }),
      expected: refused,
    }),
  ),
  ...['admin/reset', 'tools/call ', 'TOOLS/CALL', '__proto__', 'resources/read', 'prompts/get', 'logging/setLevel'].map(
    (method): Attack => ({
      id: method.includes('/') && /^(resources|prompts)/.test(method) ? 'B21' : 'B18',
      title: `method ${JSON.stringify(method)}`,
      request: asReader({ method, tool: LOOKUP }),
      expected: unknownMethod,
    }),
  ),
  ...[{ result: {} }, { error: { code: 1, message: 'x' } }].map(
    (answer): Attack => ({
      id: 'B20',
      title: `a response from the client: ${Object.keys(answer)[0]}`,
      request: asReader({ body: message(answer) }),
      expected: { layer: 'protocol', status: 202 },
    }),
  ),
];

export const GOOD_MESSAGES: readonly GoodRequest[] = [
  { title: 'a call of 2026-07-28', request: asReader(modernCall({})) },
  {
    title: 'a call whose name is encoded in the header',
    request: asReader(modernCall({ 'mcp-name': encoded(LOOKUP) })),
  },
  {
    title: 'lists within lists, not many',
    request: asReader({
      body: message({ method: 'tools/call', params: call(ECHO).params }).replace('"o-1"', nested(50)),
    }),
  },
];
