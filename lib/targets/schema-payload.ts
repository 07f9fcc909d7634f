import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { CredentialAccess } from '../outbound/credential-access';

/** A template has 1 MB in all; what is larger goes into an asset whose key is its hash. */
const INLINE_MAX = 100_000;

export interface SchemaPayload {
  readonly payload: CfnGatewayTarget.ApiSchemaConfigurationProperty;
  readonly access: readonly CredentialAccess[];
}

/** A schema document in the template, where reviewers and rules can read it, or as an asset that cannot be swapped. */
export function schemaPayload(scope: Construct, document: unknown): SchemaPayload {
  const text = JSON.stringify(document);
  if (Buffer.byteLength(text) <= INLINE_MAX) return { payload: { inlinePayload: text }, access: [] };
  const file = join(mkdtempSync(join(tmpdir(), 'schema-')), 'schema.json');
  writeFileSync(file, text);
  const asset = new Asset(scope, 'Schema', { path: file });
  const { partition, account } = Stack.of(scope);
  const object = `arn:${partition}:s3:::${asset.s3BucketName}/${asset.s3ObjectKey}`;
  return {
    payload: { s3: { uri: asset.s3ObjectUrl, bucketOwnerAccountId: account } },
    access: [{ statements: [{ sid: 'ReadSchemas', actions: ['s3:GetObject'], resources: [object] }] }],
  };
}
