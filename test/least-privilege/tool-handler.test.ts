import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Alias, Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Access, ToolHandler } from 'cdk-secure-mcp';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { RolePolicies } from '../../lib/least-privilege/role-statements';
import { runRules } from '../../lib/rules/run-rules';
import { GatewayApp } from '../support/gateway-app';
import { ACCOUNT, RenderedRole } from '../support/rendered-role';
import { ToolStack } from './support';

const FOLDER = mkdtempSync(join(tmpdir(), 'python-'));
writeFileSync(join(FOLDER, 'handler.py'), 'def handler(event, context):\n    return event\n');
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

function hashOf(folder: string): unknown {
  const shop = new ToolStack();
  shop.add('Tool', { handler: ToolHandler.fromPythonFolder(folder) });
  const [fn] = Object.values(shop.template().findResources('AWS::Lambda::Function'));
  return fn!.Properties.Code.S3Key;
}

describe('a Python folder', () => {
  test('is deployed as it is, without the variables of Node.js', () => {
    const shop = new ToolStack();
    shop.add('Tool', { handler: ToolHandler.fromPythonFolder(FOLDER), options: { environment: { LEVEL: '1' } } });

    expect(shop.problems).toEqual([]);
    shop.template().hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'python3.13',
      Handler: 'handler.handler',
      Architectures: ['arm64'],
      Environment: { Variables: { LEVEL: '1', NODE_OPTIONS: Match.absent() } },
    });
  });

  test('gives the same asset with and without caches, another one with other code', () => {
    const before = hashOf(FOLDER);
    mkdirSync(join(FOLDER, '__pycache__'), { recursive: true });
    writeFileSync(join(FOLDER, '__pycache__', 'handler.cpython-313.pyc'), String(Math.random()));
    const cached = hashOf(FOLDER);
    writeFileSync(join(FOLDER, 'more.py'), 'more = 1\n');

    expect(cached).toBe(before);
    expect(hashOf(FOLDER)).not.toBe(before);
  });

  test.each<[string, ToolHandler, string, string, ToolHandler]>([
    [
      'that does not exist',
      ToolHandler.fromPythonFolder('no/such'),
      'HANDLER_NOT_FOUND',
      'no/such',
      ToolHandler.fromPythonFolder(FOLDER),
    ],
    [
      'without the module',
      ToolHandler.fromPythonFolder(FOLDER, { handler: 'orders.handler' }),
      'HANDLER_NOT_FOUND',
      'orders.py',
      ToolHandler.fromPythonFolder(FOLDER, { handler: 'handler.handler' }),
    ],
    [
      'on an old runtime',
      ToolHandler.fromPythonFolder(FOLDER, { runtime: Runtime.PYTHON_3_9 }),
      'HANDLER_RUNTIME',
      'python3.9',
      ToolHandler.fromPythonFolder(FOLDER, { runtime: Runtime.PYTHON_3_12 }),
    ],
    [
      'on another language',
      ToolHandler.fromPythonFolder(FOLDER, { runtime: Runtime.NODEJS_24_X }),
      'HANDLER_RUNTIME',
      'nodejs24.x',
      ToolHandler.fromPythonFolder(FOLDER, { runtime: Runtime.PYTHON_3_14 }),
    ],
  ])('%s is refused', (_name, wrong, code, fragment, right) => {
    const [bad, good] = [new ToolStack(), new ToolStack()];
    bad.add('Tool', { handler: wrong });
    good.add('Tool', { handler: right });

    expect(bad.problems).toEqual([expect.objectContaining({ code, message: expect.stringContaining(fragment) })]);
    expect(good.problems).toEqual([]);
  });
});

describe('a container image', () => {
  test('is pinned by its digest', () => {
    const shop = new ToolStack();
    const repository = Repository.fromRepositoryName(shop.stack, 'Repository', 'tools');
    shop.add('Tool', {
      handler: ToolHandler.fromImage(repository, DIGEST, {
        architecture: Architecture.X86_64,
        command: ['app.handler'],
      }),
    });

    expect(shop.problems).toEqual([]);
    shop.template().hasResourceProperties('AWS::Lambda::Function', {
      PackageType: 'Image',
      Architectures: ['x86_64'],
      Code: { ImageUri: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`/tools@${DIGEST}$`)])] } },
      ImageConfig: { Command: ['app.handler'] },
      Runtime: Match.absent(),
    });
  });

  test.each(['latest', 'v1', 'sha256:abc', ''])('a tag or half a digest is refused: %p', (tag) => {
    const shop = new ToolStack();
    const repository = Repository.fromRepositoryName(shop.stack, 'Repository', 'tools');
    shop.add('Tool', { handler: ToolHandler.fromImage(repository, tag) });

    expect(shop.problems).toEqual([
      expect.objectContaining({ code: 'HANDLER_IMAGE', message: expect.stringContaining(JSON.stringify(tag)) }),
    ]);
  });

  test('takes no layers', () => {
    const shop = new ToolStack();
    const repository = Repository.fromRepositoryName(shop.stack, 'Repository', 'tools');
    shop.add('Tool', { handler: ToolHandler.fromImage(repository, DIGEST), options: { layers: [] } });

    expect(shop.codes()).toEqual(['FUNCTION_OPTION']);
  });
});

describe('an existing function', () => {
  function existing(shop: ToolStack | GatewayApp) {
    const fn = new LambdaFunction(shop.stack, 'Existing', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => 1'),
    });
    return { fn, alias: new Alias(shop.stack, 'Alias', { aliasName: 'prod', version: fn.currentVersion }) };
  }

  test('keeps its role, environment and settings; the declaration is what it is expected to be', () => {
    const shop = new ToolStack();
    const { alias } = existing(shop);
    const bucket = Bucket.fromBucketName(shop.stack, 'Bucket', 'orders');
    const tool = shop.add('Tool', {
      handler: ToolHandler.fromFunction(alias),
      access: { ORDERS: Access.bucket(bucket).get({ prefix: 'in/' }) },
    });
    const template = shop.template();

    expect(shop.problems).toEqual([]);
    expect(tool.alias).toBe(alias);
    expect(tool.readOnly).toBe(false);
    template.resourceCountIs('AWS::IAM::Role', 1);
    template.hasResource('AWS::Lambda::Function', {
      Properties: { Environment: Match.absent(), ReservedConcurrentExecutions: Match.absent() },
      Metadata: {
        'cdk-secure-mcp': { tool: 'Tool', access: [{ declaration: "Access.bucket(Bucket).get({ prefix: 'in/' })" }] },
      },
    });
    expect(RenderedRole.find(shop.rendered(), 'Existing').allows('s3:GetObject', 'arn:aws:s3:::orders/in/a')).toBe(
      false,
    );
  });

  test('the report says that its code was not analysed, and what its role allows', () => {
    const shop = new ToolStack();
    const { alias } = existing(shop);
    alias.version.lambda.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
    shop.add('Tool', { handler: ToolHandler.fromFunction(alias) });
    const elsewhere = Role.fromRoleArn(shop.stack, 'Elsewhere', `arn:aws:iam::${ACCOUNT}:role/made-elsewhere`);
    expect(new RolePolicies(shop.app).of(elsewhere)).toBeUndefined();
    shop.template();
    const { tools } = JSON.parse(readFileSync(join(shop.app.outdir, 'least-privilege.json'), 'utf8'));

    expect(tools).toEqual([
      expect.objectContaining({
        code: 'unanalysed',
        why: 'existing function',
        role: {
          statements: [{ Action: 's3:GetObject', Effect: 'Allow', Resource: '*' }],
          managedPolicies: [expect.anything()],
        },
      }),
    ]);
  });

  test('options that would change it are refused', () => {
    const shop = new ToolStack();
    shop.add('Tool', {
      handler: ToolHandler.fromFunction(existing(shop).alias),
      options: { memorySize: 512, tracing: true },
    });

    expect(shop.problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'FUNCTION_OPTION memorySize does not apply to an existing function',
      'FUNCTION_OPTION tracing does not apply to an existing function',
    ]);
  });

  test.each([
    ['s3:*', '*', true],
    ['s3:GetObject', 'arn:aws:s3:::orders/in/*', false],
  ])('its role is judged by the rules: %s on %s', (action, resource, refused) => {
    const shop = new GatewayApp();
    const { fn, alias } = existing(shop);
    fn.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    const tool = shop.addTool('look-up', { handler: ToolHandler.fromFunction(alias), access: {} });
    tool.permit(shop.gateway.addAgent('robot'));

    const findings = runRules(readAssembly(shop.app.synth().directory));

    const wide = findings.filter(
      (finding) => finding.ruleId.startsWith('SecureMcp-LP06') && JSON.stringify(finding).includes(action),
    );
    expect(wide.length > 0).toBe(refused);
    expect(tool.alias).toBe(alias);
  });
});
