import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConcreteAssembly } from '../../../lib/assembly/concrete';
import { readAssembly } from '../../../lib/assembly/read-assembly';
import { evaluate } from '../../../lib/core/iam/evaluate';
import { readResourcePolicies } from '../../../lib/local/model/resource-policies';
import { type Role, readRoles } from '../../../lib/local/model/roles';

const allow = (Action: string, Resource: unknown = '*') => ({ Statement: [{ Effect: 'Allow', Action, Resource }] });

function assembly(Resources: object): ConcreteAssembly {
  const file = join(mkdtempSync(join(tmpdir(), 'roles-')), 'shop.json');
  writeFileSync(file, JSON.stringify({ Resources, Parameters: { Given: { Type: 'String' } } }));
  return new ConcreteAssembly(readAssembly(file));
}

function roleOf(properties: object, others: object = {}): Role {
  const resources = { R: { Type: 'AWS::IAM::Role', Properties: properties }, ...others };
  return [...readRoles(assembly(resources)).values()][0]!;
}

function allows({ policies, arn, account }: Role, action: string, resource = 'arn:aws:s3:::b'): boolean {
  const principal = { arn, account, kind: 'role' as const };
  return evaluate({ principal, action, resource }, policies).decision === 'allow';
}

test('the policies of a role are found wherever they are written', () => {
  const role = roleOf(
    {
      RoleName: 'r',
      Policies: [{ PolicyName: 'p', PolicyDocument: allow('s3:A') }],
      ManagedPolicyArns: [{ Ref: 'Managed' }],
    },
    {
      Policy: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'R' }], PolicyDocument: allow('s3:B') } },
      Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: allow('s3:C') } },
      Attached: { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: ['r'], PolicyDocument: allow('s3:D') } },
      Single: { Type: 'AWS::IAM::RolePolicy', Properties: { RoleName: { Ref: 'R' }, PolicyDocument: allow('s3:E') } },
      Other: { Type: 'AWS::IAM::Policy', Properties: { Roles: ['other'], PolicyDocument: allow('s3:F') } },
    },
  );

  expect(['s3:A', 's3:B', 's3:C', 's3:D', 's3:E', 's3:F'].filter((action) => allows(role, action))).toEqual([
    's3:A',
    's3:B',
    's3:C',
    's3:D',
    's3:E',
  ]);
  expect(role.missing).toEqual([]);
});

test('a managed policy that is not in the assembly grants nothing and is named', () => {
  const arn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const role = roleOf({ ManagedPolicyArns: [arn] });

  expect(allows(role, 's3:A')).toBe(false);
  expect(role.missing).toEqual([arn]);
});

test('a boundary that is not in the assembly allows nothing, one that is limits', () => {
  const Policies = [{ PolicyName: 'p', PolicyDocument: allow('s3:*') }];
  const known = { B: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: allow('s3:A') } } };

  expect(allows(roleOf({ Policies }), 's3:A')).toBe(true);
  expect(allows(roleOf({ Policies, PermissionsBoundary: 'arn:aws:iam::1:policy/x' }), 's3:A')).toBe(false);
  expect(allows(roleOf({ Policies, PermissionsBoundary: { Ref: 'B' } }, known), 's3:A')).toBe(true);
  expect(allows(roleOf({ Policies, PermissionsBoundary: { Ref: 'B' } }, known), 's3:B')).toBe(false);
});

test('an unknown resource allows nothing and denies everything', () => {
  const documents = (...Statement: object[]) => [{ PolicyName: 'p', PolicyDocument: { Statement } }];
  const unknown = { Effect: 'Allow', Action: 's3:A', Resource: { Ref: 'Given' } };
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

  expect(allows(roleOf({ Policies: documents(unknown) }), 's3:A')).toBe(false);
  expect(allows(roleOf({ Policies: documents(everything) }), 's3:A')).toBe(true);
  expect(allows(roleOf({ Policies: documents(everything, { ...unknown, Effect: 'Deny' }) }), 's3:A')).toBe(false);
  expect(allows(roleOf({ Policies: documents(everything, { ...unknown, Effect: 'Deny' }) }), 's3:B')).toBe(true);
});

describe('resource policies', () => {
  const fn = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f' } };
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:f';

  function invocable(permission: object, principal: Parameters<typeof evaluate>[0]['principal'], context: object = {}) {
    const resources = {
      F: fn,
      P: {
        Type: 'AWS::Lambda::Permission',
        Properties: { Action: 'lambda:InvokeFunction', FunctionName: { Ref: 'F' }, ...permission },
      },
    };
    const resource = readResourcePolicies(assembly(resources)).get(arn);
    const request = { principal, action: 'lambda:InvokeFunction', resource: arn, context: { ...context } };
    return evaluate(request, { identity: [], resource }).decision === 'allow';
  }

  const service = { arn: 's3.amazonaws.com', account: '123456789012', kind: 'service' as const };
  const user = { arn: 'arn:aws:iam::999999999999:user/u', account: '999999999999', kind: 'user' as const };

  test('a permission for a service holds for its source alone', () => {
    const permission = { Principal: 's3.amazonaws.com', SourceArn: 'arn:aws:s3:::b', SourceAccount: '123456789012' };
    const context = { 'aws:SourceArn': 'arn:aws:s3:::b', 'aws:SourceAccount': '123456789012' };

    expect(invocable(permission, service, context)).toBe(true);
    expect(invocable(permission, service, { ...context, 'aws:SourceArn': 'arn:aws:s3:::other' })).toBe(false);
    expect(invocable(permission, service, { ...context, 'aws:SourceAccount': '999999999999' })).toBe(false);
    expect(invocable(permission, user, context)).toBe(false);
  });

  test('a permission for everyone is one for everyone', () => {
    expect(invocable({ Principal: '*' }, user)).toBe(true);
    expect(invocable({ Principal: '123456789012' }, user)).toBe(false);
  });

  test('one for a function URL is none for Invoke', () => {
    expect(invocable({ Principal: '*', FunctionUrlAuthType: 'NONE' }, user)).toBe(false);
  });
});
