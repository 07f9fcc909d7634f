import { Match } from 'aws-cdk-lib/assertions';
import { GatewayApp, schema } from '../support/gateway-app';

test('what the gateway does not carry of a schema reaches the policy and the function of the tool', () => {
  const shop = new GatewayApp();
  const tool = shop.addTool('order-refund', {
    input: schema({ amount: { type: 'number', maximum: 500 }, note: { type: 'string', maxLength: 80 } }, ['amount']),
  });
  tool.permit(shop.gateway.addAgent('support'));
  const template = shop.template();

  template.hasResourceProperties('AWS::BedrockAgentCore::GatewayTarget', {
    TargetConfiguration: {
      Mcp: {
        Lambda: {
          ToolSchema: {
            InlinePayload: [
              {
                InputSchema: {
                  Properties: { Amount: Match.absent(), amount: { Type: 'number', Maximum: Match.absent() } },
                },
              },
            ],
          },
        },
      },
    },
  });
  const policies = JSON.stringify(template.findResources('AWS::BedrockAgentCore::Policy'));
  expect(policies).toContain('context.input.amount.lessThanOrEqual(decimal(');
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        SECURE_MCP_INPUT_SCHEMA: JSON.stringify({
          type: 'object',
          properties: { note: { type: 'string', maxLength: 80 } },
        }),
      },
    },
  });
});

test('a function has no schema to enforce when the policy enforces all of it', () => {
  const shop = new GatewayApp();
  shop
    .addTool('order-refund', { input: schema({ amount: { type: 'number', maximum: 500 } }) })
    .permit(shop.gateway.addAgent('support'));

  shop.template().hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { SECURE_MCP_INPUT_SCHEMA: Match.absent() } },
  });
});
