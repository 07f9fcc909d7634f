import { Annotations, PhysicalName, Stack } from 'aws-cdk-lib';
import { ArnPrincipal, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { accessStatements, keyActionsOf, keyStatement, resourceStatements } from './access/access-statements';
import type { AccessRendering } from './access/declared-access';
import { isForeign } from './access/foreign-resource';
import type { ToolFunctionOptions } from './tool-function-options';

/** Name of the inline policy that is generated. */
export const DECLARED_ACCESS = 'DeclaredAccess';

export interface ToolRoleProps {
  readonly access: readonly AccessRendering[];
  readonly logGroup: ILogGroup;
  /** Of the environment. */
  readonly encryptionKey: IKey;
  readonly options: ToolFunctionOptions;
}

/**
 * The role of one tool: one inline policy with the declared access, its own log group, the key of its environment, and
 * what the chosen options take. Nothing else adds to it unasked; a policy that someone attaches later stands beside it
 * in the template, where rules and the report see it.
 */
export function toolRole(scope: Construct, props: ToolRoleProps): Role {
  const role = new Role(scope, 'Role', {
    // A name only when another account has to refer to the role.
    roleName: PhysicalName.GENERATE_IF_NEEDED,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    permissionsBoundary: props.options.permissionsBoundary,
    inlinePolicies: {
      [DECLARED_ACCESS]: new PolicyDocument({
        statements: [
          ...props.access.flatMap(accessStatements),
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [props.logGroup.logGroupArn],
          }),
          environmentStatement(scope, props.encryptionKey),
          ...optionStatements(scope, props.options),
        ],
      }),
    },
  });
  for (const access of props.access) allowAcrossAccounts(scope, access, role);
  return role;
}

function environmentStatement(scope: Construct, key: IKey): PolicyStatement {
  const { region, urlSuffix } = Stack.of(scope);
  return new PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `lambda.${region}.${urlSuffix}` } },
  });
}

/** Layers need none: the deployment reads them, not the role. */
function optionStatements(scope: Construct, options: ToolFunctionOptions): PolicyStatement[] {
  const { deadLetterQueue, network, tracing } = options;
  const statements: PolicyStatement[] = [];
  if (network !== undefined) statements.push(...networkStatements(scope));
  if (tracing === true) {
    // https://docs.aws.amazon.com/xray/latest/devguide/security_iam_id-based-policy-examples.html
    const actions = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
    statements.push(new PolicyStatement({ actions, resources: ['*'] }));
  }
  if (deadLetterQueue !== undefined) {
    const resources = [deadLetterQueue.queueArn];
    statements.push(new PolicyStatement({ actions: ['sqs:SendMessage'], resources }));
    if (deadLetterQueue.encryptionMasterKey !== undefined) {
      const actions = ['kms:Decrypt', 'kms:GenerateDataKey'];
      statements.push(keyStatement('sqs', deadLetterQueue.encryptionMasterKey, actions));
    }
  }
  return statements;
}

/**
 * The Lambda service manages network interfaces as the role, outside the function. Requests of the function's own code
 * carry `lambda:SourceFunctionArn`, so the code cannot use these permissions.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
function networkStatements(scope: Construct): PolicyStatement[] {
  const { partition, region, account } = Stack.of(scope);
  const conditions = { Null: { 'lambda:SourceFunctionArn': 'true' } };
  return [
    new PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      // What CreateNetworkInterface names; a pattern for the type of a resource is not valid.
      resources: ['network-interface', 'subnet', 'security-group'].map(
        (type) => `arn:${partition}:ec2:${region}:${account}:${type}/*`,
      ),
      conditions,
    }),
    new PolicyStatement({
      actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
      resources: ['*'],
      conditions,
    }),
  ];
}

/** Across accounts both sides must allow: the resource's policy gets the same statements, for this role. */
function allowAcrossAccounts(scope: Construct, access: AccessRendering, role: Role): void {
  const { foreign, encryptionKey } = access;
  if (foreign !== undefined && isForeign(foreign.account, scope)) {
    const statements = resourceStatements(access.operations).map((statement) =>
      statement.copy({
        principals: [new ArnPrincipal(role.roleArn)],
        resources: foreign.policyResources === undefined ? undefined : [...foreign.policyResources],
      }),
    );
    const added = statements.map((statement) => foreign.allow(statement, role.roleArn));
    if (added.includes(false)) warn(scope, foreign.path, foreign.account);
  }
  const literal = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(access.resourceArn)?.[1];
  if (foreign === undefined && access.reason === undefined && literal !== undefined && isForeign(literal, scope)) {
    warn(scope, access.declaration, literal);
  }
  const keyActions = keyActionsOf(access.operations);
  if (encryptionKey !== undefined && keyActions.length > 0 && isForeign(encryptionKey.env.account, scope)) {
    const statement = keyStatement(access.service, encryptionKey, keyActions);
    const { statementAdded } = encryptionKey.addToResourcePolicy(
      statement.copy({ principals: [new ArnPrincipal(role.roleArn)], resources: ['*'] }),
    );
    if (!statementAdded) warn(scope, encryptionKey.node.path, encryptionKey.env.account);
  }
  for (const behind of access.implied ?? []) allowAcrossAccounts(scope, behind, role);
}

function warn(scope: Construct, path: string, account: string): void {
  Annotations.of(scope).addWarningV2(
    'cdk-secure-mcp:accessAcrossAccounts',
    `${path} may belong to another account (${account}) and its policy cannot be changed from here: the role of the tool also has to be allowed there, or, where such a resource has no policy, to assume a role of that account`,
  );
}
