import { ARN, rolesWith, statement } from '../support/roles-with';

const GET = statement('dynamodb:GetItem', ARN('Orders'));
const own = (statements: unknown[], more?: object, role?: object) => {
  const all = rolesWith(statements, more, role);
  return {
    tool: all.tool('order-lookup'),
    ledger: all.target('Ledger'),
    orders: all.target('Orders'),
    named: all.target('Named'),
  };
};

test('a role with one table cannot reach another, and reaches its own', () => {
  const { tool, ledger, orders, named } = own([GET]);

  expect(tool.cannotReach(ledger)).toEqual({ proven: true, reasons: [] });
  expect(tool.cannotReach(named).proven).toBe(true);
  expect(tool.cannotReach(orders).reasons).toEqual([
    expect.stringMatching(/^Role\.Properties\.Policies\.0.* reaches \$\{Shop:Orders\.Arn\} by /),
  ]);
});

test.each<[string, unknown]>([
  ['everything', statement('*', '*')],
  ['every table', statement('dynamodb:GetItem', 'arn:aws:dynamodb:*:*:table/*')],
  ['an index of it', statement('dynamodb:Query', { 'Fn::Join': ['', [ARN('Ledger'), '/index/*']] })],
  ['the table under a condition', statement('dynamodb:GetItem', ARN('Ledger'), { Condition: { Bool: { a: true } } })],
  ['a wildcard of the service', statement('dynamo*:Get*', ARN('Ledger'))],
  ['all but another table', { Effect: 'Allow', Action: 'dynamodb:GetItem', NotResource: ARN('Orders') }],
  ['all but another service', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }],
  ['a table by a name that may be its own', statement('dynamodb:GetItem', 'arn:aws:dynamodb:eu-west-1:1:table/x')],
  ['a resource that a parameter decides', statement('dynamodb:GetItem', { Ref: 'Parameter' })],
  [
    'a table that a tag of the caller names',
    statement('dynamodb:GetItem', 'arn:aws:dynamodb:eu-west-1:1:table/${aws:PrincipalTag/t}'),
  ],
  [
    'an index of any table',
    statement('dynamodb:Query', { 'Fn::Join': ['', ['arn:aws:dynamodb:*:*:table/*/index/', { Ref: 'Orders' }]] }),
  ],
  ['a table whose name begins like its own', statement('dynamodb:GetItem', { 'Fn::Join': ['', [ARN('Orders'), '*']] })],
  ['all but some actions, on everything', { Effect: 'Allow', NotAction: ['dynamodb:*'], Resource: '*' }],
  ['PassRole', statement('iam:PassRole', 'arn:aws:iam::1:role/x')],
  ['another function', statement('lambda:InvokeFunction', ARN('Helper'))],
])('nothing is proven when the role may reach it: %s', (_name, added) => {
  expect(own([GET, added]).tool.cannotReach(own([]).ledger).proven).toBe(false);
  expect(own([GET]).tool.cannotReach(own([]).ledger).proven).toBe(true);
});

test.each<[string, unknown]>([
  ['another service', statement('s3:GetObject', '*')],
  [
    'its own table by name',
    statement('dynamodb:Query', { 'Fn::Join': ['', ['arn:aws:dynamodb:*:1:table/', { Ref: 'Orders' }, '/index/*']] }),
  ],
  ['a denial', { Effect: 'Deny', Action: '*', Resource: '*' }],
  ['all but this service', { Effect: 'Allow', NotAction: ['dynamodb:*', 'iam:*'], Resource: 'arn:aws:s3:::b/*' }],
])('%s is no way to it', (_name, added) => {
  expect(own([GET, added]).tool.cannotReach(own([]).ledger).proven).toBe(true);
});

test('a name that the template fixes tells literal ARNs apart', () => {
  const by = (name: string) =>
    own([statement('dynamodb:GetItem', `arn:aws:dynamodb:eu-west-1:1:table/${name}`)]).tool.cannotReach(own([]).named);

  expect(by('orders').proven).toBe(true);
  expect(by('invoices').proven).toBe(false);
  expect(by('inv*').proven).toBe(false);
});

test('a key in a bucket of a fixed name may be a key in any bucket of that name', () => {
  const uploads = { Uploads: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'uploads' } } };
  const by = (bucket: string) =>
    own(
      [statement('s3:GetObject', { 'Fn::Join': ['', [`arn:aws:s3:::${bucket}/`, { Ref: 'Orders' }]] })],
      uploads,
    ).tool.cannotReach(rolesWith([], uploads).target('Uploads'));

  expect(by('uploads').proven).toBe(false);
  expect(by('*').proven).toBe(false);
  expect(by('letters').proven).toBe(true);
});

test('what NotAction leaves open is an indirect path, where the resources can be of that kind', () => {
  const paths = (NotAction: string[], Resource: string) =>
    own([{ Effect: 'Allow', NotAction, Resource }])
      .tool.indirectPaths()
      .map((path) => path.split(' ')[0]);

  expect(paths(['dynamodb:*'], '*')).toEqual(expect.arrayContaining(['iam:*', 'sts:AssumeRole*', 'kms:CreateGrant']));
  expect(paths(['iam:*', 'sts:*'], '*')).not.toEqual(expect.arrayContaining(['iam:*']));
  expect(paths(['iam:Get*'], '*')).toEqual(expect.arrayContaining(['iam:*']));
  expect(paths(['iam:Get*'], 'arn:aws:s3:::b/*')).toEqual([]);
});

test('indirect paths are listed, and can be accepted one by one', () => {
  const { tool, ledger } = own([GET, statement('lambda:InvokeFunction', ARN('Helper'))]);

  expect(tool.indirectPaths()).toEqual(['lambda:InvokeFunction on ${Shop:Helper.Arn}']);
  expect(tool.cannotReach(ledger, ['lambda:InvokeFunction']).proven).toBe(true);
  expect(tool.cannotReach(ledger, ['lambda:Invoke']).proven).toBe(false);
});

test.each<[string, object, object]>([
  ['a managed policy that is not here', {}, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
  [
    'a policy of the table that names the role',
    {
      Ledger: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          ResourcePolicy: {
            PolicyDocument: {
              Statement: [{ ...statement('dynamodb:GetItem', '*'), Principal: { AWS: ARN('Role') } }],
            },
          },
        },
      },
    },
    {},
  ],
  [
    'a policy beside a resource, for everything in it',
    {
      Permit: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          PolicyDocument: { Statement: [{ ...statement('dynamodb:GetItem', '*'), Principal: { AWS: ARN('Role') } }] },
        },
      },
    },
    {},
  ],
  [
    'a policy of the table that names the role by its fixed name',
    {
      Ledger: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          ResourcePolicy: {
            PolicyDocument: {
              Statement: [{ ...statement('dynamodb:GetItem', '*'), Principal: { AWS: 'arn:aws:iam::1:role/tool' } }],
            },
          },
        },
      },
    },
    { RoleName: 'tool' },
  ],
  [
    'a policy of the table that a parameter decides',
    { Ledger: { Type: 'AWS::DynamoDB::Table', Properties: { ResourcePolicy: { PolicyDocument: { Ref: 'Policy' } } } } },
    {},
  ],
  [
    'a policy attached from outside',
    {
      Extra: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          Roles: [{ Ref: 'Role' }],
          PolicyDocument: { Statement: [statement('dynamodb:Scan', ARN('Ledger'))] },
        },
      },
    },
    {},
  ],
])('%s stands against the proof', (_name, more, role) => {
  expect(own([GET], more, role).tool.cannotReach(own([]).ledger).proven).toBe(false);
});

test('canOnly names every action that is not on the list', () => {
  const { tool } = own([GET, statement(['dynamodb:Query', 's3:Get*'], ARN('Orders'))]);

  expect(tool.canOnly(['dynamodb:GetItem', 'dynamodb:Query', 's3:Get*']).proven).toBe(true);
  expect(tool.canOnly(['dynamodb:*', 's3:Get*']).proven).toBe(true);
  expect(tool.canOnly(['dynamodb:GetItem', 's3:GetObject']).reasons).toEqual([
    expect.stringContaining('allows dynamodb:Query'),
    expect.stringContaining('allows s3:Get*'),
  ]);
});

test('allows decides one request, with its conditions', () => {
  const { tool, orders, ledger } = own([
    statement('dynamodb:GetItem', ARN('Orders'), { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } }),
  ]);

  expect(tool.allows('dynamodb:GetItem', orders, { 'aws:PrincipalTag/team': 'red' }).proven).toBe(true);
  expect(tool.allows('dynamodb:GetItem', orders).proven).toBe(false);
  expect(tool.allows('dynamodb:GetItem', ledger, { 'aws:PrincipalTag/team': 'red' }).proven).toBe(false);
  expect(tool.allows('dynamodb:PutItem', orders, { 'aws:PrincipalTag/team': 'red' }).proven).toBe(false);
});

test('a permissions boundary limits what is allowed; one that is not known leaves nothing to say', () => {
  const boundary = (Action: string) => ({
    Boundary: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: { Statement: [statement(Action, '*')] } },
    },
  });
  const allowed = (more: object, role: object) => {
    const { tool, orders } = own([GET], more, role);
    return tool.allows('dynamodb:GetItem', orders).proven;
  };

  expect(allowed({}, {})).toBe(true);
  expect(allowed(boundary('dynamodb:*'), { PermissionsBoundary: { Ref: 'Boundary' } })).toBe(true);
  expect(allowed(boundary('s3:*'), { PermissionsBoundary: { Ref: 'Boundary' } })).toBe(false);
  expect(allowed({}, { PermissionsBoundary: 'arn:aws:iam::1:policy/elsewhere' })).toBe(false);
  const { Boundary } = boundary('dynamodb:*');
  const conditional = { Boundary: { ...Boundary, Condition: 'IsProduction' } };
  expect(allowed(conditional, { PermissionsBoundary: { Ref: 'Boundary' } })).toBe(false);
  expect(own([GET], {}, { PermissionsBoundary: 'arn:aws:iam::1:policy/elsewhere' }).tool.doubts).toEqual([
    'its permissions boundary is not known',
  ]);
});

test('what is asked for and is not there is an error', () => {
  expect(() => rolesWith([]).tool('refund')).toThrow(/no tool "refund"; there are: order-lookup/);
  expect(() => rolesWith([]).target('Nothing')).toThrow(/0 resources have the logical id "Nothing"/);
  expect(() => rolesWith([]).target('Role')).toThrow(/nothing can be proven about AWS::IAM::Role/);
});

test('a managed policy that a custom resource names is not known', () => {
  const by = (arn: unknown) => {
    const document = { PolicyDocument: { Statement: [GET] } };
    const more = { Custom: { Type: 'Custom::Lookup' }, Own: { Type: 'AWS::IAM::ManagedPolicy', Properties: document } };
    return own([], more, { ManagedPolicyArns: [arn] }).tool.cannotReach(own([]).ledger);
  };

  expect(by({ 'Fn::GetAtt': ['Custom', 'PolicyArn'] }).reasons).toEqual([
    'the managed policy ${Shop:Custom.PolicyArn} is not known',
  ]);
  expect(by({ Ref: 'Own' }).proven).toBe(true);
});

test('a policy that only a condition of the template brings denies nothing for certain', () => {
  const denied = (more: object) => {
    const Extra = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Role' }],
        PolicyDocument: { Statement: [{ ...statement('*', '*'), Effect: 'Deny' }] },
      },
      ...more,
    };
    const { tool, orders } = own([GET], { Extra });
    return [tool.denies('dynamodb:GetItem', orders).proven, tool.allows('dynamodb:GetItem', orders).proven];
  };

  expect(denied({ Condition: 'IsProduction' })).toEqual([false, false]);
  expect(denied({})).toEqual([true, false]);
});

test('a condition that the template leaves open decides nothing', () => {
  const denied = (Condition: unknown) => {
    const { tool, orders } = own([{ ...GET, Condition }]);
    return tool.denies('dynamodb:GetItem', orders, { 'aws:PrincipalTag/team': 'blue' }).proven;
  };

  expect(denied({ StringEquals: { 'aws:PrincipalTag/team': { Ref: 'Parameter' } } })).toBe(false);
  expect(denied({ 'Fn::If': ['X', { StringEquals: { 'aws:PrincipalTag/team': 'red' } }, {}] })).toBe(false);
  expect(denied({ StringEquals: { 'aws:PrincipalTag/team': 'red' } })).toBe(true);
});

test('a tool that is there twice, and one whose role is something else, have no role', () => {
  const Metadata = { 'cdk-secure-mcp': { tool: 'order-lookup', access: [] } };
  const Twin = (role: string, metadata: object) => ({
    Custom: { Type: 'Custom::Lookup' },
    Twin: { Type: 'AWS::Lambda::Function', Properties: { Role: ARN(role) }, Metadata: metadata },
  });
  const named = { 'cdk-secure-mcp': { tool: 'refund', access: [] } };

  expect(() => own([], Twin('Role', Metadata))).toThrow(
    /several functions are the tool "order-lookup": Shop\/Tool, Shop\/Twin/,
  );
  expect(() => rolesWith([], Twin('Custom', named)).tool('refund')).toThrow(/role of the tool refund is not in/);
  expect(rolesWith([], Twin('Role', named)).tool('refund').name).toBe('Role');
});

test('an action that a reference decides is not known', () => {
  const denied = (action: unknown) => {
    const { tool, ledger } = own([statement(action, ARN('Ledger'))]);
    return tool.denies('dynamodb:GetItem', ledger).proven;
  };

  expect(denied({ 'Fn::Sub': 'dynamodb:${Helper}' })).toBe(false);
  expect(denied('dynamodb:PutItem')).toBe(true);
});

test('a variable in a policy before version 2012-10-17 is text, and denies nothing for certain', () => {
  const denied = (Version?: string) => {
    const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table/ann';
    const PolicyDocument = {
      ...(Version !== undefined && { Version }),
      Statement: [{ Effect: 'Deny', Action: '*', Resource: table.replace('ann', '${aws:username}') }],
    };
    const Extra = { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument } };
    const { tool } = own([statement('dynamodb:GetItem', '*')], { Extra });
    const target = { arn: table, service: 'dynamodb', alone: true };
    return tool.denies('dynamodb:GetItem', target, { 'aws:username': 'ann' }).proven;
  };

  expect(denied('2012-10-17')).toBe(true);
  expect(denied('2008-10-17')).toBe(false);
  expect(denied()).toBe(false);
});
