import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Annotations as CoreAnnotations, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { FoundationModel, FoundationModelIdentifier } from 'aws-cdk-lib/aws-bedrock';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  type CfnRole,
  CfnRolePolicy,
  Effect,
  ManagedPolicy,
  Policy,
  PolicyStatement,
  type Role,
} from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  Access,
  CodeAnalysis,
  type DeclaredAccess,
  Inbound,
  SecureMcpGateway,
  ToolHandler,
  ToolSchema,
} from 'cdk-secure-mcp';
import type { ToolCode } from '../../lib/least-privilege/tool-code';
import { ACCOUNT, REGION } from '../support/rendered-role';
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

function synthesize(
  body: string | ToolHandler,
  access: (shop: ToolStack) => DeclaredAccess,
  codeAnalysis?: CodeAnalysis,
  change: (tool: ToolCode, shop: ToolStack) => void = () => {},
) {
  const shop = new ToolStack();
  const tool = shop.add('Tool', {
    handler: typeof body === 'string' ? handler(body) : body,
    access: { ORDERS: access(shop) },
    options: { codeAnalysis },
  });
  change(tool, shop);
  shop.template();
  const annotations = Annotations.fromStack(shop.stack);
  const warnings = annotations.findWarning('*', Match.stringLikeRegexp('no code uses it'));
  const told = [...annotations.findWarning('*', Match.anyValue()), ...annotations.findInfo('*', Match.anyValue())];
  const report = JSON.parse(readFileSync(join(shop.app.outdir, 'least-privilege.json'), 'utf8'));
  return {
    problems: shop.problems,
    warnings: warnings.map(({ entry }) => String(entry.data)),
    told: told.map(({ level, entry }) => `${level} ${entry.data}`),
    metadata: Object.values(shop.rendered().Resources).find(({ Type }) => Type === 'AWS::Lambda::Function')?.Metadata?.[
      'cdk-secure-mcp'
    ],
    report: report.tools[0],
    role: shop.role('Tool'),
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

test.each([
  ['a table that the caller names', 'TableName: event.table', true],
  [
    'a table that the caller picks from a list',
    'TableName: { a: process.env.ORDERS, b: process.env.ORDERS }[event.kind]',
    false,
  ],
])('%s is a finding of its own: %s', (_name, parameters, isFinding) => {
  const { problems, told, report } = synthesize(
    `await ddb.send(new GetItemCommand({ ${parameters}, Key: {} }));`,
    (shop) => table(shop).get(),
  );
  const id = /\[ack: cdk-secure-mcp:resourceFromInput::dynamodb:GetItem\]$/;

  expect(problems).toEqual([]);
  expect(told).toEqual(isFinding ? [expect.stringMatching(id)] : []);
  expect(report.resourceFromInput).toHaveLength(isFinding ? 1 : 0);
});

const statement = (action: string, resource: string) =>
  new PolicyStatement({ actions: [action], resources: [resource] });
const roleOf = (tool: ToolCode) => tool.function.role as Role;

test('the report shows what was added to the role from outside, and it is compared with the code', () => {
  const { report, warnings } = synthesize(
    GET,
    (shop) => table(shop).get(),
    undefined,
    (tool) => tool.function.addToRolePolicy(statement('sns:Publish', 'arn:aws:sns:::t')),
  );

  expect(report).toMatchObject({
    tool: 'Tool',
    path: 'Shop/Tool/Handler',
    code: 'analysed',
    added: [{ Action: 'sns:Publish', Resource: 'arn:aws:sns:::t' }],
    excess: [{ action: 'sns:Publish' }],
    declared: [{ env: 'ORDERS', declaration: 'Access.table(Orders).get()', actions: ['dynamodb:GetItem'] }],
    used: [{ action: 'dynamodb:GetItem', certainty: 'must' }],
  });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^a policy that was added from outside allows sns:Publish on arn:aws:sns:::t, and no code uses it.*accessExcess::sns:Publish\]$/,
    ),
  ]);
});

/** Every way to a policy on the role of a tool that does not go through its access. */
test.each<[string, (tool: ToolCode, shop: ToolStack) => void]>([
  ['a statement', (tool) => tool.function.addToRolePolicy(statement('dynamodb:PutItem', '*'))],
  [
    'a grant',
    (tool, { stack }) => Table.fromTableName(stack, 'Granted', 'orders').grant(tool.function, 'dynamodb:PutItem'),
  ],
  [
    'a policy of its own',
    (tool, { stack }) =>
      void new Policy(stack, 'P', { roles: [roleOf(tool)], statements: [statement('dynamodb:Put*', '*')] }),
  ],
  [
    'a managed policy that names the role',
    (tool, { stack }) =>
      void new ManagedPolicy(stack, 'P', { roles: [roleOf(tool)], statements: [statement('dynamodb:*', '*')] }),
  ],
  [
    'a managed policy that the role names',
    (tool, { stack }) =>
      roleOf(tool).addManagedPolicy(new ManagedPolicy(stack, 'P', { statements: [statement('*', '*')] })),
  ],
  [
    'an inline policy of the resource',
    (tool) =>
      (roleOf(tool).node.defaultChild as CfnRole).addPropertyOverride('Policies.1', {
        PolicyName: 'More',
        PolicyDocument: { Statement: { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: '*' } },
      }),
  ],
  [
    'a policy of a role, by reference',
    (tool, { stack }) =>
      void new CfnRolePolicy(stack, 'P', {
        policyName: 'More',
        roleName: tool.function.role!.roleName,
        policyDocument: { Statement: [{ Effect: 'Allow', Action: ['dynamodb:PutItem'], Resource: ['*'] }] },
      }),
  ],
])('what is allowed by %s is granted, and the report shows it', (_name, change) => {
  const { problems, report } = synthesize(`${GET} ${PUT}`, (shop) => table(shop).get(), undefined, change);

  expect(problems).toEqual([]);
  expect(report.missing).toEqual([]);
  expect(report.added).toEqual([expect.objectContaining({ Effect: 'Allow' })]);
  // Without it the same code fails.
  expect(synthesize(`${GET} ${PUT}`, (shop) => table(shop).get()).problems).toHaveLength(1);
});

test.each<[string, string, string]>([
  ['another action', 'dynamodb:DeleteItem', '*'],
  ['another table', 'dynamodb:PutItem', 'arn:aws:dynamodb:eu-west-1:111122223333:table/ledger'],
])('what is allowed from outside for %s changes nothing', (_name, action, resource) => {
  const { problems } = synthesize(
    `${GET} ${PUT}`,
    (shop) => table(shop).get(),
    undefined,
    (tool) => tool.function.addToRolePolicy(statement(action, resource)),
  );

  expect(problems.map(({ code }) => code)).toEqual(['ACCESS_MISSING']);
});

test('a denial from outside grants nothing', () => {
  const denial = new PolicyStatement({ effect: Effect.DENY, actions: ['dynamodb:PutItem'], resources: ['*'] });
  const { problems, report } = synthesize(
    `${GET} ${PUT}`,
    (shop) => table(shop).get(),
    undefined,
    (tool) => tool.function.addToRolePolicy(denial),
  );

  expect(problems.map(({ code }) => code)).toEqual(['ACCESS_MISSING']);
  expect(report.added).toEqual([expect.objectContaining({ Effect: 'Deny' })]);
});

test('a table that is granted and named from outside is no error, and what its grant has besides is excess', () => {
  const audit = "await ddb.send(new GetItemCommand({ TableName: process.env.AUDIT, Key: { id: { S: 'x' } } }));";
  const run = (change?: (tool: ToolCode, shop: ToolStack) => void) =>
    synthesize(`${GET} ${audit}`, (shop) => table(shop).get(), undefined, change);
  const { problems, report } = run((tool, { stack }) => {
    const granted = new Table(stack, 'Audit', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    granted.grantReadData(tool.function);
    (tool.function as LambdaFunction).addEnvironment('AUDIT', granted.tableName);
  });

  expect(problems).toEqual([]);
  expect(report.excess.map(({ action }: { action: string }) => action)).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DescribeTable',
  ]);
  expect(run().problems.map(({ code }) => code)).toEqual(['ACCESS_MISSING']);
});

test('of a managed policy that is not part of the app, nothing is certain: the report names it', () => {
  const { problems, report, told } = synthesize(
    `${GET} ${PUT}`,
    (shop) => table(shop).get(),
    undefined,
    (tool) => roleOf(tool).addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AmazonDynamoDBFullAccess')),
  );

  expect(problems).toEqual([]);
  expect(report.possiblyMissing).toEqual([expect.objectContaining({ action: 'dynamodb:PutItem' })]);
  expect(JSON.stringify(report.addedManagedPolicies)).toContain('AmazonDynamoDBFullAccess');
  expect(told).toContainEqual(expect.stringContaining('the code may need dynamodb:PutItem'));
});

test('a declaration is readable where only deployment tells a part of it', () => {
  const shop = new ToolStack();
  const model = FoundationModel.fromFoundationModelId(
    shop.stack,
    'Model',
    FoundationModelIdentifier.ANTHROPIC_CLAUDE_3_HAIKU_20240307_V1_0,
  );
  const guardrailArn = Fn.importValue('guardrail');
  const options = { guardrailArn, guardrailVersion: '1' };
  shop.add('Tool', { handler: handler(GET), access: { ORDERS: Access.model(model).invoke(options) } });
  const template = JSON.stringify(shop.template().toJSON());
  const report = readFileSync(join(shop.app.outdir, 'least-privilege.md'), 'utf8');

  const declaration =
    /Access\.model\('arn:(<|&lt;)AWS\.Partition>:bedrock:eu-west-1::foundation-model\/anthropic[^']*'\)\.invoke\(\{ guardrailArn: '(<|&lt;)TOKEN>', guardrailVersion: '1' \}\)/;
  expect(report).toMatch(declaration);
  expect(template).toMatch(declaration);
  expect(report + template).not.toContain('Token[');
});

test('an excess names the line that declares it, and what is deployed does not', () => {
  const declared = {
    first: (shop: ToolStack) => table(shop).get().scan(),
    second: (shop: ToolStack) => table(shop).get().scan(),
  };
  const code = handler(GET);
  const [first, second] = Object.values(declared).map((access) => {
    const shop = new ToolStack();
    shop.add('Tool', { handler: code, access: { ORDERS: access(shop) } });
    const template = JSON.stringify(shop.template().toJSON());
    const [warning] = Annotations.fromStack(shop.stack).findWarning('*', Match.stringLikeRegexp('no code uses it'));
    const { tools } = JSON.parse(readFileSync(join(shop.app.outdir, 'least-privilege.json'), 'utf8'));
    return { template, text: String(warning!.entry.data), at: tools[0].excess[0].at };
  });
  const file = 'test/least-privilege/handler-access.test.ts';

  expect(first!.at).toEqual({ file, line: expect.any(Number) });
  expect(second!.at).toEqual({ file, line: first!.at.line + 1 });
  const source = readFileSync(__filename, 'utf8').split('\n');
  expect(source[first!.at.line - 1]).toContain('table(shop).get().scan()');
  expect(first!.text).toMatch(
    new RegExp(
      `^ORDERS allows dynamodb:Scan, and no code uses it; it is declared in ${file}:${first!.at.line}\\. Write ORDERS: Access\\.table\\(Orders\\)\\.get\\(\\)`,
    ),
  );
  expect(first!.template === second!.template).toBe(true);
  expect(first!.template).not.toContain('handler-access.test');
});

test('an excess can be acknowledged, by what it is about', () => {
  const shop = new ToolStack();
  shop.add('Tool', { handler: handler(GET), access: { ORDERS: table(shop).get().scan().query() } });
  CoreAnnotations.of(shop.stack).acknowledgeWarning('cdk-secure-mcp:accessExcess:ORDERS:dynamodb:Scan', 'next release');
  shop.template();
  const warnings = Annotations.fromStack(shop.stack).findWarning('*', Match.stringLikeRegexp('no code uses it'));

  expect(warnings.map(({ entry }) => entry.data)).toEqual([expect.stringContaining('dynamodb:Query')]);
});

test('a gateway says how its tools are analysed, and a tool can say otherwise', () => {
  const app = new App();
  const stack = new Stack(app, 'Shop');
  const reason = 'generated code, reviewed by the shop team';
  const gateway = new SecureMcpGateway(stack, 'Gateway', {
    inbound: Inbound.cognito(),
    codeAnalysis: CodeAnalysis.warn({ reason }),
  });
  const agent = gateway.addAgent('robot');
  const add = (name: string, codeAnalysis?: CodeAnalysis) =>
    gateway
      .addTool(name, {
        description: 'Puts an order',
        input: ToolSchema.fromJson('{"type":"object","properties":{}}'),
        handler: handler(PUT),
        access: { ORDERS: Access.table(Table.fromTableName(stack, name, 'orders')).get() },
        codeAnalysis,
      })
      .permit(agent);
  add('as-gateway');
  add('not-at-all', CodeAnalysis.off({ reason }));
  add('strictly', CodeAnalysis.enforce());

  expect(() => app.synth()).toThrow(/dynamodb:PutItem .*\[ACCESS_MISSING\] \(at Shop\/Gateway\/strictly\/Handler\)$/);
  const report = JSON.parse(readFileSync(join(app.outdir, 'least-privilege.json'), 'utf8'));
  expect(
    report.tools.map(({ tool, code, missing }: Record<string, unknown[]>) => [tool, code, missing!.length]),
  ).toEqual([
    ['as-gateway', 'analysed', 1],
    ['not-at-all', 'unanalysed', 0],
    ['strictly', 'analysed', 1],
  ]);
});

describe('how strictly code is held to its access', () => {
  const reason = 'generated code, reviewed by the shop team';

  test('with warn a missing access is a warning, the metadata says so, and the role gets nothing', () => {
    const { problems, told, metadata, report, role } = synthesize(
      PUT,
      (shop) => table(shop).get(),
      CodeAnalysis.warn({ reason }),
    );

    expect(problems).toEqual([]);
    expect(told).toContainEqual(
      expect.stringMatching(/^warning the code needs dynamodb:PutItem on .*\.get\(\)\.put\(\)/),
    );
    expect(report.missing).toHaveLength(1);
    expect(metadata).toMatchObject({ weakenings: [{ weakening: 'CodeAnalysis.warn', reason }] });
    const [allowed, missing] = ['GetItem', 'PutItem'].map((name) =>
      role.allows(`dynamodb:${name}`, `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/orders`),
    );
    expect([allowed, missing]).toEqual([true, false]);
  });

  test('with off nothing is said, and report and metadata say that', () => {
    const { problems, told, metadata, report } = synthesize(
      PUT,
      (shop) => table(shop).get(),
      CodeAnalysis.off({ reason }),
    );

    expect([problems, told]).toEqual([[], []]);
    expect(report).toMatchObject({ code: 'unanalysed', why: `switched off: ${reason}`, used: [] });
    expect(metadata).toMatchObject({ weakenings: [{ weakening: 'CodeAnalysis.off', reason }] });
  });

  test('with enforce it fails, and nothing is recorded', () => {
    const { problems, metadata } = synthesize(PUT, (shop) => table(shop).get(), CodeAnalysis.enforce());

    expect(problems.map(({ code }) => code)).toEqual(['ACCESS_MISSING']);
    expect(metadata).not.toHaveProperty('weakenings');
  });

  test('less takes a reason', () => {
    const { problems } = synthesize(GET, (shop) => table(shop).get(), CodeAnalysis.off({ reason: 'no' }));

    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'REASON_MISSING', message: expect.stringContaining('CodeAnalysis.off') }),
    );
  });
});

describe('Python', () => {
  function folder(files: { [path: string]: string }): ToolHandler {
    const root = mkdtempSync(join(FOLDER, 'python-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return ToolHandler.fromPythonFolder(root);
  }
  const CODE = `import os, boto3
from store import table
def handler(event, context):
    return table.get_item(Key={'id': event['id']})
`;
  const STORE = "import os, boto3\ntable = boto3.resource('dynamodb').Table(os.environ['ORDERS'])\n";

  test('the code of the folder is compared with the access', () => {
    const { problems, told, report } = synthesize(folder({ 'handler.py': CODE, 'store.py': STORE }), (shop) =>
      table(shop).get(),
    );

    expect([problems, told]).toEqual([[], []]);
    expect(report).toMatchObject({
      code: 'analysed',
      used: [
        {
          action: 'dynamodb:GetItem',
          certainty: 'may',
          at: { file: expect.stringMatching(/^python-\w+\/handler\.py$/), line: 4 },
        },
      ],
      unverifiable: [],
    });
  });

  test('what may be missing is a warning with place and line, what is too much as well', () => {
    const { problems, told } = synthesize(folder({ 'handler.py': CODE, 'store.py': STORE }), (shop) =>
      table(shop).scan(),
    );

    expect(problems).toEqual([]);
    expect(told).toEqual([
      expect.stringMatching(
        /^warning the code may need dynamodb:GetItem on os\.environ\['ORDERS'\], .*in python-\w+\/handler\.py:4\. .*\.scan\(\)\.get\(\)/,
      ),
      expect.stringMatching(/^warning ORDERS allows dynamodb:Scan, and no code uses it/),
    ]);
  });

  test('an installed package is not followed, and hides nothing unless it calls AWS', () => {
    const using = (name: string, source: string) =>
      synthesize(
        folder({
          'handler.py': `import ${name}\n${CODE}`,
          'store.py': STORE,
          [`${name}/__init__.py`]: source,
          [`${name}-1.0.dist-info/RECORD`]: `${name}/__init__.py,sha256=x,1\n`,
        }),
        (shop) => table(shop).get().scan(),
      ).report;

    expect(using('plain', 'import json')).toMatchObject({ excess: [{ action: 'dynamodb:Scan' }], unverifiable: [] });
    expect(using('wrangler', 'import boto3')).toMatchObject({
      excess: [],
      unverifiable: [{ message: expect.stringContaining('uses wrangler, a library that calls AWS') }],
    });
  });
});
