import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { many, type PolicyDocument, type Statement, statementsOf } from '../../core/iam/policy-document';
import { failClosed } from './roles';

/** Resource policies by the ARN of what they guard: permissions of functions, policies of tables. */
export function readResourcePolicies(assembly: ConcreteAssembly): Map<string, PolicyDocument> {
  const policies = new Map<string, PolicyDocument>();
  const add = (arn: string, { Version, Statement: more }: PolicyDocument) => {
    const known = policies.get(arn);
    policies.set(arn, { Version, Statement: [...(known === undefined ? [] : statementsOf(known)), ...many(more)] });
  };
  for (const permission of assembly.ofType('AWS::Lambda::Permission')) {
    add(permittedArn(assembly, permission), { Version: '2012-10-17', Statement: permissionStatement(permission) });
  }
  for (const table of assembly.ofType('AWS::DynamoDB::Table')) {
    const policy = table.properties.ResourcePolicy as { PolicyDocument?: unknown } | undefined;
    if (policy !== undefined) add(table.attribute('Arn') ?? '', failClosed(policy.PolicyDocument));
  }
  return policies;
}

/** `FunctionName` is a name, an ARN or an alias's ARN. */
function permittedArn(assembly: ConcreteAssembly, { properties }: ConcreteResource): string {
  const name = String(properties.FunctionName);
  if (name.startsWith('arn:')) return name;
  const fn = assembly.ofType('AWS::Lambda::Function').find(({ ref }) => ref === name);
  return fn?.attribute('Arn') ?? name;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-permission.html */
function permissionStatement({ properties }: ConcreteResource): Statement {
  const { Action, Principal, SourceArn, SourceAccount, FunctionUrlAuthType } = properties;
  const principal = String(Principal);
  const service = /\.amazonaws\.com(\.cn)?$/.test(principal);
  const conditions = {
    ...(SourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': String(SourceArn) } }),
    ...(SourceAccount === undefined ? {} : { StringEquals: { 'aws:SourceAccount': String(SourceAccount) } }),
  };
  return {
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { [service ? 'Service' : 'AWS']: principal },
    Action: FunctionUrlAuthType === undefined ? String(Action) : 'lambda:InvokeFunctionUrl',
    Resource: '*',
    Condition: conditions,
  };
}
