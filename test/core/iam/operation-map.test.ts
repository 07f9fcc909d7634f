import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATION_EXCEPTIONS } from '../../../lib/core/iam/operation-exceptions';
import { accessLevel, actionsOfOperation, isKnownAction } from '../../../lib/core/iam/operation-map';
import { SDK_CLIENTS, WAITER_OPERATIONS } from '../../../lib/core/iam/sdk-clients';

const ROOT = join(__dirname, '../../..');
const SDK = join(ROOT, 'node_modules/@aws-sdk');

/** New operations, or ones whose documentation names no permission: they stay "not verified" on purpose. */
const NOT_VERIFIED = new Set([
  'bedrock:InvokeModelWithBidirectionalStream',
  'bedrock-agentcore:IngestData',
  'bedrock-agentcore:InvokeBrowser',
  'bedrock-agentcore:RotatePaymentConnectorCredentials',
  'kms:Decapsulate',
  'kms:Encapsulate',
  'logs:GetLogObject',
  's3:WriteGetObjectResponse',
  'ses:PutAccountDeliveryAttributes',
  'ssm:DeregisterDefaultHostManagementConfiguration',
  'ssm:RegisterDefaultHostManagementConfiguration',
  'sts:GetScopedCredentials',
]);

describe.each(Object.entries(SDK_CLIENTS))('@aws-sdk/client-%s', (client, service) => {
  const exported = Object.keys(require(`@aws-sdk/client-${client}`));
  const operations = exported.filter((name) => /^[A-Z]\w*Command$/.test(name)).map((name) => name.slice(0, -7));

  test('every operation has actions or is known not to be verified', () => {
    const unknown = operations.filter((operation) => actionsOfOperation(service, operation) === undefined);

    expect(operations.length).toBeGreaterThan(1);
    expect(unknown.filter((operation) => !NOT_VERIFIED.has(`${service}:${operation}`))).toEqual([]);
  });

  test('every waiter has the operation that its code sends', () => {
    const folder = join(SDK, `client-${client}`, 'dist-es/waiters');
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith('waitFor')) : [];
    for (const file of files) {
      const sent = /import \{ (\w+)Command/.exec(readFileSync(join(folder, file), 'utf8'))?.[1];
      expect([file, WAITER_OPERATIONS[`${service}:${file.slice('waitFor'.length, -'.js'.length)}`]]).toEqual([
        file,
        sent,
      ]);
    }
    expect(files.length).toBe(exported.filter((name) => name.startsWith('waitUntil')).length);
  });
});

test('every action of the exceptions exists, apart from directory buckets', () => {
  const named = Object.entries(OPERATION_EXCEPTIONS).flatMap(([service, operations]) =>
    Object.values(operations).flatMap(({ actions, instead = {}, also = {}, byContent = [] }) =>
      [...actions, ...Object.values(instead).flat(), ...Object.values(also).flat(), ...byContent].map((action) =>
        action.includes(':') ? action : `${service}:${action}`,
      ),
    ),
  );

  expect(named.length).toBeGreaterThan(80);
  expect(named.filter((action) => !action.startsWith('s3express:') && !isKnownAction(action))).toEqual([]);
});

/** Where the SDK documents the permission of an operation, it is the one of the map. */
test('the documentation of the Secrets Manager client names the permissions of the map', () => {
  const folder = join(SDK, 'client-secrets-manager/dist-types/commands');
  const checked = readdirSync(folder).flatMap((file) => {
    const operation = /^(\w+)Command\.d\.ts$/.exec(file)?.[1];
    const text = readFileSync(join(folder, file), 'utf8');
    const documented = /Required permissions:[\s\S]*?<code>(secretsmanager:\w+)<\/code>/.exec(text)?.[1];
    return operation === undefined || documented === undefined ? [] : [{ operation, documented }];
  });

  expect(checked.length).toBeGreaterThan(15);
  for (const { operation, documented } of checked)
    expect(actionsOfOperation('secretsmanager', operation)?.certain).toContain(documented);
});

test.each<[string, string, readonly string[] | undefined, string[], string[]]>([
  ['dynamodb', 'GetItem', [], ['dynamodb:GetItem'], []],
  ['dynamodb', 'BatchGetItem', [], ['dynamodb:BatchGetItem'], []],
  ['s3', 'GetObject', ['Bucket', 'Key'], ['s3:GetObject'], []],
  ['s3', 'GetObject', ['Bucket', 'Key', 'VersionId'], ['s3:GetObjectVersion'], []],
  ['s3', 'GetObject', undefined, [], ['s3:GetObject', 's3:GetObjectVersion']],
  ['s3', 'PutObject', ['Bucket', 'Tagging'], ['s3:PutObject', 's3:PutObjectTagging'], []],
  ['s3', 'ListObjectsV2', ['Bucket'], ['s3:ListBucket'], []],
  ['s3', 'DeleteBucketCors', ['Bucket'], ['s3:PutBucketCORS'], []],
  ['s3', 'DeleteObjects', ['Bucket'], [], ['s3:DeleteObject', 's3:DeleteObjectVersion']],
  ['kms', 'ReEncrypt', [], ['kms:ReEncryptFrom', 'kms:ReEncryptTo'], []],
  ['bedrock', 'Converse', ['guardrailConfig'], ['bedrock:InvokeModel', 'bedrock:ApplyGuardrail'], []],
  ['sts', 'GetCallerIdentity', [], [], []],
])('%s %s with %j', (service, operation, parameters, certain, possible) => {
  expect(actionsOfOperation(service, operation, parameters)).toEqual({ certain, possible });
});

test('what is not in the map is unknown, not free', () => {
  expect(actionsOfOperation('dynamodb', 'RestoreEverything')).toBeUndefined();
  expect(actionsOfOperation('braket', 'GetDevice')).toBeUndefined();
  expect(actionsOfOperation('constructor', 'toString')).toBeUndefined();
  expect(actionsOfOperation('s3', 'constructor')).toBeUndefined();
});

test('access levels tell reading from writing', () => {
  expect(accessLevel('dynamodb:GETITEM')).toBe('Read');
  expect(accessLevel('dynamodb:PutItem')).toBe('Write');
  expect(accessLevel('s3:PutObjectAcl')).toBe('Permissions management, Write');
  expect(accessLevel('dynamodb:Nothing')).toBeUndefined();
});

test('the generated file is what the generator makes of the installed data', () => {
  const generated = join(ROOT, 'lib/core/iam/operation-map.generated.ts');
  const program =
    "import('./scripts/generate-operation-map.ts').then(async (m) => process.stdout.write(await (m.operationMap ?? m.default.operationMap)()))";
  const { stdout } = spawnSync(process.execPath, [require.resolve('tsx/cli'), '-e', program], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });

  expect(stdout).toBe(readFileSync(generated, 'utf8'));
});
