import type { ToolInputSchema } from '../../../lib/core/schema/tool-schema';

export const GATEWAY = 'arn:aws:bedrock-agentcore:eu-west-1:123456789012:gateway/orders-abcdefghij';

export const REFUND: ToolInputSchema = {
  type: 'object',
  properties: {
    orderId: { type: 'string' },
    amount: { type: 'number' },
    count: { type: 'integer' },
    express: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    address: { type: 'object', properties: { city: { type: 'string' }, zip: { type: 'integer' } }, required: ['city'] },
  },
  required: ['orderId', 'amount'],
};

export const TOOLS = [
  { target: 'order-refund', name: 'order-refund', inputSchema: REFUND },
  { target: 'order-list', name: 'order-list', inputSchema: { type: 'object' } as ToolInputSchema },
];

/** A permit for the refund tool with this condition. */
export function refundPermit(condition: string): string {
  return [
    'permit (',
    '  principal is AgentCore::OAuthUser,',
    '  action == AgentCore::Action::"order-refund___order-refund",',
    `  resource == AgentCore::Gateway::"${GATEWAY}"`,
    ')',
    'when {',
    `  ${condition}`,
    '};',
  ].join('\n');
}
