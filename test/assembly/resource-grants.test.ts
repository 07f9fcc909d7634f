import { ARN, rolesWith, statement } from '../support/roles-with';

const sub = (text: string) => ({ 'Fn::Sub': text });
const bucketWith = (...statements: object[]) => ({
  Custom: { Type: 'Custom::Lookup' },
  Other: { Type: 'AWS::IAM::Role', Properties: {} },
  Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
  BucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: { Statement: statements } },
  },
});
const onBucket = (AWS: unknown, more: object = {}) =>
  statement('s3:ListBucket', ARN('Bucket'), { Principal: { AWS }, ...more });

function withPrincipal(AWS: unknown, more: object = {}, role: object = {}) {
  const roles = rolesWith([], bucketWith(onBucket(AWS, more)), role);
  return { role: roles.role('Role'), bucket: roles.target('Bucket') };
}

test.each<[string, unknown, unknown, object]>([
  ['the name in an ARN', sub('arn:aws:iam::${AWS::AccountId}:role/${Role}'), sub('arn:aws:iam::1:role/${Other}'), {}],
  ['a session of it', sub('arn:aws:sts::1:assumed-role/${Role}/x'), sub('arn:aws:iam::1:user/x'), {}],
  ['an attribute of a custom resource', { 'Fn::GetAtt': ['Custom', 'RoleArn'] }, ARN('Other'), {}],
  ['its unique id', { 'Fn::GetAtt': ['Role', 'RoleId'] }, ARN('Other'), {}],
  [
    'a fixed name that may be its own',
    'arn:aws:iam::1:role/tool-eu',
    'arn:aws:iam::1:root',
    { RoleName: sub('tool-${AWS::Region}') },
  ],
  ['its fixed name', 'arn:aws:iam::1:role/tool', 'arn:aws:iam::1:role/other', { RoleName: 'tool' }],
])('a policy of the resource names the role: %s', (_name, itself, another, role) => {
  expect(withPrincipal(itself, {}, role).role.cannotReach(withPrincipal(itself).bucket).proven).toBe(false);
  expect(withPrincipal(another, {}, role).role.cannotReach(withPrincipal(another).bucket).proven).toBe(true);
});

test('an Allow for all but some is no proof that the role is not among them', () => {
  const but = (Principal: object) => {
    const roles = rolesWith([], bucketWith({ ...statement('s3:*', ARN('Bucket')), ...Principal }));
    return roles.role('Role').cannotReach(roles.target('Bucket')).proven;
  };

  expect(but({ NotPrincipal: { AWS: ARN('Other') } })).toBe(false);
  expect(but({ Principal: { AWS: ARN('Other') } })).toBe(true);
});

test.each<[string, (policy: object) => object]>([
  ['a replica', (ResourcePolicy) => ({ Replicas: [{ Region: 'eu-west-1', ResourcePolicy }] })],
  [
    'the stream of a replica',
    (ResourcePolicy) => ({ Replicas: [{ Region: 'eu-west-1', ReplicaStreamSpecification: { ResourcePolicy } }] }),
  ],
])('the policy of %s of a global table counts', (_name, properties) => {
  const proven = (AWS: unknown) => {
    const PolicyDocument = { Statement: [statement('dynamodb:*', '*', { Principal: { AWS } })] };
    const roles = rolesWith([], {
      Other: { Type: 'AWS::IAM::Role', Properties: {} },
      Ledger: { Type: 'AWS::DynamoDB::GlobalTable', Properties: properties({ PolicyDocument }) },
    });
    return roles.role('Role').cannotReach(roles.target('Ledger')).proven;
  };

  expect(proven(ARN('Role'))).toBe(false);
  expect(proven(ARN('Other'))).toBe(true);
});

test('replicas that a parameter decides are a doubt', () => {
  const proven = (Replicas: unknown) => {
    const roles = rolesWith([], { Ledger: { Type: 'AWS::DynamoDB::GlobalTable', Properties: { Replicas } } });
    return roles.role('Role').cannotReach(roles.target('Ledger')).proven;
  };

  expect(proven({ Ref: 'Replicas' })).toBe(false);
  expect(proven([{ Region: 'eu-west-1' }])).toBe(true);
});

test.each<[string, unknown, boolean]>([
  ['the role', ARN('Role'), false],
  ['everyone', '*', false],
  ['a custom resource', { Ref: 'Parameter' }, false],
  ['the account, which leaves it to the policies of the role', { Ref: 'AWS::AccountId' }, true],
  ['another role', ARN('Other'), true],
  ['a service', 'events.amazonaws.com', true],
])('a permission of a function for %s', (_name, Principal, denied) => {
  const roles = rolesWith([], {
    Other: { Type: 'AWS::IAM::Role', Properties: {} },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: { Action: 'lambda:InvokeFunction', FunctionName: { Ref: 'Helper' }, Principal },
    },
  });
  const role = roles.role('Role');

  expect(role.denies('lambda:InvokeFunction', roles.target('Helper')).proven).toBe(denied);
  expect(role.cannotReach(roles.target('Helper')).proven).toBe(denied);
  expect(role.canOnly([]).proven).toBe(denied);
});

test('a boundary limits what a policy of the resource grants to a role, but not to a session or to everyone', () => {
  const boundary = { PermissionsBoundary: { Ref: 'Boundary' } };
  const denied = (AWS: unknown, role: object) => {
    const Boundary = {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: { Statement: [statement('dynamodb:*', '*')] } },
    };
    const roles = rolesWith([], { ...bucketWith(onBucket(AWS)), Boundary }, role);
    return roles.role('Role').denies('s3:ListBucket', roles.target('Bucket')).proven;
  };

  expect(denied(ARN('Role'), boundary)).toBe(true);
  expect(denied(ARN('Role'), {})).toBe(false);
  expect(denied('*', boundary)).toBe(false);
  expect(denied(sub('arn:aws:sts::1:assumed-role/${Role}/x'), boundary)).toBe(false);
  expect(denied([ARN('Role'), { Ref: 'Parameter' }], boundary)).toBe(false);
});

test('a denial in the policy of the resource denies', () => {
  const listed = (...statements: object[]) => {
    const roles = rolesWith([statement('s3:ListBucket', ARN('Bucket'))], bucketWith(...statements));
    const role = roles.role('Role');
    const bucket = roles.target('Bucket');
    return [role.allows('s3:ListBucket', bucket).proven, role.denies('s3:ListBucket', bucket).proven];
  };
  const denial = (AWS: unknown, more: object = {}) => onBucket(AWS, { Effect: 'Deny', ...more });
  const below = { Resource: [ARN('Bucket'), sub('${Bucket.Arn}/*')] };

  expect(listed()).toEqual([true, false]);
  expect(listed(denial('*', below))).toEqual([false, true]);
  expect(listed(denial(sub('arn:aws:iam::${AWS::AccountId}:root'), below))).toEqual([false, true]);
  expect(listed(denial(ARN('Other'), below))).toEqual([true, false]);
  // Whom it hits is not known: neither can be shown.
  expect(listed(denial({ Ref: 'Parameter' }, below))).toEqual([false, false]);
  expect(listed(denial('*', { Resource: '*' }))).toEqual([false, false]);
});

test('a policy of the resource that only a condition of the template brings is not certain', () => {
  const listed = (more: object) => {
    const { BucketPolicy, ...rest } = bucketWith(onBucket('*', { Effect: 'Deny' }));
    const resources = { ...rest, BucketPolicy: { ...BucketPolicy, ...more } };
    const roles = rolesWith([statement('s3:ListBucket', ARN('Bucket'))], resources);
    return roles.role('Role').denies('s3:ListBucket', roles.target('Bucket')).proven;
  };

  expect(listed({ Condition: 'IsProduction' })).toBe(false);
  expect(listed({})).toBe(true);
});

test('a variable in a policy of the resource before version 2012-10-17 is text', () => {
  const denied = (Version?: string) => {
    const Resource = ['arn:aws:s3:::home', 'arn:aws:s3:::home/${aws:username}'];
    const { BucketPolicy, ...rest } = bucketWith();
    const document = {
      ...(Version && { Version }),
      Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource }],
    };
    const policy = { ...BucketPolicy, Properties: { ...BucketPolicy.Properties, PolicyDocument: document } };
    const roles = rolesWith([statement('s3:GetObject', '*')], { ...rest, BucketPolicy: policy });
    const target = { arn: 'arn:aws:s3:::home/ann', service: 's3', alone: true };
    return roles.role('Role').denies('s3:GetObject', target, { 'aws:username': 'ann' }).proven;
  };

  expect(denied('2012-10-17')).toBe(true);
  expect(denied()).toBe(false);
});

const ROOT = sub('arn:aws:iam::${AWS::AccountId}:root');
const DECRYPT = statement('kms:Decrypt', ARN('Key'));
const decrypts = (own: unknown[], KeyPolicy: unknown, context = {}) => {
  const roles = rolesWith(own, {
    Other: { Type: 'AWS::IAM::Role', Properties: {} },
    Key: { Type: 'AWS::KMS::Key', Properties: { ...(KeyPolicy !== undefined && { KeyPolicy }) } },
  });
  return roles.role('Role').allows('kms:Decrypt', roles.target('Key'), context);
};
const keyPolicy = (AWS: unknown, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [statement('kms:*', '*', { Principal: { AWS }, ...more })],
});

test.each<[string, unknown[], unknown, boolean]>([
  ['it leaves it to the account, whose role may', [DECRYPT], keyPolicy(ROOT), true],
  ['it leaves it to the account, whose role may not', [], keyPolicy(ROOT), false],
  ['the key has none, and so that of the service', [DECRYPT], undefined, true],
  ['it names the role, which has no policy', [], keyPolicy(ARN('Role')), true],
  ['it names the role among others', [DECRYPT], keyPolicy([ARN('Other'), ARN('Role')]), true],
  ['it names another role alone', [DECRYPT], keyPolicy(ARN('Other')), false],
  [
    'it names a service alone',
    [DECRYPT],
    { Statement: [statement('kms:*', '*', { Principal: { Service: 'logs.amazonaws.com' } })] },
    false,
  ],
  ['it leaves something else to the account', [DECRYPT], keyPolicy(ROOT, { Action: 'kms:Describe*' }), false],
  ['it leaves it to an account that may be another', [DECRYPT], keyPolicy('arn:aws:iam::111122223333:root'), false],
  ['it has a principal that is not known', [DECRYPT], keyPolicy({ Ref: 'Parameter' }), false],
  ['it is not known', [DECRYPT], { Ref: 'Parameter' }, false],
  [
    'it denies',
    [DECRYPT],
    { Statement: [...keyPolicy(ROOT).Statement, statement('kms:Decrypt', '*', { Effect: 'Deny', Principal: '*' })] },
    false,
  ],
])('the policy of a key must allow, too: %s', (_name, own, policy, allowed) => {
  expect(decrypts(own, policy).proven).toBe(allowed);
});

test('a key policy holds under its conditions', () => {
  const policy = keyPolicy(ROOT, { Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } } });
  const context = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };

  expect(decrypts([DECRYPT], policy, context).proven).toBe(true);
  expect(decrypts([DECRYPT], policy).reasons).toEqual([
    'no policy of ${Shop:Key.Arn} itself in the template allows it, to the role or to the account',
  ]);
});

test('of a key that is not in the template it is not known who may use it', () => {
  const roles = rolesWith([statement('kms:Decrypt', '*')]);
  const key = { arn: 'arn:aws:kms:eu-west-1:111122223333:key/1', service: 'kms', alone: true };

  expect(roles.role('Role').allows('kms:Decrypt', key).proven).toBe(false);
  expect(roles.role('Role').denies('kms:Decrypt', key).proven).toBe(false);
});

test('a role that trusts this one is a way to act through something else', () => {
  const trusted = (AWS: unknown, own: unknown[] = []) => {
    const AssumeRolePolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
    };
    const roles = rolesWith(own, {
      Third: { Type: 'AWS::IAM::Role', Properties: {} },
      Other: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument } },
    });
    const role = roles.role('Role');
    const other = { arn: '${Shop:Other.Arn}', service: 'sts', alone: true };
    return [role.cannotReach(roles.target('Ledger')).proven, role.allows('sts:AssumeRole', other).proven];
  };
  const assume = statement('sts:AssumeRole', ARN('Other'));

  expect(trusted(ARN('Role'))).toEqual([false, true]);
  expect(trusted(ARN('Third'))).toEqual([true, false]);
  expect(trusted(ROOT)).toEqual([true, false]);
  expect(trusted(ROOT, [assume])).toEqual([false, true]);
  expect(trusted(ARN('Third'), [assume])).toEqual([false, false]);
});
