import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, SecretValue } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PermissionsBoundary, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CodeSigningConfig, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Platform, SigningProfile } from 'aws-cdk-lib/aws-signer';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Access, ToolConcurrency, ToolHandler } from 'cdk-secure-mcp';
import type { ToolFunctionOptions } from '../../lib/least-privilege/tool-function-options';
import { ACCOUNT, REGION, RenderedRole } from '../support/rendered-role';
import { BASE_ACTIONS, ToolStack } from './support';

const actionsOf = (role: RenderedRole) => role.statements.flatMap((statement) => statement.Action ?? []);

describe('the role', () => {
  test('has one inline policy, no managed one, and trusts Lambda alone', () => {
    const shop = new ToolStack();
    shop.add('Tool');
    const template = shop.rendered();
    const role = template.Resources[RenderedRole.find(template, 'Tool').logicalId]!;

    expect(role.Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
      Policies: [expect.objectContaining({ PolicyName: 'DeclaredAccess' })],
    });
    expect(Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::Policy')).toEqual([]);
  });

  test('writes to its own log group and to no other', () => {
    const shop = new ToolStack();
    shop.add('Tool');
    shop.add('Other');
    const template = shop.rendered();
    const role = RenderedRole.find(template, 'Tool');
    const group = (prefix: string) =>
      `arn:aws:made:${REGION}:${ACCOUNT}:${Object.keys(template.Resources).find((id) => id.startsWith(`${prefix}HandlerLogs`))}`;

    expect(role.allows('logs:PutLogEvents', group('Tool'))).toBe(true);
    expect(role.allows('logs:PutLogEvents', group('Other'))).toBe(false);
    expect(role.allows('logs:CreateLogGroup', group('Tool'))).toBe(false);
  });

  test('has the boundary that the tool asks for, or that a scope applies', () => {
    const shop = new ToolStack();
    const boundary = ManagedPolicy.fromManagedPolicyName(shop.stack, 'Boundary', 'tools');
    shop.add('Tool', { options: { permissionsBoundary: boundary } });
    const scoped = new ToolStack();
    scoped.add('Tool');
    PermissionsBoundary.of(scoped.stack).apply(boundary);

    for (const { template } of [{ template: shop.template() }, { template: scoped.template() }]) {
      template.hasResourceProperties('AWS::IAM::Role', {
        PermissionsBoundary: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(':policy/tools')])] },
      });
    }
  });

  /** Option, what it adds to the actions of the role. */
  test.each<[string, (shop: ToolStack) => ToolFunctionOptions, string[]]>([
    ['nothing', () => ({}), []],
    ['tracing', () => ({ tracing: true }), ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']],
    ['a dead-letter queue', ({ stack }) => ({ deadLetterQueue: new Queue(stack, 'Dead') }), ['sqs:SendMessage']],
    [
      'an encrypted dead-letter queue',
      ({ stack }) => ({
        deadLetterQueue: new Queue(stack, 'Dead', { encryptionMasterKey: new Key(stack, 'DeadKey') }),
      }),
      ['sqs:SendMessage', 'kms:Decrypt', 'kms:GenerateDataKey'],
    ],
    [
      'a layer',
      ({ stack }) => ({
        layers: [LayerVersion.fromLayerVersionArn(stack, 'Layer', `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:l:1`)],
      }),
      [],
    ],
    [
      'a VPC',
      ({ stack }) => ({ network: { vpc: new Vpc(stack, 'Vpc', { natGateways: 1 }) } }),
      [
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
      ],
    ],
    ['code signing', ({ stack }) => ({ codeSigningConfig: signing(stack) }), []],
    ['settings', () => ({ environment: { LEVEL: 'high' } }), []],
  ])('gets exactly the statements of %s', (_name, options, added) => {
    const shop = new ToolStack();
    shop.add('Tool', { options: options(shop) });
    const role = shop.role('Tool');

    expect(actionsOf(role)).toEqual([...BASE_ACTIONS, ...added]);
    expect(role.documents).toHaveLength(1);
  });

  test('in a VPC, network interfaces are for the Lambda service, not for the code of the function', () => {
    const shop = new ToolStack();
    shop.add('Tool', { options: { network: { vpc: new Vpc(shop.stack, 'Vpc', { natGateways: 1 }) } } });
    const role = shop.role('Tool');
    const eni = `arn:aws:ec2:${REGION}:${ACCOUNT}:network-interface/eni-1`;
    const fromCode = { 'lambda:SourceFunctionArn': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:tool` };

    expect(role.allows('ec2:CreateNetworkInterface', eni)).toBe(true);
    for (const other of ['subnet', 'security-group'])
      expect(role.allows('ec2:CreateNetworkInterface', eni.replace('network-interface', other))).toBe(true);
    expect(role.allows('ec2:CreateNetworkInterface', eni.replace('network-interface', 'instance'))).toBe(false);
    expect(role.allows('ec2:CreateNetworkInterface', eni, fromCode)).toBe(false);
    expect(role.allows('ec2:DescribeSubnets', '*', fromCode)).toBe(false);
    expect(role.allows('ec2:CreateNetworkInterface', eni.replace(ACCOUNT, '999988887777'))).toBe(false);
  });

  test('what is added from outside stands beside the inline policy, and counts', () => {
    const shop = new ToolStack();
    const tool = shop.add('Tool');
    tool.function.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*'] }));
    const role = shop.role('Tool');

    expect(role.documents).toHaveLength(2);
    expect(role.allows('s3:GetObject', 'arn:aws:s3:::b/k')).toBe(true);
  });
});

function signing(stack: ToolStack['stack']): CodeSigningConfig {
  const signingProfiles = [new SigningProfile(stack, 'Profile', { platform: Platform.AWS_LAMBDA_SHA384_ECDSA })];
  return new CodeSigningConfig(stack, 'Signing', { signingProfiles });
}

describe('the function', () => {
  test('has a supported runtime, ARM, limits, JSON logs, an encrypted environment and a published version', () => {
    const shop = new ToolStack();
    shop.add('Tool', { access: {} });
    const template = shop.template();

    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 10,
      MemorySize: 256,
      ReservedConcurrentExecutions: 5,
      KmsKeyArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('GatewayKey'), 'Arn'] },
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 365,
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('GatewayKey'), 'Arn'] },
    });
    template.hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      FunctionVersion: { 'Fn::GetAtt': [Match.stringLikeRegexp('CurrentVersion'), 'Version'] },
    });
  });

  test.each<[string, string, string, (folder: string) => ToolHandler]>([
    [
      'in TypeScript',
      'index.ts',
      'export const handler = async () => ',
      (folder) => ToolHandler.fromEntry(join(folder, 'index.ts')),
    ],
    [
      'in what it imports',
      'answer.ts',
      'export const answer = () => ',
      (folder) => ToolHandler.fromEntry(join(folder, 'index.ts')),
    ],
    [
      'in Python',
      'handler.py',
      'def handler(event, context):\n  return ',
      (folder) => ToolHandler.fromPythonFolder(folder),
    ],
  ])('publishes a version for code that changed, and none for code that did not: %s', (_name, file, head, handler) => {
    const folder = mkdtempSync(join(tmpdir(), 'versions-'));
    writeFileSync(
      join(folder, 'index.ts'),
      "import { answer } from './answer';\nexport const handler = async () => answer();\n",
    );
    const published = (answer: number) => {
      writeFileSync(join(folder, file), `${head}${answer}\n`);
      const shop = new ToolStack();
      shop.add('Tool', { handler: handler(folder) });
      const { Resources } = shop.rendered();
      const of = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
      const [[version], ...others] = of('AWS::Lambda::Version') as [[string, unknown]];
      expect([others, of('AWS::Lambda::Alias')[0]![1].Properties?.FunctionVersion]).toEqual([
        [],
        { 'Fn::GetAtt': [version, 'Version'] },
      ]);
      return version;
    };
    const [first, second, again] = [published(1), published(2), published(1)];

    expect(second).not.toBe(first);
    expect(again).toBe(first);
  });

  test('takes other limits, another key, retention and code signing', () => {
    const shop = new ToolStack();
    const encryptionKey = new Key(shop.stack, 'OwnKey');
    shop.add('Tool', {
      options: {
        timeout: Duration.seconds(3),
        memorySize: 512,
        concurrency: ToolConcurrency.reserved(2),
        encryptionKey,
        logRetention: RetentionDays.TWO_YEARS,
        codeSigningConfig: signing(shop.stack),
        tracing: true,
        deadLetterQueue: new Queue(shop.stack, 'Dead'),
      },
    });
    const template = shop.template();
    const own = { 'Fn::GetAtt': [Match.stringLikeRegexp('OwnKey'), 'Arn'] };

    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 3,
      MemorySize: 512,
      ReservedConcurrentExecutions: 2,
      KmsKeyArn: own,
      CodeSigningConfigArn: Match.anyValue(),
      TracingConfig: { Mode: 'Active' },
      DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Dead'), 'Arn'] } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 731, KmsKeyId: own });
  });

  test('without reserved concurrency, the reason stands in the template', () => {
    const shop = new ToolStack();
    shop.add('Tool', { options: { concurrency: ToolConcurrency.unreserved('bursts of the yearly sale') } });

    shop.template().hasResource('AWS::Lambda::Function', {
      Properties: { ReservedConcurrentExecutions: Match.absent() },
      Metadata: {
        'cdk-secure-mcp': {
          weakenings: [{ weakening: 'ToolConcurrency.unreserved', reason: 'bursts of the yearly sale' }],
        },
      },
    });
  });

  test('in a VPC, its own security group lets nothing out; a given one is taken as it is', () => {
    const shop = new ToolStack();
    const vpc = new Vpc(shop.stack, 'Vpc', { natGateways: 1 });
    const given = new SecurityGroup(shop.stack, 'Given', { vpc });
    shop.add('Closed', { options: { network: { vpc } } });
    shop.add('Given2', { options: { network: { vpc, securityGroups: [given] } } });
    const template = shop.template();

    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'MCP tool, closed unless opened',
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '255.255.255.255/32' })],
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'MCP tool Given2',
      VpcConfig: { SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Given'), 'GroupId'] }] },
    });
  });

  test('settings and the variables of access stand side by side', () => {
    const shop = new ToolStack();
    const secret = Secret.fromSecretNameV2(shop.stack, 'Secret', 'orders');
    shop.add('Tool', {
      access: { KEY_SECRET: Access.secret(secret).read() },
      options: { environment: { LEVEL: 'high' } },
    });

    expect(shop.problems).toEqual([]);
    shop.template().hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps', KEY_SECRET: 'orders', LEVEL: 'high' } },
    });
  });
});

/** Options that do not work, and their twin that does. */
test.each<[string, ToolFunctionOptions, string, string, ToolFunctionOptions]>([
  ['31 seconds', { timeout: Duration.seconds(31) }, 'TOOL_TIMEOUT', '31', { timeout: Duration.seconds(30) }],
  ['no time', { timeout: Duration.seconds(0) }, 'TOOL_TIMEOUT', '0', { timeout: Duration.seconds(1) }],
  ['little memory', { memorySize: 127 }, 'FUNCTION_OPTION', '127', { memorySize: 128 }],
  ['half a MiB', { memorySize: 256.5 }, 'FUNCTION_OPTION', '256.5', { memorySize: 256 }],
  [
    'no concurrency',
    { concurrency: ToolConcurrency.reserved(0) },
    'FUNCTION_OPTION',
    'got 0',
    { concurrency: ToolConcurrency.reserved(1) },
  ],
  [
    'unreserved concurrency without a reason',
    { concurrency: ToolConcurrency.unreserved(' ') },
    'FUNCTION_OPTION',
    'no reason',
    { concurrency: ToolConcurrency.unreserved('yearly sale') },
  ],
  [
    'a reserved name',
    { environment: { AWS_REGION: 'x' } },
    'ENVIRONMENT_NAME',
    'AWS_REGION',
    { environment: { REGION: 'x' } },
  ],
  ['a name with a hyphen', { environment: { 'a-b': 'x' } }, 'ENVIRONMENT_NAME', 'a-b', { environment: { a_b: 'x' } }],
  [
    'a secret by its name',
    { environment: { API_KEY: 'hunter2' } },
    'ENVIRONMENT_SECRET',
    'API_KEY',
    { environment: { API_URL: 'x' } },
  ],
  [
    'a secret by its look',
    { environment: { SETTING: 'AKIAIOSFODNN7EXAMPLE' } },
    'ENVIRONMENT_SECRET',
    'SETTING',
    { environment: { SETTING: 'AKI' } },
  ],
  [
    'a secret by reference',
    { environment: { SETTING: SecretValue.secretsManager('orders').unsafeUnwrap() } },
    'ENVIRONMENT_SECRET',
    'SETTING',
    { environment: { SETTING: 'orders' } },
  ],
])('%s is refused', (_name, wrong, code, fragment, right) => {
  const [bad, good] = [new ToolStack(), new ToolStack()];
  bad.add('Tool', { options: wrong });
  good.add('Tool', { options: right });

  expect(bad.problems).toEqual([expect.objectContaining({ code, message: expect.stringContaining(fragment) })]);
  expect(JSON.stringify(bad.problems)).not.toMatch(/hunter2|AKIA/);
  expect(good.problems).toEqual([]);
});

test('two entries cannot set the same variable', () => {
  const shop = new ToolStack();
  const secret = Secret.fromSecretNameV2(shop.stack, 'Secret', 'orders');
  shop.add('Tool', { access: { ORDERS: Access.secret(secret).read() }, options: { environment: { ORDERS: 'x' } } });

  expect(shop.problems).toEqual([
    expect.objectContaining({ code: 'ENVIRONMENT_NAME', message: expect.stringContaining('same') }),
  ]);
});
