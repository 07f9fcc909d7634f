import { join } from 'node:path';
import type { DeclaredAccess } from '../../lib/analysis/access-finding';
import { analyzeHandler } from '../../lib/analysis/analyze-handler';
import { compareAccess } from '../../lib/analysis/compare';
import { bundleFile, lines } from './bundle';

const FOLDER = join(__dirname, '../fixtures/handlers');

const access = (env: string, service: string, ...operations: string[]): DeclaredAccess => ({
  env,
  service,
  operations,
  resource: `arn of ${env}`,
  declaration: `Access.of(${env})`,
});

interface Expected {
  readonly uses: string[];
  /** A declaration that is exactly right for the code. */
  readonly access: DeclaredAccess[];
  /** Findings with that declaration, apart from missing and excess, of which there are none. */
  readonly also?: string[];
}

const HANDLERS: { [file: string]: Expected } = {
  'repository-class.ts': {
    uses: [
      'must dynamodb:GetItem ORDERS repository/order-repository.ts:15',
      'must dynamodb:Query ORDERS /index/byCustomer repository/order-repository.ts:20',
    ],
    access: [
      { ...access('ORDERS', 'dynamodb', 'GetItem', 'Query'), parts: { GetItem: [''], Query: ['/index/byCustomer'] } },
    ],
    // Methods of the class that this handler does not call.
    also: ['unverifiable undefined'],
  },
  'middleware.ts': {
    uses: ['must secretsmanager:GetSecretValue API_KEY middleware.ts:9', 'must sqs:SendMessage JOBS middleware.ts:17'],
    access: [access('API_KEY', 'secretsmanager', 'GetSecretValue'), access('JOBS', 'sqs', 'SendMessage')],
  },
  // The library itself is analysed. Its two providers share a base class, so a name may come to either of them.
  'powertools.ts': {
    uses: [
      'may dynamodb:DeleteItem SEEN ~@aws-lambda-powertools/idempotency/lib/esm/persistence/DynamoDBPersistenceLayer.js:81',
      'may dynamodb:GetItem SEEN ~@aws-lambda-powertools/idempotency/lib/esm/persistence/DynamoDBPersistenceLayer.js:87',
      'may dynamodb:PutItem SEEN ~@aws-lambda-powertools/idempotency/lib/esm/persistence/DynamoDBPersistenceLayer.js:152',
      'may dynamodb:UpdateItem SEEN ~@aws-lambda-powertools/idempotency/lib/esm/persistence/DynamoDBPersistenceLayer.js:211',
      'may secretsmanager:GetSecretValue LIMIT|TOKEN ~@aws-lambda-powertools/parameters/lib/esm/secrets/SecretsProvider.js:183',
      'may ssm:GetParameter LIMIT|TOKEN ~@aws-lambda-powertools/parameters/lib/esm/ssm/SSMProvider.js:454',
      'must sns:Publish NOTICES powertools.ts:16',
    ],
    access: [
      access('SEEN', 'dynamodb', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
      access('LIMIT', 'ssm', 'GetParameter'),
      access('TOKEN', 'secretsmanager', 'GetSecretValue'),
      access('NOTICES', 'sns', 'Publish'),
    ],
  },
  'monorepo-import.ts': {
    uses: ['must s3:GetObject DOCUMENTS /texts/*.txt shared/storage.ts:8'],
    access: [{ ...access('DOCUMENTS', 's3', 'GetObject'), parts: { GetObject: ['/texts/*'] } }],
    // A method of the shared class that this handler does not call.
    also: ['unverifiable undefined'],
  },
  'dynamic-table.ts': {
    uses: [
      'must dynamodb:GetItem INVOICES|ORDERS dynamic-table.ts:8',
      'must dynamodb:Scan <input> dynamic-table.ts:10',
    ],
    access: [access('ORDERS', 'dynamodb', 'GetItem', 'Scan'), access('INVOICES', 'dynamodb', 'GetItem')],
    also: ['resource-from-input dynamodb:Scan'],
  },
  'streaming.ts': {
    uses: [
      'must dynamodb:Query ORDERS /index/byCustomer streaming.ts:15',
      'must kinesis:PutRecords EXPORT streaming.ts:24',
      'must dynamodb:Scan ARCHIVE streaming.ts:26',
    ],
    access: [
      access('ORDERS', 'dynamodb', 'Query'),
      access('EXPORT', 'kinesis', 'PutRecords'),
      access('ARCHIVE', 'dynamodb', 'Scan'),
    ],
  },
  'transact-write.ts': {
    uses: [
      'must dynamodb:ConditionCheckItem LEDGER transact-write.ts:15',
      'must dynamodb:PutItem LEDGER transact-write.ts:15',
      'must dynamodb:UpdateItem ORDERS transact-write.ts:15',
    ],
    access: [access('LEDGER', 'dynamodb', 'ConditionCheckItem', 'PutItem'), access('ORDERS', 'dynamodb', 'UpdateItem')],
  },
  'presign.ts': {
    uses: [
      'must s3:GetObject UPLOADS /out/* presign.ts:9',
      'must s3:PutObject UPLOADS /in/* presign.ts:10',
      'must s3:PutObjectTagging UPLOADS /in/* presign.ts:10',
      'must s3:PutObject UPLOADS /in/* presign.ts:14',
    ],
    access: [
      {
        ...access('UPLOADS', 's3', 'GetObject', 'PutObject', 'PutObjectTagging'),
        parts: { GetObject: ['/out/*'], PutObject: ['/in/*'], PutObjectTagging: ['/in/*'] },
      },
    ],
  },
  's3-copy.ts': {
    uses: [
      'must s3:GetObject INBOX /in/* s3-copy.ts:10',
      'must s3:PutObject ARCHIVE /* s3-copy.ts:10',
      'must s3:GetObject ARCHIVE /* s3-copy.ts:11',
      'must s3:DeleteObject INBOX /in/* s3-copy.ts:12',
      'may s3:AbortMultipartUpload ARCHIVE /manifest.txt s3-copy.ts:16',
      'must s3:PutObject ARCHIVE /manifest.txt s3-copy.ts:16',
      'must s3:ListBucket INBOX s3-copy.ts:20',
    ],
    access: [
      access('INBOX', 's3', 'GetObject', 'DeleteObject', 'ListBucket'),
      access('ARCHIVE', 's3', 'PutObject', 'GetObject', 'AbortMultipartUpload'),
    ],
  },
  'bedrock-converse.ts': {
    uses: [
      'must bedrock:Retrieve KNOWLEDGE bedrock-converse.ts:7',
      'must bedrock:ApplyGuardrail GUARDRAIL bedrock-converse.ts:14',
      'must bedrock:InvokeModelWithResponseStream MODEL bedrock-converse.ts:14',
      'must bedrock:ApplyGuardrail GUARDRAIL bedrock-converse.ts:15',
      'must bedrock:InvokeModel MODEL bedrock-converse.ts:15',
    ],
    access: [
      access('KNOWLEDGE', 'bedrock', 'Retrieve'),
      access('MODEL', 'bedrock', 'InvokeModel', 'InvokeModelWithResponseStream'),
      access('GUARDRAIL', 'bedrock', 'ApplyGuardrail'),
    ],
  },
};

describe.each(Object.entries(HANDLERS))('%s', (file, expected) => {
  const analyzed = bundleFile(join(FOLDER, file)).then(analyzeHandler);

  test('every call is found, with its resource and its line', async () => {
    const analysis = await analyzed;

    expect(lines(analysis)).toEqual(expected.uses);
    expect(analysis.unverifiable).toEqual([]);
  });

  test('the declaration that fits has no missing and no excess', async () => {
    const findings = compareAccess(expected.access, await analyzed);

    expect(findings.map(({ kind, action }) => `${kind} ${action}`)).toEqual(expected.also ?? []);
  });

  test('each declared operation that is taken away is missed, each one too many is seen', async () => {
    const analysis = await analyzed;
    for (const [index, entry] of expected.access.entries()) {
      const replaced = (other: DeclaredAccess) => expected.access.map((one, at) => (at === index ? other : one));
      for (const operation of entry.operations) {
        const action = `${entry.service}:${operation}`;
        const with_ = (operations: string[]) =>
          compareAccess(replaced({ ...entry, operations, parts: undefined }), analysis);
        const less = with_(entry.operations.filter((other) => other !== operation));
        const isCertain = analysis.used.some((used) => used.action === action && used.certainty === 'must');
        const several = analysis.used.some((used) => used.action === action && used.resources.length > 1);

        expect(less).toContainEqual(
          expect.objectContaining({ kind: isCertain && !several ? 'missing' : 'possibly-missing', action }),
        );
      }
      const more = compareAccess(
        replaced({ ...entry, operations: [...entry.operations, `${entry.service}:Unused`] }),
        analysis,
      );
      expect(more).toContainEqual(expect.objectContaining({ kind: 'excess', action: `${entry.service}:Unused` }));
    }
  });
});

test('what stands in dead code is not a call, and whether a declared one is needed is undecided', async () => {
  const analysis = await bundleFile(join(FOLDER, 'monorepo-import.ts')).then(analyzeHandler);
  const findings = compareAccess([access('DOCUMENTS', 's3', 'GetObject', 'PutObject')], analysis);

  expect(findings).toEqual([
    expect.objectContaining({
      kind: 'unverifiable',
      severity: 'info',
      message: expect.stringContaining('whether the code uses s3:PutObject, which DOCUMENTS allows, cannot be told'),
      at: { file: 'test/fixtures/handlers/shared/storage.ts', line: 14 },
    }),
  ]);
});
