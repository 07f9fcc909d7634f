import type { DeclaredAccess } from '../../lib/analysis/access-finding';
import { analyzePython } from '../../lib/analysis/analyze-python';
import { compareAccess } from '../../lib/analysis/compare';

const OTHER = "aws_access_key_id=event['id'], aws_secret_access_key=event['key']";
const SESSION = `boto3.Session(${OTHER})`;

const analyze = (body: string) =>
  analyzePython({
    files: new Map([
      [
        'handler.py',
        `import os, boto3\nfrom aws_lambda_powertools.utilities import parameters\nfrom aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer\ndef handler(event, context):\n    ${body.replaceAll('\n', '\n    ')}\n`,
      ],
    ]),
    libraryCallsAws: () => undefined,
    folder: '',
    handler: 'handler.handler',
  });

const GET = ".get_item(TableName=os.environ['T'], Key={})";
const TABLE = ".Table(os.environ['T']).get_item(Key={})";

/** Code that reads table T, and who does: the role, somebody else, or both. */
test.each<[string, string, 'role' | 'other' | 'both']>([
  ['a client without credentials', `boto3.client('dynamodb', region_name='eu-west-1')${GET}`, 'role'],
  ['a client with a configuration', `boto3.client('dynamodb', config=event['c'])${GET}`, 'role'],
  ['a client with none', `boto3.client('dynamodb', aws_access_key_id=None)${GET}`, 'role'],
  [
    'a client with those of the role',
    `boto3.client('dynamodb', aws_access_key_id=os.environ['AWS_ACCESS_KEY_ID'])${GET}`,
    'role',
  ],
  ['a client with credentials', `boto3.client('dynamodb', ${OTHER})${GET}`, 'other'],
  [
    'credentials in a dictionary',
    `given = {'aws_access_key_id': event['id']}\nboto3.client('dynamodb', **given)${GET}`,
    'other',
  ],
  [
    'credentials by position',
    `boto3.client('dynamodb', None, None, True, None, None, event['id'], event['key'])${GET}`,
    'other',
  ],
  [
    'a variable of the function that holds a key',
    `boto3.client('dynamodb', aws_secret_access_key=os.environ['KEY'])${GET}`,
    'other',
  ],
  ['a resource', `boto3.resource('dynamodb', ${OTHER})${TABLE}`, 'other'],
  ['a session', `${SESSION}.client('dynamodb')${GET}`, 'other'],
  ['a session by position', `boto3.session.Session(event['id'], event['key']).client('dynamodb')${GET}`, 'other'],
  ['a session of a profile', `boto3.Session(profile_name='other').client('dynamodb')${GET}`, 'other'],
  [
    'a session of botocore, which may have any',
    `boto3.Session(botocore_session=event['s']).client('dynamodb')${GET}`,
    'other',
  ],
  ['a session with a region', `boto3.Session(region_name='eu-west-1').client('dynamodb')${GET}`, 'role'],
  ['a resource of a session', `${SESSION}.resource('dynamodb', region_name='eu-west-1')${TABLE}`, 'other'],
  [
    'a method that is kept',
    `get = ${SESSION}.client('dynamodb').get_item\nget(TableName=os.environ['T'], Key={})`,
    'other',
  ],
  ['the client of a resource', `${SESSION}.resource('dynamodb').meta.client${GET}`, 'other'],
  [
    'a role that is taken on',
    `c = boto3.client('sts').assume_role(RoleArn=os.environ['R'], RoleSessionName='s')['Credentials']\nboto3.client('dynamodb', aws_access_key_id=c['AccessKeyId'])${GET}`,
    'other',
  ],
  [
    'a helper, told apart by its callers',
    `def get(client):\n    return client${GET}\nget(${SESSION}.client('dynamodb'))`,
    'other',
  ],
  [
    'a helper for both',
    `def get(client):\n    return client${GET}\nget(${SESSION}.client('dynamodb'))\nget(boto3.client('dynamodb'))`,
    'both',
  ],
  ['either of two, which counts as the role', `(${SESSION} if event['x'] else boto3).client('dynamodb')${GET}`, 'role'],
  [
    'a paginator of a client beside one of the role',
    `boto3.client('dynamodb')${GET}\n${SESSION}.client('dynamodb').get_paginator('scan').paginate(TableName=os.environ['T'])`,
    'both',
  ],
])('whose call it is: %s', (_name, body, by) => {
  const { used, unverifiable, unreached } = analyze(body);
  const reads = used.filter(({ service }) => service === 'dynamodb');
  const others = unreached.filter(({ byOthers }) => byOthers === true);

  expect(unverifiable).toEqual([]);
  expect(unreached).toEqual(others);
  expect([reads.length > 0, others.length > 0]).toEqual([by !== 'other', by !== 'role']);
});

test.each<[string, string, string]>([
  [
    'objects of a bucket',
    `for o in ${SESSION}.resource('s3').Bucket(os.environ['T']).objects.all():\n    o.delete()`,
    's3 ListObjects, s3 DeleteObject',
  ],
  ['what lists all buckets', `list(${SESSION}.resource('s3').buckets.all())`, 's3 ListBuckets'],
  [
    'a waiter',
    `${SESSION}.client('dynamodb').get_waiter('table_exists').wait(TableName=os.environ['T'])`,
    'dynamodb DescribeTable',
  ],
  [
    'an upload, with its abort',
    `${SESSION}.client('s3').upload_file('a', os.environ['T'], 'k')`,
    's3 PutObject, s3 AbortMultipartUpload',
  ],
  [
    'a signed URL',
    `${SESSION}.client('s3').generate_presigned_url('get_object', Params={'Bucket': os.environ['T']})`,
    's3 GetObject',
  ],
  [
    'a provider of Powertools',
    `parameters.SSMProvider(boto3_session=${SESSION}).get(os.environ['T'])`,
    'ssm GetParameter',
  ],
  [
    'a table of Powertools',
    `DynamoDBPersistenceLayer(table_name=os.environ['T'], boto3_session=${SESSION})`,
    'dynamodb GetItem, dynamodb PutItem, dynamodb UpdateItem, dynamodb DeleteItem',
  ],
])('nothing of these is used by the role: %s', (_name, body, operations) => {
  const { used, unreached } = analyze(body);

  expect(used).toEqual([]);
  expect(
    unreached.map(({ service, operation, byOthers }) => `${service} ${operation}${byOthers ? '' : '?'}`).sort(),
  ).toEqual(operations.split(', ').sort());
});

test.each([
  ['credentials', `boto3.setup_default_session(${OTHER})`, ['sets the credentials of clients that are made later']],
  ['a region', "boto3.setup_default_session(region_name='eu-west-1')", []],
])('a default session with %s', (_name, body, reasons) => {
  const { unverifiable } = analyze(`${body}\nboto3.client('dynamodb')${GET}`);

  expect(unverifiable.map(({ service, reason }) => [service, reason])).toEqual(reasons.map((reason) => ['*', reason]));
});

test('what only another caller uses is named, is no missing access, and makes none excess', () => {
  const access: DeclaredAccess = {
    env: 'T',
    service: 'dynamodb',
    operations: ['GetItem', 'Scan'],
    resource: 'arn',
    declaration: 'Access.table(T).get().scan()',
  };
  const said = (body: string, declared: DeclaredAccess[]) =>
    compareAccess(declared, analyze(body)).map(({ kind, message }) => `${kind}: ${message}`);
  const named =
    'unverifiable: calls with credentials of their own are not compared with the role: dynamodb GetItem (handler.py:5)';
  const other = `${SESSION}.client('dynamodb')${GET}`;

  expect(said(other, [])).toEqual([named]);
  expect(said(other, [access])).toEqual([
    'unverifiable: whether the code uses dynamodb:GetItem, which T allows, cannot be told: GetItem is called with credentials of its own',
    'excess: T allows dynamodb:Scan, and no code uses it',
    named,
  ]);
  expect(said(`boto3.client('dynamodb')${GET}`, [access])).toEqual([
    'excess: T allows dynamodb:Scan, and no code uses it',
  ]);
});
