import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { defineTool, ToolError } from 'cdk-secure-mcp/runtime';

const storage = new S3Client({});

export const handler = defineTool<{ number: string }>({
  name: 'invoice-read',
  handle: async ({ input }) => {
    try {
      const { Body } = await storage.send(
        new GetObjectCommand({ Bucket: process.env.INVOICES, Key: `invoices/${input.number}.json` }),
      );
      return JSON.parse((await Body?.transformToString()) ?? 'null');
    } catch (error) {
      if (error instanceof NoSuchKey) throw new ToolError(`invoice ${input.number} does not exist`);
      throw error;
    }
  },
});
