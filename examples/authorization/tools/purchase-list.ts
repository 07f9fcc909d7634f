import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = defineTool<{ costCenter: string }>({
  name: 'purchase-list',
  handle: async ({ input }) => {
    const { Items } = await database.send(
      new QueryCommand({
        TableName: process.env.PURCHASES,
        IndexName: 'byCostCenter',
        KeyConditionExpression: 'costCenter = :costCenter',
        ExpressionAttributeValues: { ':costCenter': input.costCenter },
        ScanIndexForward: false,
        Limit: 50,
      }),
    );
    return { purchases: Items ?? [] };
  },
});
