import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool, ToolError } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = defineTool<{ incidentId: string }>({
  name: 'incident-get',
  handle: async ({ input }) => {
    const { Item } = await database.send(
      new GetCommand({ TableName: process.env.INCIDENTS, Key: { incidentId: input.incidentId } }),
    );
    if (Item === undefined) throw new ToolError(`there is no incident ${input.incidentId}`);
    return Item;
  },
});
