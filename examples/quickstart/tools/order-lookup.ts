import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool, ToolError } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = defineTool<{ orderId: string }>({
  name: 'order-lookup',
  handle: async ({ input }) => {
    const { Item } = await database.send(
      new GetCommand({ TableName: process.env.ORDERS, Key: { orderId: input.orderId } }),
    );
    if (Item === undefined) throw new ToolError(`there is no order ${input.orderId}`);
    return Item;
  },
});
