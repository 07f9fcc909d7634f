import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const queue = new SQSClient({});

export const handler = defineTool<{ orderId: string; note: string }>({
  name: 'order-note',
  handle: async ({ input }) => {
    await database.send(
      new UpdateCommand({
        TableName: process.env.ORDERS,
        Key: { orderId: input.orderId },
        UpdateExpression: 'SET note = :note',
        ConditionExpression: 'attribute_exists(orderId)',
        ExpressionAttributeValues: { ':note': input.note },
      }),
    );
    await queue.send(
      new SendMessageCommand({
        QueueUrl: process.env.AUDIT,
        MessageBody: JSON.stringify({ orderId: input.orderId, event: 'noted' }),
      }),
    );
    return { orderId: input.orderId };
  },
});
