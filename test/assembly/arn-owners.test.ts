import { ARN, rolesWith, statement } from '../support/roles-with';

const SECRET = { Secret: { Type: 'AWS::SecretsManager::Secret', Properties: {} } };
const BUCKET = { Bucket: { Type: 'AWS::S3::Bucket', Properties: {} } };
const att = (attribute: string) => ({ 'Fn::GetAtt': ['Other', attribute] });

/** Whether a role that may do this with the resource `Other` is shown not to reach the target. */
function apart(target: string, [action, resource]: [string, unknown], other: object, more: object = {}) {
  const roles = rolesWith([statement(action, resource)], { ...more, Other: other });
  return roles.role('Role').cannotReach(roles.target(target), ['lambda:InvokeFunction']).proven;
}

test.each<[string, string, [string, unknown], object, object]>([
  [
    'the attachment of a secret has the ARN of the secret',
    'Secret',
    ['secretsmanager:GetSecretValue', { Ref: 'Other' }],
    { Type: 'AWS::SecretsManager::SecretTargetAttachment', Properties: { SecretId: { Ref: 'Secret' } } },
    { Type: 'AWS::SecretsManager::Secret' },
  ],
  [
    'an alias leads to its function',
    'Helper',
    ['lambda:InvokeFunction', { Ref: 'Other' }],
    { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Helper' } } },
    { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Tool' } } },
  ],
  [
    'a version leads to its function',
    'Helper',
    ['lambda:InvokeFunction', { Ref: 'Other' }],
    { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ARN('Helper') } },
    { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ARN('Tool') } },
  ],
  [
    'an access point leads to its bucket',
    'Bucket',
    ['s3:GetObject', { 'Fn::Sub': '${Other.Arn}/object/*' }],
    { Type: 'AWS::S3::AccessPoint', Properties: { Bucket: { Ref: 'Bucket' } } },
    { Type: 'AWS::S3::Bucket' },
  ],
  [
    'an attribute of a custom resource may be any ARN',
    'Ledger',
    ['dynamodb:GetItem', att('TableArn')],
    { Type: 'Custom::Lookup' },
    { Type: 'AWS::DynamoDB::Table' },
  ],
  [
    'the value of a parameter may be any ARN',
    'Ledger',
    ['dynamodb:GetItem', att('Value')],
    { Type: 'AWS::SSM::Parameter', Properties: { Value: ARN('Ledger') } },
    { Type: 'AWS::DynamoDB::Table' },
  ],
  [
    'an output of a nested stack that is not here may be any ARN',
    'Ledger',
    ['dynamodb:GetItem', att('Outputs.TableArn')],
    { Type: 'AWS::CloudFormation::Stack', Properties: {} },
    { Type: 'AWS::DynamoDB::GlobalTable' },
  ],
  [
    'a name is one of its kind: a function may be called like a table',
    'Ledger',
    ['dynamodb:GetItem', { 'Fn::Sub': 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:1:table/${Other}' }],
    { Type: 'AWS::Lambda::Function' },
    { Type: 'AWS::DynamoDB::Table' },
  ],
])('%s', (_name, target, grant, leads, own) => {
  const more = { ...SECRET, ...BUCKET };
  expect(apart(target, grant, leads, more)).toBe(false);
  expect(apart(target, grant, own, more)).toBe(true);
});

test('the ARN of an access point by name tells nothing of the bucket behind it', () => {
  const named = { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'uploads' } } };
  const by = (arn: string) => apart('Bucket', ['s3:GetObject', arn], { Type: 'AWS::S3::Bucket' }, named);

  expect(by('arn:aws:s3:eu-west-1:111122223333:accesspoint/x/object/*')).toBe(false);
  expect(by('arn:aws:s3:::letters/*')).toBe(true);
});

test('an incomplete ARN stands for everything it begins', () => {
  const by = (arn: string) => {
    const roles = rolesWith([statement('dynamodb:GetItem', arn)]);
    return roles.role('Role').cannotReach(roles.target('Named')).proven;
  };

  expect(by('arn:aws:dynamodb')).toBe(false);
  expect(by('arn:aws:s3')).toBe(true);
});

test('what is granted on an attachment is allowed on the secret', () => {
  const Other = { Type: 'AWS::SecretsManager::SecretTargetAttachment', Properties: { SecretId: { Ref: 'Secret' } } };
  const roles = rolesWith([statement('secretsmanager:GetSecretValue', { Ref: 'Other' })], { ...SECRET, Other });

  expect(roles.role('Role').allows('secretsmanager:GetSecretValue', roles.target('Secret')).proven).toBe(true);
  expect(roles.role('Role').denies('secretsmanager:GetSecretValue', roles.target('Secret')).proven).toBe(false);
});
