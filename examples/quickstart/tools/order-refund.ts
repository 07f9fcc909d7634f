import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool, ToolError } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = defineTool<{ orderId: string; amount: number }>({
  name: 'order-refund',
  handle: async ({ input }) => {
    try {
      const { Attributes } = await database.send(
        new UpdateCommand({
          TableName: process.env.ORDERS,
          Key: { orderId: input.orderId },
          // Never more than was paid, also when two refunds run at once.
          UpdateExpression: 'SET refunded = refunded + :amount, refundable = refundable - :amount',
          ConditionExpression: 'attribute_exists(orderId) AND refundable >= :amount',
          ExpressionAttributeValues: { ':amount': input.amount },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        throw new ToolError(`order ${input.orderId} does not exist or has less than ${input.amount} left to refund`);
      }
      throw error;
    }
  },
});
