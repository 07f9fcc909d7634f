import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { defineTool } from 'cdk-secure-mcp/runtime';

const storage = new S3Client({});

export const handler = defineTool<{ bucket: string; number: string }>({
  name: 'invoice-read',
  handle: async ({ input }) => {
    const { Body } = await storage.send(
      new GetObjectCommand({ Bucket: input.bucket, Key: `invoices/${input.number}.json` }),
    );
    return JSON.parse((await Body?.transformToString()) ?? 'null');
  },
});
