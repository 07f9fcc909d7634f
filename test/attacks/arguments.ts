import { REFUND } from '../support/local-shop';
import type { Attack, AttackRequest } from './attack';
import { logOnly, noEngine, permit, policy } from './weaken';

const denied = { layer: 3, status: 200, code: -32002 } as const;
const unknownTool = { layer: 'protocol', status: 200, code: -32602 } as const;

const asSupport =
  (request: AttackRequest): Attack['request'] =>
  async ({ token }) => ({ ...request, token: await token('support') });
const asReader =
  (request: AttackRequest): Attack['request'] =>
  async ({ token }) => ({ ...request, token: await token('reader') });
const refund = (args: unknown): AttackRequest => ({ tool: REFUND, arguments: args });
/** The arguments exactly as written, for what JSON.stringify would not write. */
const rawRefund = (args: string): AttackRequest => ({
  body: `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${REFUND}","arguments":${args}}}`,
});

const UNKNOWN_NAMES = [
  ['C04', 'Refund___Refund'],
  ['C04', 'refund___REFUND'],
  ['C05', 'refund__refund'],
  ['C05', 'refund____refund'],
  ['C05', 'refund.refund'],
  ['C05', 'refund'],
  ['C06', '\uff52efund___refund'],
  ['C06', 'r\u0435fund___refund'],
  ['C06', 'refund___refund\u200d'],
  ['C06', 'refund___refund\u0301'],
  ['C06', '\u202erefund___refund'],
  ['C08', 'refund___refund_all'],
  ['C08', 'xrefund___refund'],
  ['C10', '__proto__'],
  ['C10', 'constructor'],
  ['C10', 'toString'],
  ['C10', 'hasOwnProperty'],
] as const;

/** Sections C and D: names of tools, arguments against policy and tool. */
export const ARGUMENT_ATTACKS: readonly Attack[] = [
  ...(
    [
      { without: 'AZ01: a policy engine', edit: noEngine, unenforced: true },
      { without: 'AZ02: an engine that enforces', edit: logOnly, unenforced: true },
      { without: 'AZ06: a condition on the caller', edit: permit('refund') },
    ] as NonNullable<Attack['twin']>[]
  ).map(
    (twin): Attack => ({
      id: 'C01',
      title: 'call of a tool that is not listed for the caller',
      request: asReader(refund({ id: 'o-1', amount: 1 })),
      expected: denied,
      twin,
    }),
  ),
  ...UNKNOWN_NAMES.map(
    ([id, tool]): Attack => ({
      id,
      title: `tool name ${JSON.stringify(tool)}`,
      request: asSupport({ tool, arguments: { id: 'o-1', amount: 1 } }),
      expected: unknownTool,
    }),
  ),
  {
    id: 'D01',
    title: 'amount above the limit',
    request: asSupport(refund({ id: 'o-1', amount: 600 })),
    expected: denied,
    twin: {
      without: 'AZ12: the upper bound',
      edit: policy('refund', (text) =>
        text.replace(/context\.input\.amount\.lessThanOrEqual\(decimal\("500\.0"\)\)/, 'true'),
      ),
    },
  },
  {
    id: 'D02',
    title: 'amount far below zero',
    request: asSupport(refund({ id: 'o-1', amount: -1_000_000 })),
    expected: denied,
    twin: {
      without: 'AZ12: the lower bound',
      edit: policy('refund', (text) =>
        text.replace(/context\.input\.amount\.greaterThanOrEqual\(decimal\("0\.01"\)\)/, 'true'),
      ),
    },
  },
  ...['500.000001', '500.0000000000001', '5.001e2', '9007199254740993', '1e400', '-1e400', '-0', '0.00001'].map(
    (amount): Attack => ({
      id: 'D05',
      title: `amount ${amount}`,
      request: asSupport(rawRefund(`{"id":"o-1","amount":${amount}}`)),
      expected: denied,
    }),
  ),
  {
    id: 'D13',
    title: 'an identity in the arguments',
    request: async ({ token, clientId }) => ({
      ...refund({ id: 'o-1', amount: 1, client_id: clientId('support'), on_behalf_of: 'support', role: 'admin' }),
      token: await token('reader'),
    }),
    expected: denied,
  },
  {
    id: 'D18',
    title: 'a tool of another permit',
    request: asReader(refund({ id: 'o-1', amount: 1 })),
    expected: denied,
    twin: {
      without: 'AZ11: one action per permit',
      edit: permit(
        'lookup',
        undefined,
        'in [AgentCore::Action::"look-up___look-up", AgentCore::Action::"refund___refund"]',
      ),
    },
  },
];
