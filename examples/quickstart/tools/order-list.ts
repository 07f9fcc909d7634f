import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = defineTool<{ customerId: string; limit?: number }>({
  name: 'order-list',
  handle: async ({ input }) => {
    const { Items } = await database.send(
      new QueryCommand({
        TableName: process.env.ORDERS,
        IndexName: 'byCustomer',
        KeyConditionExpression: 'customerId = :customer',
        ExpressionAttributeValues: { ':customer': input.customerId },
        Limit: Math.min(Math.max(input.limit ?? 20, 1), 50),
      }),
    );
    return { orders: Items ?? [] };
  },
});
