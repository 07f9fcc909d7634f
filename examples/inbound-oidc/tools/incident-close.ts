import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { defineTool, ToolError } from 'cdk-secure-mcp/runtime';

const database = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = defineTool<{ incidentId: string; resolution: string }>({
  name: 'incident-close',
  handle: async ({ input }) => {
    try {
      const { Attributes } = await database.send(
        new UpdateCommand({
          TableName: process.env.INCIDENTS,
          Key: { incidentId: input.incidentId },
          UpdateExpression: 'SET resolution = :resolution',
          ConditionExpression: 'attribute_exists(incidentId) AND attribute_not_exists(resolution)',
          ExpressionAttributeValues: { ':resolution': input.resolution },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        throw new ToolError(`incident ${input.incidentId} does not exist or is closed`);
      }
      throw error;
    }
  },
});
