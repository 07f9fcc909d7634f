import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defineTool } from 'cdk-secure-mcp/runtime';

const database = new DynamoDBClient({});

export const handler = defineTool({
  name: 'order-count',
  handle: async () => {
    const { Table } = await database.send(new DescribeTableCommand({ TableName: process.env.ORDERS }));
    return { orders: Table?.ItemCount ?? 0 };
  },
});
