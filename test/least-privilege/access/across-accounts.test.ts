import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Access, type DeclaredAccess } from 'cdk-secure-mcp';
import { ToolStack } from '../support';

const ELSEWHERE = { account: '999988887777', region: 'eu-west-1' };
const toolRole = { AWS: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(':iam::111122223333:role/')])] } };

/** The tool in one account, the resource in another stack. */
function withOther(env: { account: string; region: string } = ELSEWHERE) {
  const shop = new ToolStack();
  return { shop, other: new Stack(shop.app, 'Other', { env }) };
}

test('a bucket of another account gets the statement in its policy, for this role and these objects', () => {
  const { shop, other } = withOther();
  const bucket = new Bucket(other, 'Reports', { bucketName: 'reports-of-the-other-account' });
  shop.add('Tool', { access: { REPORTS: Access.bucket(bucket).get({ prefix: 'out/' }) } });

  Template.fromStack(other).hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: toolRole,
          Action: 's3:GetObject',
          Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.stringLikeRegexp('Reports'), 'Arn'] }, '/out/*']] },
        },
      ],
    },
  });
  expect(shop.role('Tool').allows('s3:GetObject', 'arn:aws:s3:::reports-of-the-other-account/out/a')).toBe(true);
});

test('in the same account the bucket needs no policy', () => {
  const { shop, other } = withOther({ account: '111122223333', region: 'eu-west-1' });
  const bucket = new Bucket(other, 'Reports', { bucketName: 'reports' });
  shop.add('Tool', { access: { REPORTS: Access.bucket(bucket).get({ prefix: 'out/' }) } });

  Template.fromStack(other).resourceCountIs('AWS::S3::BucketPolicy', 0);
});

test('a queue and its key both let the role in', () => {
  const { shop, other } = withOther();
  const key = new Key(other, 'Key', { alias: 'orders' });
  const queue = new Queue(other, 'Queue', { queueName: 'orders', encryptionMasterKey: key });
  shop.add('Tool', { access: { ORDERS: Access.queue(queue).send() } });

  const template = Template.fromStack(other);
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: { Statement: [Match.objectLike({ Principal: toolRole, Action: 'sqs:SendMessage' })] },
  });
  template.hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Principal: toolRole,
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Condition: {
            StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['sqs.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] } },
          },
        }),
      ]),
    },
  });
});

/** What the tool declares, which resource of the other account lets it in, under which property, and for what. */
test.each<[string, (other: Stack) => DeclaredAccess, string, string, string]>([
  [
    'secret',
    (other) => Access.secret(new Secret(other, 'Secret', { secretName: 'orders' })).read(),
    'AWS::SecretsManager::ResourcePolicy',
    'ResourcePolicy',
    'secretsmanager:GetSecretValue',
  ],
  [
    'topic',
    (other) => Access.topic(new Topic(other, 'Topic', { topicName: 'orders' })).publish(),
    'AWS::SNS::TopicPolicy',
    'PolicyDocument',
    'sns:Publish',
  ],
  [
    'stream',
    (other) => Access.stream(new Stream(other, 'Stream', { streamName: 'orders' })).put(),
    'AWS::Kinesis::ResourcePolicy',
    'ResourcePolicy',
    'kinesis:PutRecord',
  ],
  [
    'key',
    (other) => Access.key(new Key(other, 'Key', { alias: 'orders' })).sign(),
    'AWS::KMS::Key',
    'KeyPolicy',
    'kms:Sign',
  ],
])('a %s lets the role in', (_name, access, type, property, action) => {
  const { shop, other } = withOther();
  shop.add('Tool', { access: { ORDERS: access(other) } });

  Template.fromStack(other).hasResourceProperties(type, {
    [property]: { Statement: Match.arrayWith([Match.objectLike({ Principal: toolRole, Action: action })]) },
  });
});

test('an event bus gets a policy with a Sid of its own for each statement of each entry', () => {
  const { shop, other } = withOther();
  const bus = new EventBus(other, 'Bus', { eventBusName: 'orders' });
  const access = Access.eventBus(bus);
  shop.add('One', { access: { AA: access.put({ sources: ['a'] }).put({ sources: ['b'] }), BB: access.put() } });
  shop.add('Two', { access: { AA: access.put() } });

  const policies = Object.values(Template.fromStack(other).findResources('AWS::Events::EventBusPolicy'));
  const sids = policies.map((policy) => policy.Properties.StatementId as string);
  expect(new Set(sids).size).toBe(4);
  expect(sids.join(' ')).toMatch(/^((cdk-)?Tool[a-z0-9]{1,50}( |$)){4}$/);
  for (const { Properties } of policies) {
    expect(Properties.Statement).toMatchObject({ Action: 'events:PutEvents', Sid: Properties.StatementId });
    expect(JSON.stringify(Properties.Statement.Principal)).toContain(':iam::111122223333:role/');
  }
});

test('a table takes the statement in its own policy, and is called by its ARN', () => {
  const { shop, other } = withOther();
  const table = new Table(other, 'Orders', {
    tableName: 'orders',
    partitionKey: { name: 'id', type: AttributeType.STRING },
    encryption: TableEncryption.AWS_MANAGED,
  });
  shop.add('Tool', { access: { ORDERS: Access.table(table).get() } });

  Template.fromStack(other).hasResourceProperties('AWS::DynamoDB::Table', {
    ResourcePolicy: {
      PolicyDocument: {
        Statement: [Match.objectLike({ Principal: toolRole, Action: 'dynamodb:GetItem', Resource: '*' })],
      },
    },
  });
  shop.template().hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: { ORDERS: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('table/orders$')])] } },
    },
  });
});

test('a function gets a permission', () => {
  const { shop, other } = withOther();
  const fn = new LambdaFunction(other, 'Prices', {
    functionName: 'prices',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => 1'),
  });
  shop.add('Tool', { access: { PRICES: Access.lambdaFunction(fn).invoke() } });

  Template.fromStack(other).hasResourceProperties('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    Principal: toolRole.AWS,
  });
});

test('a resource that cannot be changed from here is a warning, one that can is none', () => {
  const { shop, other } = withOther();
  const foreign = Bucket.fromBucketAttributes(shop.stack, 'Foreign', {
    bucketName: 'theirs',
    account: ELSEWHERE.account,
  });
  shop.add('Warned', { access: { FOREIGN: Access.bucket(foreign).get() } });
  shop.add('Fine', { access: { OWN: Access.bucket(new Bucket(other, 'Reports', { bucketName: 'reports' })).get() } });

  const warnings = Annotations.fromStack(shop.stack).findWarning('*', Match.stringLikeRegexp('may belong to another'));
  expect(warnings.map((warning) => warning.id)).toEqual(['/Shop/Warned/Handler']);
});

const secretOf = (scope: Stack) => new Secret(scope, 'Login', { secretName: 'login' });
const clusterOf = (scope: Stack) =>
  DatabaseCluster.fromDatabaseClusterAttributes(scope, 'Cluster', {
    clusterIdentifier: 'orders',
    clusterResourceIdentifier: 'cluster-1',
  });

test('the secret of a database lets the role in, and the key of the secret', () => {
  const { shop, other } = withOther();
  const encryptionKey = new Key(other, 'Key', { alias: 'login' });
  const secret = new Secret(other, 'Login', { secretName: 'login', encryptionKey });
  shop.add('Tool', { access: { ORDERS: Access.database(clusterOf(shop.stack), secret).execute() } });

  const lets = (action: string) => ({
    Statement: Match.arrayWith([Match.objectLike({ Principal: toolRole, Action: action })]),
  });
  Template.fromStack(other).hasResourceProperties('AWS::SecretsManager::ResourcePolicy', {
    ResourcePolicy: lets('secretsmanager:GetSecretValue'),
  });
  Template.fromStack(other).hasResourceProperties('AWS::KMS::Key', { KeyPolicy: lets('kms:Decrypt') });
  expect(Annotations.fromStack(shop.stack).findWarning('*', Match.stringLikeRegexp('may belong'))).toEqual([]);
});

/** What stands in a stack of the other account, or of the own one. */
test.each<[string, (shop: Stack, scope: Stack) => DeclaredAccess]>([
  [
    'the secret of a database, which is only known by its name',
    (shop, scope) => {
      const secret = Secret.fromSecretCompleteArn(
        shop,
        'Theirs',
        `arn:aws:secretsmanager:eu-west-1:${scope.account}:secret:login-a1b2c3`,
      );
      return Access.database(clusterOf(shop), secret).execute();
    },
  ],
  ['a database', (shop, scope) => Access.database(clusterOf(scope), secretOf(shop)).execute()],
  [
    'a parameter',
    (_shop, scope) =>
      Access.parameter(new StringParameter(scope, 'Rate', { stringValue: '1', parameterName: '/rate' })).get(),
  ],
  [
    'a state machine',
    (_shop, scope) =>
      Access.stateMachine(
        new StateMachine(scope, 'Flow', { stateMachineName: 'flow', definitionBody: DefinitionBody.fromString('{}') }),
      ).start(),
  ],
  [
    'an identity of SES',
    (_shop, scope) =>
      Access.emailIdentity(new EmailIdentity(scope, 'Mail', { identity: Identity.domain('shop.example') })).send({
        from: 'a@shop.example',
      }),
  ],
])('in another account there is a warning, in its own there is none: %s', (_name, access) => {
  const warned = (env: { account: string; region: string }) => {
    const { shop, other } = withOther(env);
    shop.add('Tool', { access: { RESOURCE: access(shop.stack, other) } });
    return Annotations.fromStack(shop.stack)
      .findWarning('*', Match.stringLikeRegexp('may belong'))
      .map(({ entry }) => String(entry.data));
  };

  expect(warned(ELSEWHERE)).toEqual([
    expect.stringMatching(/another account \(999988887777\).* assume a role of that account/),
  ]);
  expect(warned({ account: '111122223333', region: 'eu-west-1' })).toEqual([]);
});

test('a resource whose kind has no policy to change is a warning in another account, and none in its own', () => {
  const { shop } = withOther();
  const machine = (account: string) =>
    StateMachine.fromStateMachineArn(
      shop.stack,
      `Machine${account}`,
      `arn:aws:states:eu-west-1:${account}:stateMachine:orders`,
    );
  shop.add('Warned', { access: { FOREIGN: Access.stateMachine(machine(ELSEWHERE.account)).start() } });
  shop.add('Fine', { access: { OWN: Access.stateMachine(machine('111122223333')).start() } });

  const warnings = Annotations.fromStack(shop.stack).findWarning('*', Match.stringLikeRegexp('999988887777'));
  expect(warnings.map((warning) => warning.id)).toEqual(['/Shop/Warned/Handler']);
  expect(Annotations.fromStack(shop.stack).findWarning('*', Match.stringLikeRegexp('may belong'))).toHaveLength(1);
});
