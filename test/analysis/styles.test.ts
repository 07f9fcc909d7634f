import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { analyzeHandler } from '../../lib/analysis/analyze-handler';
import type { HandlerAnalysis } from '../../lib/analysis/handler-analysis';
import { analyzeText, lines, OPTIONS, textOf } from './bundle';

const DDB =
  "import { DynamoDBClient, GetItemCommand, PutItemCommand, DeleteItemCommand, DynamoDB, waitUntilTableExists } from '@aws-sdk/client-dynamodb';\nconst ddb = new DynamoDBClient({});\n";
const handler = (body: string) => `${DDB}export const handler = async (event: any) => {\n${body}\n};`;

/** Every way of writing a call that the SDK v3 knows. */
test.each<[string, string, string[]]>([
  [
    'an aliased import, beside an unused and a type import',
    "import { GetItemCommand as Read, PutItemCommand, type QueryCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';\nexport const handler = (e: QueryCommandInput) => new DynamoDBClient({}).send(new Read({ TableName: process.env.T, Key: {} }));",
    ['must dynamodb:GetItem T handler.ts:2'],
  ],
  [
    'a namespace import',
    "import * as S3 from '@aws-sdk/client-s3';\nexport const handler = () => new S3.S3Client({}).send(new S3.HeadObjectCommand({ Bucket: process.env.B, Key: 'a' }));",
    ['must s3:GetObject B /a handler.ts:2'],
  ],
  [
    'a handler that streams its answer',
    `${DDB}declare const awslambda: any;\nexport const handler = awslambda.streamifyResponse(async (event: any, stream: any) => {\nconst out = awslambda.HttpResponseStream.from(stream, {});\nout.write(await ddb.send(new GetItemCommand({ TableName: process.env.T, Key: {} })));\nawait ddb.send(new PutItemCommand({ TableName: event.table, Item: {} }));\n});`,
    ['must dynamodb:GetItem T handler.ts:6', 'must dynamodb:PutItem <input> handler.ts:7'],
  ],
  [
    'an aggregated client in a class field',
    "import { SecretsManager } from '@aws-sdk/client-secrets-manager';\nclass A { sm = new SecretsManager({}); secret(id: string) { return this.sm.getSecretValue({ SecretId: id }); } }\nexport const handler = () => new A().secret(process.env.S!);",
    ['must secretsmanager:GetSecretValue S handler.ts:2'],
  ],
  [
    'a dynamic import, whole and destructured',
    "export const handler = async () => {\nconst sm = await import('@aws-sdk/client-secrets-manager');\nawait new sm.SecretsManagerClient({}).send(new sm.GetSecretValueCommand({ SecretId: process.env.S }));\nconst { SNSClient, PublishCommand } = await import('@aws-sdk/client-sns');\nawait new SNSClient({}).send(new PublishCommand({ TopicArn: process.env.N, Message: 'm' }));\n};",
    ['must secretsmanager:GetSecretValue S handler.ts:3', 'must sns:Publish N handler.ts:5'],
  ],
  [
    'require, with then',
    "exports.handler = () => { const { SQSClient, SendMessageBatchCommand } = require('@aws-sdk/client-sqs');\nreturn Promise.resolve(new SQSClient({})).then((q) => q.send(new SendMessageBatchCommand({ QueueUrl: process.env.Q, Entries: [] }))); };",
    ['must sqs:SendMessage Q handler.ts:2'],
  ],
  [
    'a map of commands: one of them',
    handler(
      "const commands = { read: GetItemCommand, write: PutItemCommand };\nawait ddb.send(new commands[event.op as 'read']({ TableName: process.env.T, Key: {} }));",
    ),
    ['may dynamodb:GetItem T handler.ts:5', 'may dynamodb:PutItem T handler.ts:5'],
  ],
  [
    'a generic helper, told apart by its callers',
    handler(
      'const build = (Command: any, input: any) => new Command(input);\nawait ddb.send(build(GetItemCommand, { TableName: process.env.A }));\nawait ddb.send(build(PutItemCommand, { TableName: process.env.B }));',
    ),
    ['must dynamodb:GetItem A handler.ts:4', 'must dynamodb:PutItem B handler.ts:4'],
  ],
  [
    'two repositories of one class, told apart',
    handler(
      'class Repo { constructor(private t: string) {}\nget = () => ddb.send(new GetItemCommand({ TableName: this.t, Key: {} }));\nremove() { return ddb.send(new DeleteItemCommand({ TableName: this.t, Key: {} })); } }\nawait new Repo(process.env.A!).get(); await new Repo(process.env.B!).remove();',
    ),
    ['must dynamodb:GetItem A handler.ts:5', 'must dynamodb:DeleteItem B handler.ts:6'],
  ],
  [
    'inheritance, super and a getter',
    handler(
      'class Base { constructor(protected name: string) {} get table() { return this.name; } run(c: any) { return ddb.send(c); } }\nclass Orders extends Base { constructor() { super(process.env.T!); }\nfind() { return super.run(new GetItemCommand({ TableName: this.table, Key: {} })); } }\nawait new Orders().find();',
    ),
    ['must dynamodb:GetItem T handler.ts:6'],
  ],
  [
    'a client class of the author',
    "import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';\nclass Client extends DynamoDBClient { read(t: string) { return this.send(new GetItemCommand({ TableName: t, Key: {} })); } }\nexport const handler = () => new Client({}).read(process.env.T!);",
    ['must dynamodb:GetItem T handler.ts:2'],
  ],
  [
    'callbacks, timers and promises',
    handler(
      'await Promise.all(event.ids.map((id: string) => ddb.send(new GetItemCommand({ TableName: process.env.A, Key: {} }))));\nsetTimeout(() => ddb.send(new PutItemCommand({ TableName: process.env.B, Item: {} })), 1);\nawait new Promise<void>((done) => ddb.send(new DeleteItemCommand({ TableName: process.env.C, Key: {} }), () => done()));',
    ),
    [
      'must dynamodb:GetItem A handler.ts:4',
      'must dynamodb:PutItem B handler.ts:5',
      'must dynamodb:DeleteItem C handler.ts:6',
    ],
  ],
  [
    'waiters and paginators, as functions and as methods of a client',
    handler(
      'const c: any = new DynamoDB({});\nawait waitUntilTableExists({ client: ddb, maxWaitTime: 1 }, { TableName: process.env.A });\nfor await (const p of c.paginateScan({ TableName: process.env.B })) console.log(p);\nawait c.waitUntilTableExists({ TableName: process.env.C }, 1);',
    ),
    [
      'must dynamodb:DescribeTable A handler.ts:5',
      'must dynamodb:Scan B handler.ts:6',
      'must dynamodb:DescribeTable C handler.ts:7',
    ],
  ],
  [
    'a batch by the names of its tables',
    handler(
      'const c: any = new DynamoDB({});\nawait c.batchGetItem({ RequestItems: { [process.env.A!]: { Keys: [] }, [process.env.B!]: { Keys: [] } } });',
    ),
    ['must dynamodb:BatchGetItem A|B handler.ts:5'],
  ],
  [
    'a PartiQL statement by its verb and table',
    handler(
      'const c: any = new DynamoDB({});\nawait c.executeStatement({ Statement: `SELECT * FROM "${process.env.T}" WHERE id = ?` });',
    ),
    ['must dynamodb:PartiQLSelect T handler.ts:5'],
  ],
  [
    'a version that may be absent leaves both actions open',
    "import { S3 } from '@aws-sdk/client-s3';\nexport const handler = (e: any) => new S3({}).getObject({ Bucket: process.env.B, Key: 'k', VersionId: e.v });",
    ['may s3:GetObject B /k handler.ts:2', 'may s3:GetObjectVersion B /k handler.ts:2'],
  ],
  [
    'Map, reduce, bind and spread',
    handler(
      'const tables = new Map([["a", process.env.A!]]);\nconst read = (t: string) => ddb.send(new GetItemCommand({ TableName: t, Key: {} }));\nconst bound = read.bind(null, tables.get(event.k)!);\nawait [bound].reduce((before: any, next: any) => before.then(next), Promise.resolve());',
    ),
    ['must dynamodb:GetItem A handler.ts:5'],
  ],
  [
    'a barrel that hands the SDK on, and a document client that is one object',
    "import * as all from '@aws-sdk/lib-dynamodb';\nimport { DynamoDB } from '@aws-sdk/client-dynamodb';\nconst barrel = { ...all };\nconst doc = barrel.DynamoDBDocument.from(new DynamoDB({}));\nexport const handler = async () => { await doc.get({ TableName: process.env.T, Key: {} });\nfor await (const page of barrel.paginateQuery({ client: doc }, { TableName: process.env.U, IndexName: 'i' })) console.log(page); };",
    ['must dynamodb:GetItem T handler.ts:5', 'must dynamodb:Query U /index/i handler.ts:6'],
  ],
  [
    'private fields, a static factory and a lazy client',
    handler(
      'let made: any;\nconst client = () => (made ??= new DynamoDBClient({}));\nclass R { #t; constructor(t: string) { this.#t = t; } #read() { return client().send(new GetItemCommand({ TableName: this.#t, Key: {} })); }\nget() { return this.#read(); } static make() { return new R(process.env.T!); } }\nawait R.make().get();',
    ),
    ['must dynamodb:GetItem T handler.ts:6'],
  ],
  [
    'a transaction from a list of the caller, a pushed entry and a spread',
    handler(
      "const { TransactWriteItemsCommand } = require('@aws-sdk/client-dynamodb');\nconst items: any[] = event.lines.map((l: any) => ({ Put: { TableName: process.env.L, Item: l } }));\nitems.push({ Update: { TableName: process.env.O, Key: {} } });\nawait ddb.send(new TransactWriteItemsCommand({ TransactItems: [...items, { Delete: { TableName: process.env.X, Key: {} } }] }) as any);",
    ),
    [
      'must dynamodb:DeleteItem X handler.ts:7',
      'must dynamodb:PutItem L handler.ts:7',
      'must dynamodb:UpdateItem O handler.ts:7',
    ],
  ],
  [
    'a transaction with entries that are not seen',
    handler(
      "const { TransactWriteItemsCommand } = require('@aws-sdk/client-dynamodb');\nawait ddb.send(new TransactWriteItemsCommand({ TransactItems: [...event.items, { Delete: { TableName: process.env.X, Key: {} } }] }) as any);",
    ),
    [
      'may dynamodb:ConditionCheckItem <unknown> handler.ts:5',
      'must dynamodb:DeleteItem X handler.ts:5',
      'may dynamodb:DeleteItem <unknown> handler.ts:5',
      'may dynamodb:PutItem <unknown> handler.ts:5',
      'may dynamodb:UpdateItem <unknown> handler.ts:5',
    ],
  ],
  [
    'a client kept in a Map, beside questions about it',
    handler(
      "const clients = new Map<string, any>();\nif (!clients.has('a') && !Array.isArray(ddb) && Object.hasOwn({ ddb }, 'ddb')) clients.set('a', ddb);\nawait clients.get('a').send(new GetItemCommand({ TableName: process.env.T, Key: {} }));",
    ),
    ['must dynamodb:GetItem T handler.ts:6'],
  ],
  [
    'variables destructured from the environment, and a function that wraps the handler',
    `${DDB}const { ORDERS: orders } = process.env;\nconst logged = (fn: any) => async (event: any) => fn(event);\nexport const handler = logged((event: any) => ddb.send(new GetItemCommand({ TableName: orders, Key: event.key })));`,
    ['must dynamodb:GetItem ORDERS handler.ts:5'],
  ],
  [
    'a configuration by its profile',
    "import { AppConfigData } from '@aws-sdk/client-appconfigdata';\nexport const handler = () => new AppConfigData({}).startConfigurationSession({ ApplicationIdentifier: process.env.C_APPLICATION, EnvironmentIdentifier: process.env.C_ENVIRONMENT, ConfigurationProfileIdentifier: process.env.C });",
    ['must appconfig:StartConfigurationSession C handler.ts:2'],
  ],
  [
    'options that are merged',
    handler(
      'const defaults = { TableName: process.env.T, ConsistentRead: true };\nawait ddb.send(new GetItemCommand({ ...defaults, Key: event.key }));',
    ),
    ['must dynamodb:GetItem T handler.ts:5'],
  ],
])('%s', (_name, source, expected) => {
  const analysis = analyzeText(source);

  expect(lines(analysis)).toEqual(expected);
  expect(analysis.unverifiable).toEqual([]);
});

test('a method that nothing calls is no use, one that is called is', () => {
  const source = (call: string) =>
    handler(
      `class Repo { read() { return ddb.send(new GetItemCommand({ TableName: process.env.T, Key: {} })); }\nremove() { return ddb.send(new DeleteItemCommand({ TableName: process.env.T, Key: {} })); } }\nawait new Repo().read(); ${call}`,
    );

  expect(lines(analyzeText(source('')))).toEqual(['must dynamodb:GetItem T handler.ts:4']);
  expect(analyzeText(source('')).unreached).toEqual([
    { service: 'dynamodb', operation: 'DeleteItem', at: { file: 'handler.ts', line: 5 } },
  ]);
  expect(lines(analyzeText(source('await new Repo().remove();')))).toEqual([
    'must dynamodb:GetItem T handler.ts:4',
    'must dynamodb:DeleteItem T handler.ts:5',
  ]);
});

test.each<[string, string, string]>([
  ['the name itself', 'event.table', '<input>'],
  ['a part of the name', '`orders-${event.tenant}`', '<input>'],
  ['the parsed body', 'JSON.parse(event.body).table', '<input>'],
  ['a value destructured from it', '(({ table }) => table)(event)', '<input>'],
  ['not when it picks from a list', '({ a: process.env.A, b: process.env.B } as any)[event.kind]', 'A|B'],
  ['not when it only decides', 'event.old ? process.env.A : process.env.B', 'A|B'],
])('a table name from the caller of the tool: %s', (_name, expression, expected) => {
  const analysis = analyzeText(handler(`await ddb.send(new GetItemCommand({ TableName: ${expression}, Key: {} }));`));

  expect(lines(analysis)).toEqual([`must dynamodb:GetItem ${expected} handler.ts:4`]);
});

test('a JSON file of any name is data, a module of any name is not', () => {
  const { unverifiable } = analyzeText(handler('require(`${process.env.FOLDER}/settings.json`);'));

  expect(unverifiable).toEqual([]);
  expect(analyzeText(handler('require(`${process.env.FOLDER}/settings.js`);')).unverifiable).toHaveLength(1);
});

test.each<[string, string, string, string]>([
  [
    'a method by an unknown name',
    '(new DynamoDB({}) as any)[event.method]({});',
    'dynamodb',
    'calls a method of the client by a name that is not known',
  ],
  ['a module by an unknown name', 'await import(event.module);', '*', 'loads a module by a name that is not known'],
  ['a package outside the bundle', "require('@aws-sdk/signature-v4-multi-region');", '*', 'signs requests itself'],
  ['code from text', 'eval(event.code);', '*', 'runs code from text'],
  [
    'an operation that is not in the map',
    "const { BraketClient, GetDeviceCommand } = require('@aws-sdk/client-braket'); new GetDeviceCommand({});",
    '*',
    'the permissions of GetDevice',
  ],
])('what cannot be followed is said: %s', (_name, body, service, reason) => {
  const { unverifiable } = analyzeText(handler(body));

  expect(unverifiable).toEqual([
    { service, reason: expect.stringContaining(reason), at: { file: 'handler.ts', line: 4 } },
  ]);
});

test('a bundle without that handler, or that does not parse, is not taken as one without calls', () => {
  expect(analyzeHandler({ code: 'module.exports = { other: () => {} };' }).unverifiable).toEqual([
    expect.objectContaining({ service: '*', reason: 'has no export "handler" that is a function' }),
  ]);
  expect(analyzeHandler({ code: 'module.exports = {' }).unverifiable).toEqual([
    expect.objectContaining({ service: '*', reason: expect.stringContaining('does not parse') }),
  ]);
});

test('without a source map, positions are those of the bundle', () => {
  const code =
    "const { DynamoDB } = require('@aws-sdk/client-dynamodb');\nmodule.exports.handler = () => new DynamoDB({}).getItem({ TableName: process.env.T });";

  expect(lines(analyzeHandler({ code }))).toEqual(['must dynamodb:GetItem T index.js:2']);
});

describe('installed packages', () => {
  const LOGGER = `
export class Logger { constructor(o) { this.o = o; } info(...parts) { for (const p of parts) this.o.sink?.(p, this); return this; }
capture(client) { return client; } }
`;
  const STORE = `
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
export class Store { constructor(t) { this.t = t; this.client = new DynamoDBClient({}); }
save() { return this.client.send(new PutItemCommand({ TableName: this.t, Item: {} })); } }
`;
  const SIGNER = 'export const call = (url) => fetch(url, { headers: { authorization: "AWS4-HMAC-SHA256" } });';

  async function analyzed(source: string): Promise<HandlerAnalysis> {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'packages-')));
    try {
      writeFileSync(join(directory, 'handler.js'), source);
      for (const [name, text] of Object.entries({
        '@aws-lambda-powertools/logger': LOGGER,
        '@aws-lambda-powertools/idempotency': STORE,
        aws4fetch: SIGNER,
      })) {
        mkdirSync(join(directory, 'node_modules', name), { recursive: true });
        writeFileSync(join(directory, 'node_modules', name, 'package.json'), '{"main":"index.js"}');
        writeFileSync(join(directory, 'node_modules', name, 'index.js'), text);
      }
      const { outputFiles } = buildSync({ ...OPTIONS, entryPoints: ['handler.js'], absWorkingDir: directory });
      return analyzeHandler(textOf(outputFiles));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  test('Powertools wraps clients and hides nothing, and its own calls are seen', async () => {
    const analysis = await analyzed(`
import { Logger } from '@aws-lambda-powertools/logger';
import { Store } from '@aws-lambda-powertools/idempotency';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
const logger = new Logger({});
const ddb = logger.capture(new DynamoDB({}));
const store = new Store(process.env.I);
export const handler = async (event) => {
  logger.info('x', { ddb });
  await store.save();
  return ddb.getItem({ TableName: process.env.T, Key: event.key });
};
`);

    expect(analysis.unverifiable).toEqual([]);
    expect(lines(analysis)).toEqual([
      'must dynamodb:GetItem T handler.js:11',
      'may dynamodb:PutItem I ~@aws-lambda-powertools/idempotency/index.js:4',
    ]);
  });

  test('a package that signs requests itself leaves everything open', async () => {
    const { unverifiable } = await analyzed(
      "import { call } from 'aws4fetch';\nexport const handler = () => call('x');",
    );

    expect(unverifiable).toContainEqual(
      expect.objectContaining({ service: '*', reason: 'signs requests itself with aws4fetch' }),
    );
  });
});
