import { compareAccess } from '../../lib/analysis/compare';
import { analyzeTexts } from './bundle';

const source = (body: string) => `
import { DynamoDB, DynamoDBClient, GetItemCommand, paginateScan, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Upload } from '@aws-sdk/lib-storage';
export const handler = async (event: any): Promise<any> => {
${body}
};`;
const PUT = 'new PutItemCommand({ TableName: process.env.T, Item: {} })';
const OTHER = '{ credentials: { accessKeyId: event.id, secretAccessKey: event.key } }';

/** Code that calls, and whether it does so as the role of the function for certain. */
const CASES: [name: string, body: string, isOfTheRole: boolean][] = [
  ['a client without configuration', `await new DynamoDBClient().send(${PUT});`, true],
  ['a client with a region', `await new DynamoDBClient({ region: 'eu-west-1' }).send(${PUT});`, true],
  ['credentials', `await new DynamoDBClient(${OTHER}).send(${PUT});`, false],
  [
    'credentials of an options object',
    `const o: any = {}; o.credentials = event.c; await new DynamoDBClient(o).send(${PUT});`,
    false,
  ],
  [
    'credentials of a role that is taken on',
    `const { Credentials } = await new STSClient({}).send(new AssumeRoleCommand({ RoleArn: process.env.R, RoleSessionName: 's' }));
     await new DynamoDBClient({ credentials: Credentials as any }).send(${PUT});`,
    false,
  ],
  [
    'a supplier of temporary credentials',
    `await new DynamoDBClient({ credentials: fromTemporaryCredentials({ params: { RoleArn: process.env.R } }) }).send(${PUT});`,
    false,
  ],
  [
    'the chain that a client has by itself',
    `await new DynamoDBClient({ credentials: fromNodeProviderChain() }).send(${PUT});`,
    true,
  ],
  ['a method of a client', `await new DynamoDB(${OTHER}).putItem({ TableName: process.env.T, Item: {} });`, false],
  [
    'a method of another client',
    `new DynamoDB(${OTHER}); await new DynamoDB({}).putItem({ TableName: process.env.T, Item: {} });`,
    true,
  ],
  [
    'two clients, by their own',
    `const other = new DynamoDBClient(${OTHER}); await other.send(new GetItemCommand({ TableName: 'x', Key: {} })); await new DynamoDBClient({}).send(${PUT});`,
    true,
  ],
  [
    'two clients, one of them',
    `const c = event.a ? new DynamoDBClient(${OTHER}) : new DynamoDBClient({}); await c.send(${PUT});`,
    false,
  ],
  [
    'a document client',
    `await DynamoDBDocumentClient.from(new DynamoDBClient(${OTHER})).send(new PutCommand({ TableName: process.env.T, Item: {} }));`,
    false,
  ],
  [
    'a document client of the role',
    `await DynamoDBDocumentClient.from(new DynamoDBClient({})).send(new PutCommand({ TableName: process.env.T, Item: {} }));`,
    true,
  ],
  [
    'a document client with methods',
    `await DynamoDBDocument.from(new DynamoDB(${OTHER})).put({ TableName: process.env.T, Item: {} });`,
    false,
  ],
  [
    'a class that extends a client',
    `class Mine extends DynamoDBClient { constructor() { super(${OTHER}); } } await new Mine().send(${PUT});`,
    false,
  ],
  [
    'a helper of its own',
    `const run = (client: any, command: any) => client.send(command); await run(new DynamoDBClient(${OTHER}), ${PUT});`,
    false,
  ],
  [
    'a command that is sent out of sight',
    `const all = [new DynamoDBClient(${OTHER})]; event.send(all, ${PUT});`,
    false,
  ],
  [
    'a paginator',
    `for await (const p of paginateScan({ client: new DynamoDBClient(${OTHER}) }, { TableName: process.env.T })) console.log(p);`,
    false,
  ],
  [
    'a signed URL',
    `await getSignedUrl(new S3Client(${OTHER}), new GetObjectCommand({ Bucket: process.env.T, Key: 'k' }));`,
    false,
  ],
  [
    'a signed URL of the role',
    `new S3Client(${OTHER}); await getSignedUrl(new S3Client({}), new GetObjectCommand({ Bucket: process.env.T, Key: 'k' }));`,
    true,
  ],
  [
    'an upload',
    `await new Upload({ client: new S3Client(${OTHER}), params: { Bucket: process.env.T, Key: 'k', Body: '' } }).done();`,
    false,
  ],
];
const analyses = analyzeTexts(CASES.map(([, body]) => source(body)));

test.each(CASES.map(([name, , isOfTheRole], index) => ({ name, isOfTheRole, index })))(
  '$name: a call of the role is $isOfTheRole',
  ({ isOfTheRole, index }) => {
    const used = analyses[index]!.used.filter(({ resources }) =>
      resources.some((resource) => resource.kind === 'env' && resource.name === 'T'),
    );
    const missing = compareAccess([], { ...analyses[index]!, used }).filter(({ action }) => action !== undefined);

    expect(used[0]).toMatchObject(
      isOfTheRole
        ? { certainty: 'must' }
        : { certainty: 'may', reason: expect.stringMatching(/credentials of its own|parameters decide/) },
    );
    expect(missing[0]!.kind).toBe(isOfTheRole ? 'missing' : 'possibly-missing');
  },
);
