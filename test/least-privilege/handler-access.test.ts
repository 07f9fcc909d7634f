import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Access, type DeclaredAccess, ToolHandler } from 'cdk-secure-mcp';
import { ToolStack } from './support';

const FOLDER = mkdtempSync(join(tmpdir(), 'handlers-'));
let next = 0;
function handler(body: string): ToolHandler {
  const file = join(FOLDER, `handler-${next++}.js`);
  writeFileSync(
    file,
    `import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
const ddb = new DynamoDBClient({});
const s3 = new S3Client({});
export const handler = async (event) => {
  ${body}
};
`,
  );
  return ToolHandler.fromEntry(file);
}

const GET = "await ddb.send(new GetItemCommand({ TableName: process.env.ORDERS, Key: { id: { S: 'x' } } }));";
const PUT = "await ddb.send(new PutItemCommand({ TableName: process.env.ORDERS, Item: { id: { S: 'x' } } }));";
const UPLOAD = "await s3.send(new PutObjectCommand({ Bucket: process.env.ORDERS, Key: 'in/' + event.id, Body: '' }));";
const INDEX = "await ddb.send(new QueryCommand({ TableName: process.env.ORDERS, IndexName: 'byDate' }));";

function synthesize(body: string, access: (shop: ToolStack) => DeclaredAccess) {
  const shop = new ToolStack();
  const tool = shop.add('Tool', { handler: handler(body), access: { ORDERS: access(shop) } });
  tool.function.addToRolePolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: ['arn:aws:sns:::t'] }));
  shop.template();
  const warnings = Annotations.fromStack(shop.stack).findWarning('*', Match.stringLikeRegexp('no code uses it'));
  const report = JSON.parse(readFileSync(join(shop.app.outdir, 'least-privilege.json'), 'utf8'));
  return {
    problems: shop.problems,
    warnings: warnings.map(({ entry }) => String(entry.data)),
    report: report.tools[0],
  };
}

const table = ({ stack }: ToolStack) => Access.table(Table.fromTableName(stack, 'Orders', 'orders'));
const bucket = ({ stack }: ToolStack) => Access.bucket(Bucket.fromBucketName(stack, 'Orders', 'orders'));

/** Code, its access, what is missing, what is too much. */
test.each<[string, string, (shop: ToolStack) => DeclaredAccess, string[], string[]]>([
  ['exactly what it uses', GET, (shop) => table(shop).get(), [], []],
  ['one call that nothing allows', `${GET} ${PUT}`, (shop) => table(shop).get(), ['dynamodb:PutItem'], []],
  ['one operation too many', GET, (shop) => table(shop).get().scan(), [], ['dynamodb:Scan']],
  ['an index of its own', INDEX, (shop) => table(shop).query({ index: 'byDate' }), [], []],
  ['another index', INDEX, (shop) => table(shop).query({ index: 'byName' }), ['dynamodb:Query'], ['dynamodb:Query']],
  ['a prefix, and an upload without its abort', UPLOAD, (shop) => bucket(shop).put({ prefix: 'in/' }), [], []],
  [
    'an option that no call needs',
    UPLOAD,
    (shop) => bucket(shop).put({ prefix: 'in/', tags: true }),
    [],
    ['s3:PutObjectTagging'],
  ],
  [
    'another prefix',
    UPLOAD,
    (shop) => bucket(shop).put({ prefix: 'out/' }),
    ['s3:PutObject'],
    ['s3:PutObject', 's3:AbortMultipartUpload'],
  ],
])('%s', (_name, body, access, missing, excess) => {
  const { problems, warnings, report } = synthesize(body, access);

  expect(problems.map(({ code }) => code)).toEqual(missing.map(() => 'ACCESS_MISSING'));
  for (const [index, action] of missing.entries()) expect(problems[index]!.message).toMatch(`${action} `);
  expect(report.missing.map((finding: { action: string }) => finding.action)).toEqual(missing);
  expect(report.excess.map((finding: { action: string }) => finding.action)).toEqual(excess);
  expect(warnings).toHaveLength(excess.length);
});

test('a missing access names the line of the code and the access that would fix it', () => {
  const { problems } = synthesize(PUT, (shop) => table(shop).get());

  expect(problems[0]!.message).toMatch(/handler-\d+\.js:6$/);
  expect(problems[0]!.fix).toContain('.get().put()');
});

test('the report shows what was added to the role from outside', () => {
  const { report } = synthesize(GET, (shop) => table(shop).get());

  expect(report).toMatchObject({
    tool: 'Tool',
    path: 'Shop/Tool/Handler',
    code: 'analysed',
    added: [{ Action: 'sns:Publish', Resource: 'arn:aws:sns:::t' }],
    declared: [{ env: 'ORDERS', declaration: 'Access.table(Orders).get()', actions: ['dynamodb:GetItem'] }],
    used: [{ action: 'dynamodb:GetItem', certainty: 'must' }],
  });
});
