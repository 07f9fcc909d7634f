import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool, ToolError } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const queue = new SQSClient({});

export const handler = defineTool<{ orderId: string; note: string }>({
  name: 'order-note',
  handle: async ({ input: { orderId, note } }) => {
    const order = { TableName: process.env.ORDERS, Key: { orderId } };
    const { Item } = await database.send(new GetCommand(order));
    if (Item === undefined) throw new ToolError(`order ${orderId} does not exist`);
    await database.send(
      new UpdateCommand({
        ...order,
        UpdateExpression: 'SET note = :note',
        ExpressionAttributeValues: { ':note': note },
      }),
    );
    await queue.send(new SendMessageCommand({ QueueUrl: process.env.AUDIT, MessageBody: JSON.stringify({ orderId }) }));
    return { orderId };
  },
});
