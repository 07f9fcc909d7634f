import { type LayerCases, OPEN } from './case';

const STATEMENTS = 'GatewayRole/Policies/0/PolicyDocument/Statement';
const TRUST = 'GatewayRole/AssumeRolePolicyDocument/Statement';
const LOOKUP = 'LookupRole/Policies/0/PolicyDocument/Statement';
const att = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });
const allow = (Action: unknown, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });

const stackFunction = (name: string) => ({
  'Fn::Sub': `arn:aws:lambda:eu-west-1:111122223333:function:\${AWS::StackName}-${name}`,
});
const agentInvokes = (Resource: unknown) => ({
  'AgentRole/Policies/0/PolicyDocument/Statement/1': allow('lambda:InvokeFunction', Resource),
});
const keyFor = (Condition: unknown) => ({
  'Key/KeyPolicy/Statement/2': { ...allow('kms:*', '*'), Principal: { AWS: '*' }, Condition },
});

const egress = (to: object) => ({
  Type: 'AWS::EC2::SecurityGroupEgress',
  Properties: { GroupId: att('Egress', 'GroupId'), IpProtocol: '-1', ...to },
});

const keyUse = (action: string, Condition: unknown) => ({
  [`${STATEMENTS}/4`]: { ...allow(action, att('Key', 'Arn')), Condition },
});

const viaUrl = (value: unknown) => ({ 'lambda:InvokedViaFunctionUrl': value });
const PAYROLL = 'arn:aws:lambda:eu-west-1:111122223333:function:payroll';
const throughUrl = (Condition: unknown, Resource: unknown = PAYROLL) => ({
  [`${STATEMENTS}/4`]: { ...allow('lambda:InvokeFunction', Resource), Condition },
});

/** `sts:GetWebIdentityToken` has no resource type: what limits it is the audience, or nothing. */
const identityTokens = (path: string) => {
  const audience = (value: unknown) => ({ 'sts:IdentityTokenAudience': value });
  const token = (Condition?: unknown, Action: unknown = 'sts:GetWebIdentityToken') => ({
    [path]: { ...allow(Action, '*'), Condition },
  });
  const login = audience(['https://login.vendor.example']);
  return {
    violating: {
      'an identity token for anybody': token(),
      'an identity token for no audience, too': token({ 'ForAllValues:StringEquals': login }),
      'an identity token for a pattern of audiences': token({ 'ForAnyValue:StringLike': audience('https://*') }),
      'an identity token for all audiences but one': token({ StringNotEquals: login }),
      'an identity token for a caller': token({ StringEquals: { 'aws:SourceAccount': '111122223333' } }),
      'an identity token for an audience of a parameter': token({ 'ForAnyValue:StringEquals': audience(OPEN) }),
      'an identity token and an object': token({ 'ForAnyValue:StringEquals': login }, [
        'sts:GetWebIdentityToken',
        's3:GetObject',
      ]),
    },
    compliant: {
      'an identity token for an audience': token({ StringEquals: login }),
      'an identity token for an audience and no other': token({
        'ForAllValues:StringEquals': login,
        'ForAnyValue:StringEquals': login,
      }),
    },
  };
};

export const leastPrivilege: LayerCases = {
  LP01: {
    violating: {
      'no conditions': { [`${TRUST}/0/Condition`]: undefined },
      'no account': { [`${TRUST}/0/Condition/StringEquals`]: undefined },
      'every gateway': {
        [`${TRUST}/0/Condition/ArnLike`]: { 'aws:SourceArn': 'arn:aws:bedrock-agentcore:*:111122223333:*' },
      },
      'another gateway': {
        [`${TRUST}/0/Condition/ArnLike/aws:SourceArn`]:
          'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/other-*',
      },
      'a gateway whose name begins alike': {
        [`${TRUST}/0/Condition/ArnLike/aws:SourceArn`]:
          'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/shop-admin-*',
      },
      'every gateway whose name begins alike': {
        [`${TRUST}/0/Condition/ArnLike/aws:SourceArn`]:
          'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/shop*',
      },
      'a foreign account': { [`${TRUST}/0/Condition/StringEquals/aws:SourceAccount`]: '999999999999' },
      'also a foreign account': {
        [`${TRUST}/0/Condition/StringEquals/aws:SourceAccount`]: ['111122223333', '999999999999'],
      },
      'a gateway of a foreign account': {
        [`${TRUST}/0/Condition/ArnLike/aws:SourceArn`]:
          'arn:aws:bedrock-agentcore:eu-west-1:999999999999:gateway/shop-*',
      },
      'a second principal': { [`${TRUST}/1`]: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' } },
    },
    undecided: { 'a parameter': { [`${TRUST}/0/Condition`]: OPEN } },
    compliant: {
      'the account and the gateway written out': {
        [`${TRUST}/0/Condition/StringEquals/aws:SourceAccount`]: '111122223333',
        [`${TRUST}/0/Condition/ArnLike/aws:SourceArn`]: 'arn:aws:bedrock-agentcore:*:111122223333:gateway/shop-*',
      },
      'a gateway named at deployment': {
        'Gateway/Name': OPEN,
        [`${TRUST}/0/Condition/ArnLike/aws:SourceArn`]:
          'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/other-*',
      },
    },
  },
  LP02: {
    violating: {
      'a function of somebody else': {
        [`${STATEMENTS}/4`]: allow(
          'lambda:InvokeFunction',
          'arn:aws:lambda:eu-west-1:111122223333:function:payroll:live',
        ),
      },
      'every function': { [`${STATEMENTS}/4`]: allow('lambda:InvokeFunction', 'arn:aws:lambda:*:*:function:*') },
      'in an attached policy': {
        Extra: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            Roles: [{ Ref: 'GatewayRole' }],
            PolicyDocument: { Statement: [allow('lambda:Invoke*', 'arn:aws:lambda:*:*:function:*')] },
          },
        },
      },
      'in a managed policy': {
        Extra: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: {
            Roles: [{ Ref: 'GatewayRole' }],
            PolicyDocument: { Statement: [allow('lambda:InvokeFunction', '*')] },
          },
        },
      },
      'in a role policy': {
        Extra: {
          Type: 'AWS::IAM::RolePolicy',
          Properties: {
            RoleName: { Ref: 'GatewayRole' },
            PolicyDocument: { Statement: allow('lambda:InvokeFunction', '*') },
          },
        },
      },
      'every function, through a URL': throughUrl({ Bool: viaUrl('true') }, 'arn:aws:lambda:*:*:function:*'),
      'every version of a function, through a URL': throughUrl({ Bool: viaUrl('true') }, `${PAYROLL}:*`),
      'a function of somebody else, through a URL or not': throughUrl({ Bool: viaUrl(['true', 'false']) }),
      'a function of somebody else, not through a URL': throughUrl({ Bool: viaUrl('false') }),
      'a function of somebody else, where the key is missing': throughUrl({ BoolIfExists: viaUrl('true') }),
      'a function of somebody else, where all of no values are true': throughUrl({
        'ForAllValues:Bool': viaUrl('true'),
      }),
      'a function of somebody else, by a parameter': throughUrl({ Bool: viaUrl(OPEN) }),
      'a function of somebody else, under another condition': throughUrl({
        StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' },
      }),
    },
    undecided: { 'a parameter': { [`${STATEMENTS}/0/Resource`]: OPEN } },
    compliant: {
      'a function behind a URL': throughUrl({ Bool: viaUrl('true') }),
      'a function behind a URL, by a boolean': throughUrl({ Bool: viaUrl(true) }),
    },
  },
  LP03: {
    violating: {
      'the bare function': { 'OrdersTarget/TargetConfiguration/Mcp/Lambda/LambdaArn': att('LookupFn', 'Arn') },
      'every version': { [`${STATEMENTS}/0/Resource/3`]: { 'Fn::Sub': '${LookupFn.Arn}:*' } },
      'the bare function of a tool, through a URL': throughUrl({ Bool: viaUrl('true') }, att('RefundFn', 'Arn')),
      'a permission for the function': { 'RefundPermission/FunctionName': { Ref: 'RefundFn' } },
      $LATEST: { 'OrdersTarget/TargetConfiguration/Mcp/Lambda/LambdaArn': { 'Fn::Sub': '${LookupFn.Arn}:$LATEST' } },
    },
    undecided: { 'a parameter': { 'OrdersTarget/TargetConfiguration/Mcp/Lambda/LambdaArn': OPEN } },
    compliant: {
      'a function behind a URL': throughUrl({ Bool: viaUrl('true') }),
      'an ARN with the name of the alias': {
        'OrdersTarget/TargetConfiguration/Mcp/Lambda/LambdaArn': {
          'Fn::Sub': 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-lookup:live',
        },
      },
    },
  },
  LP04: {
    violating: {
      'a pattern of actions': { [`${STATEMENTS}/4`]: allow('s3:Get*', 'arn:aws:s3:::schemas/x') },
      'every resource': { [`${STATEMENTS}/4`]: allow('s3:GetObject', '*') },
      'a way to more rights': {
        [`${STATEMENTS}/4`]: allow('iam:AttachRolePolicy', 'arn:aws:iam::111122223333:role/orders'),
      },
      'the end of a key': {
        [`${STATEMENTS}/4`]: allow('kms:ScheduleKeyDeletion', 'arn:aws:kms:eu-west-1:111122223333:key/1'),
      },
      'a managed policy of AWS': {
        'GatewayRole/ManagedPolicyArns': ['arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess'],
      },
      'no boundary': { 'GatewayRole/PermissionsBoundary': undefined },
      'no grant on the engine': { [`${STATEMENTS}/1/Action`]: 'bedrock-agentcore:GetPolicyEngine' },
      'all but some': {
        [`${STATEMENTS}/4`]: {
          Effect: 'Allow',
          NotAction: ['lambda:*', 'secretsmanager:*', 'bedrock-agentcore:*'],
          Resource: 'x',
        },
      },
      ...identityTokens(`${STATEMENTS}/4`).violating,
    },
    undecided: {
      'a parameter': { [`${STATEMENTS}/1/Action`]: OPEN },
      'a managed policy of somebody else': {
        'GatewayRole/ManagedPolicyArns': ['arn:aws:iam::111122223333:policy/shared'],
      },
    },
    compliant: identityTokens(`${STATEMENTS}/4`).compliant,
  },
  LP05: {
    violating: {
      'a tool and the interceptor': { 'InterceptorFn/Role': att('RefundRole', 'Arn'), RefundRolePolicy: undefined },
      'two tools': { 'RefundFn/Role': att('LookupRole', 'Arn') },
    },
    undecided: { 'a parameter': { 'RefundFn/Role': OPEN } },
  },
  LP06: {
    violating: {
      'every resource': { [`${LOOKUP}/2`]: allow('dynamodb:GetItem', '*') },
      'a pattern of actions': { [`${LOOKUP}/2`]: allow('dynamodb:Get*', att('Orders', 'Arn')) },
      'every table': { [`${LOOKUP}/2`]: allow('dynamodb:GetItem', 'arn:aws:dynamodb:eu-west-1:111122223333:table/*') },
      'a managed policy of AWS': {
        'RefundRole/ManagedPolicyArns': ['arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess'],
      },
      'a way to more rights': {
        'RefundRolePolicy/PolicyDocument/Statement/1': allow('iam:PassRole', 'arn:aws:iam::111122223333:role/x'),
      },
      ...identityTokens(`${LOOKUP}/2`).violating,
    },
    undecided: {
      'a parameter': { [`${LOOKUP}/0/Action`]: OPEN },
      'a role of somebody else': { 'LookupFn/Role': 'arn:aws:iam::111122223333:role/shared' },
    },
    compliant: {
      'traces, which cannot be scoped': {
        [`${LOOKUP}/2`]: allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
      },
      ...identityTokens(`${LOOKUP}/2`).compliant,
    },
  },
  LP07: {
    violating: { 'a write': { [`${LOOKUP}/0/Action`]: ['dynamodb:GetItem', 'dynamodb:DeleteItem'] } },
    undecided: { 'a parameter': { [`${LOOKUP}/0/Action`]: OPEN } },
  },
  LP08: {
    violating: {
      everybody: { 'RefundPermission/Principal': '*' },
      'another account': { 'RefundPermission/Principal': '444455556666' },
      'the service for anybody': { 'RefundPermission/Principal': 'bedrock-agentcore.amazonaws.com' },
      'a function URL': { 'RefundPermission/FunctionUrlAuthType': 'NONE' },
    },
    undecided: { 'a parameter': { 'RefundPermission/Principal': OPEN } },
    compliant: {
      'the service for this gateway': {
        'RefundPermission/Principal': 'bedrock-agentcore.amazonaws.com',
        'RefundPermission/SourceArn': att('Gateway', 'GatewayArn'),
        'RefundPermission/SourceAccount': '111122223333',
      },
    },
  },
  LP09: {
    violating: {
      'a function URL': {
        Url: { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE', TargetFunctionArn: att('RefundFn', 'Arn') } },
      },
      'an event source': {
        Source: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { FunctionName: { Ref: 'RefundFn' } } },
      },
      'a trigger': {
        'RefundPermission/Principal': 'events.amazonaws.com',
        'RefundPermission/SourceArn': 'arn:aws:events:eu-west-1:111122223333:rule/x',
      },
      'another role': agentInvokes({ Ref: 'RefundAlias' }),
      'another role, on a pattern of names': agentInvokes('arn:aws:lambda:eu-west-1:111122223333:function:shop-*'),
      'another role, on a pattern of aliases': agentInvokes('arn:aws:lambda:*:*:function:shop-refun?:l*'),
      'another role, on any name': agentInvokes('arn:aws:lambda:*:*:function:?*'),
      'another role, on half of a type': agentInvokes('arn:aws:lambda:eu-west-1:111122223333:f*'),
      'another role, on more of a type': agentInvokes({
        'Fn::Sub': 'arn:${AWS::Partition}:lambda:${AWS::Region}:*:functio*',
      }),
      'another role, on an ARN that ends before the function': agentInvokes('arn:aws:lambda:eu-west-1:111122223333'),
      'another role, by name': agentInvokes('arn:aws:lambda:eu-west-1:111122223333:function:shop-refund'),
      'another role, by name and alias': agentInvokes({
        'Fn::Sub': 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-refund:live',
      }),
      'another role, on a function and what follows': agentInvokes({ 'Fn::Sub': '${RefundFn.Arn}*' }),
      'another role, on any name of a function without one': {
        'RefundFn/FunctionName': undefined,
        ...agentInvokes('arn:aws:lambda:*:*:f*'),
      },
      'another role, on all but one': {
        'AgentRole/Policies/0/PolicyDocument/Statement/1': {
          Effect: 'Allow',
          Action: 'lambda:InvokeFunction',
          NotResource: 'arn:aws:lambda:*:*:function:payroll',
        },
      },
    },
    compliant: {
      'another role, on another name with the stack in it': agentInvokes(stackFunction('payroll')),
      'another role, on other names': agentInvokes('arn:aws:lambda:eu-west-1:111122223333:function:payroll-*'),
      'another role, on a pattern of a type, which IAM does not take': agentInvokes(
        'arn:aws:lambda:*:*:functi*:shop-refund',
      ),
      'another role, on another service': agentInvokes('arn:aws:states:*:*:*'),
      'another role, on a name beside a function without one': {
        'RefundFn/FunctionName': undefined,
        ...agentInvokes('arn:aws:lambda:eu-west-1:111122223333:function:payroll'),
      },
    },
    undecided: {
      'a name with the stack in it, which may become that of a tool': agentInvokes(stackFunction('refund')),
      'a name that a tool with the stack in its name may get': {
        'RefundFn/FunctionName': { 'Fn::Sub': '${AWS::StackName}-refund' },
        ...agentInvokes('arn:aws:lambda:eu-west-1:111122223333:function:shop-refund'),
      },
      'a resource of a parameter': agentInvokes(OPEN),
      'a pattern and a function without name': {
        'RefundFn/FunctionName': undefined,
        ...agentInvokes('arn:aws:lambda:eu-west-1:111122223333:function:payroll-*'),
      },
      'a parameter': {
        Url: { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'AWS_IAM', TargetFunctionArn: OPEN } },
      },
    },
  },
  LP10: {
    violating: {
      'an old runtime': { 'LookupFn/Runtime': 'nodejs18.x' },
      'a runtime with five months to go': { 'LookupFn/Runtime': 'nodejs22.x' },
      'no timeout': { 'LookupFn/Timeout': undefined },
      'a timeout of minutes': { 'LookupFn/Timeout': 300 },
      'no memory size': { 'LookupFn/MemorySize': undefined },
      'a layer of somebody else': { 'LookupFn/Layers': ['arn:aws:lambda:eu-west-1:444455556666:layer:x:1'] },
    },
    undecided: { 'a parameter': { 'LookupFn/Runtime': OPEN } },
    compliant: { 'a runtime with seven months to go': { 'LookupFn/Runtime': 'python3.11' } },
  },
  LP11: {
    violating: {
      'no concurrency': { 'LookupFn/ReservedConcurrentExecutions': undefined },
      'no rate limit': { RateLimit: undefined },
      'not per caller': { 'RateLimit/DimensionKeys': ['toolName'] },
    },
    undecided: { 'a parameter': { 'LookupFn/ReservedConcurrentExecutions': OPEN } },
  },
  LP12: {
    violating: {
      'a name of a secret': { 'LookupFn/Environment/Variables/API_KEY': 'not-a-real-key' },
      'a dynamic reference': { 'LookupFn/Environment/Variables/CRM': '{{resolve:secretsmanager:crm}}' },
      'the key of AWS': { 'LookupFn/KmsKeyArn': undefined },
      'a password that begins like a path': { 'LookupFn/Environment/Variables/DB_PASSWORD': '/aXk93jd02kd93kdsl' },
      'a password in an address': { 'LookupFn/Environment/Variables/DB_URL': 'postgres://app:not-real@db.example/app' },
      'a secret in an address': { 'LookupFn/Environment/Variables/API_KEY': 'https://not-real@api.example.com/v1' },
      'a secret in a query': { 'LookupFn/Environment/Variables/API_KEY': 'https://api.example.com/v1?key=not-real' },
    },
    undecided: { 'a parameter': { 'LookupFn/Environment/Variables/API_KEY': OPEN } },
    compliant: {
      'the path of a parameter': { 'LookupFn/Environment/Variables/DB_PASSWORD': '/shop/prod/db-password' },
      'the address of a vault': { 'LookupFn/Environment/Variables/API_KEY': 'https://vault.example.com/v1/shop' },
      'a port and a mail address in an address': {
        'LookupFn/Environment/Variables/HELP': 'https://api.example.com:8443/users/a@example.com',
      },
      'the ARN of a secret': {
        'LookupFn/Environment/Variables/API_KEY_SECRET_ARN': 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:x',
      },
    },
  },
  LP13: {
    violating: {
      'not signed': { 'LookupFn/CodeSigningConfigArn': undefined },
      'only warned about': { 'Signing/CodeSigningPolicies/UntrustedArtifactOnDeployment': 'Warn' },
    },
    undecided: { 'a parameter': { 'LookupFn/CodeSigningConfigArn': OPEN } },
  },
  LP14: {
    violating: {
      'no group': { 'LookupFn/LoggingConfig/LogGroup': undefined },
      'a month': { 'LookupLogs/RetentionInDays': 30 },
      'the key of AWS': { 'LookupLogs/KmsKeyId': undefined },
      text: { 'LookupFn/LoggingConfig/LogFormat': 'Text' },
      DEBUG: { 'LookupFn/LoggingConfig/ApplicationLogLevel': 'DEBUG' },
      'every group': { [`${LOOKUP}/1/Resource`]: 'arn:aws:logs:eu-west-1:111122223333:log-group:*' },
      'the managed policy for logs': {
        'LookupRole/ManagedPolicyArns': ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
      },
    },
    undecided: { 'a parameter': { 'LookupLogs/RetentionInDays': OPEN } },
  },
  LP15: {
    violating: {
      'no source': { LogSource: undefined, LogDelivery: undefined },
      'no delivery': { LogDelivery: undefined },
      'no traces': { TraceSource: undefined },
      'no alarm': { Denials: undefined },
    },
    undecided: { 'a parameter': { 'LogSource/LogType': OPEN } },
  },
  LP16: {
    violating: {
      'no key': { 'Gateway/KmsKeyArn': undefined },
      'no key for the policies': { 'Engine/EncryptionKeyArn': undefined },
      'everybody may use it': {
        'Key/KeyPolicy/Statement/2': { Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt', Resource: '*' },
      },
      'a service for anybody': { 'Key/KeyPolicy/Statement/1/Condition': undefined },
      'everybody by way of a service': keyFor({ StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } }),
      'everybody with a context of their choice': keyFor({ StringEquals: { 'kms:EncryptionContext:app': 'shop' } }),
      'everybody in any account': keyFor({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:*' } }),
      'everybody with a role of that name': keyFor({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Admin' } }),
      'everybody for any source': keyFor({ ArnLike: { 'aws:SourceArn': 'arn:aws:*' } }),
      'the gateway role may use it beside the service': keyUse('kms:GenerateDataKey', undefined),
      'the gateway role may hand it on': keyUse('kms:CreateGrant', {
        StringEquals: { 'kms:GrantConstraintType': 'EncryptionContextSubset' },
      }),
      'the gateway role through any service': keyUse('kms:Decrypt', { StringLike: { 'kms:ViaService': '*' } }),
      'a service for the logs of anybody': {
        'Key/KeyPolicy/Statement/1/Condition/ArnLike': { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:*:*:*' },
      },
    },
    undecided: {
      'a parameter': { 'Gateway/KmsKeyArn': OPEN },
      'a policy of a parameter': { 'Key/KeyPolicy': OPEN },
      'a statement of a parameter': { 'Key/KeyPolicy/Statement/1': OPEN },
      'a principal of a parameter': { 'Key/KeyPolicy/Statement/0/Principal/AWS': OPEN },
      'the gateway role under a condition of a parameter': keyUse('kms:Decrypt', {
        StringEquals: { 'kms:ViaService': OPEN },
      }),
      'everybody under a condition of a parameter': keyFor({ StringEquals: { 'aws:PrincipalOrgID': OPEN } }),
    },
    compliant: {
      'everybody of an account': keyFor({ StringEquals: { 'kms:CallerAccount': { Ref: 'AWS::AccountId' } } }),
      'everybody of an organization, by way of a service': keyFor({
        StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5', 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
      }),
      'every role of an account': keyFor({
        ArnLike: { 'aws:PrincipalArn': { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*' } },
      }),
      'the gateway role through the service': keyUse('kms:Decrypt', {
        StringEquals: { 'kms:ViaService': 'bedrock-agentcore.eu-west-1.amazonaws.com' },
      }),
      'for one bucket': keyFor({ ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::shop-orders' } }),
    },
  },
  LP17: {
    violating: {
      'every address': { 'Egress/SecurityGroupEgress': [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }] },
      'every address, in a resource of its own': { More: egress({ CidrIp: '0.0.0.0/0' }) },
      'every address of version 6': { More: egress({ CidrIpv6: '::/0' }) },
      'no VPC': { 'LookupFn/VpcConfig': undefined },
      'from anywhere': { GatewayPolicy: undefined },
    },
    undecided: {
      'a parameter': { 'LookupFn/VpcConfig/SecurityGroupIds': OPEN },
      'an address that is a parameter': { More: egress({ CidrIp: OPEN }) },
    },
    compliant: { 'a named network': { More: egress({ CidrIp: '10.0.0.0/16' }) } },
  },
  LP18: {
    violating: {
      'a critical rule without reason': {
        'Gateway#Metadata': { 'cdk-secure-mcp': { acknowledge: [{ id: 'SecureMcp-IN01', reason: 'ok' }] } },
      },
      'the code of a tool is not compared with its access': {
        'Gateway#Metadata': {
          'cdk-secure-mcp': { weakenings: [{ weakening: 'CodeAnalysis.off', reason: 'generated code' }] },
        },
      },
      'the code of a tool only warns': {
        'Gateway#Metadata': {
          'cdk-secure-mcp': { weakenings: [{ weakening: 'CodeAnalysis.warn', reason: 'generated code' }] },
        },
      },
      expired: {
        'Gateway#Metadata': {
          'cdk-secure-mcp': {
            acknowledge: [{ id: 'SecureMcp-IN15', reason: 'SEC-1 old client', expires: '2026-01-31' }],
          },
        },
      },
    },
    undecided: {
      'what a macro writes': { Loop: { Type: 'Fn::Transform' } },
      'a module': { Network: { Type: 'Org::Network::Private::MODULE', Properties: {} } },
      'a custom resource that calls the service': {
        Made: {
          Type: 'Custom::AWS',
          Properties: {
            Create:
              '{"service":"bedrock-agentcore-control","action":"createGateway","parameters":{"authorizerType":"NONE"}}',
          },
        },
      },
    },
    compliant: {
      'a custom resource for something else': {
        Made: { Type: 'Custom::AWS', Properties: { Create: '{"service":"s3","action":"putObject"}' } },
      },
    },
  },
};
