import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));

interface Purchase {
  readonly costCenter: string;
  readonly supplier: string;
  readonly item: string;
  readonly quantity: number;
  readonly total: number;
}

export const handler = defineTool<Purchase>({
  name: 'purchase-order',
  handle: async ({ input: { costCenter, supplier, item, quantity, total } }) => {
    const purchaseId = randomUUID();
    const orderedAt = new Date().toISOString();
    await database.send(
      new PutCommand({
        TableName: process.env.PURCHASES,
        Item: { purchaseId, orderedAt, costCenter, supplier, item, quantity, total },
        ConditionExpression: 'attribute_not_exists(purchaseId)',
      }),
    );
    return { purchaseId };
  },
});
