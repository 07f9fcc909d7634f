/**
 * What a Lambda target receives: the tool's arguments as the event, and these keys in the client context.
 * Source: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-add-target-lambda.html
 */
export const CLIENT_CONTEXT = {
  messageVersion: 'bedrockAgentCoreMessageVersion',
  awsRequestId: 'bedrockAgentCoreAwsRequestId',
  mcpMessageId: 'bedrockAgentCoreMcpMessageId',
  gatewayId: 'bedrockAgentCoreGatewayId',
  targetId: 'bedrockAgentCoreTargetId',
  toolName: 'bedrockAgentCoreToolName',
  propagatedHeaders: 'bedrockAgentCorePropagatedHeaders',
  propagatedQueryParameters: 'bedrockAgentCorePropagatedQueryParameters',
} as const;

/** The value of `bedrockAgentCoreMessageVersion`. */
export const CLIENT_CONTEXT_VERSION = '1.0';
