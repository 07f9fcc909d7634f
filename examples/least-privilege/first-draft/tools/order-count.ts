import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { defineTool } from 'cdk-secure-mcp/runtime';

const database = new DynamoDB({});

export const handler = defineTool({
  name: 'order-count',
  handle: async () => {
    const operation = (process.env.COUNT_BY ?? 'describeTable') as 'describeTable';
    const answer = await database[operation]({ TableName: process.env.ORDERS });
    return { orders: answer.Table?.ItemCount ?? 0 };
  },
});
