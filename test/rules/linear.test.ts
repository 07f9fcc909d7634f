import type { Assembly } from '../../lib/assembly/read-assembly';
import { TemplateModel } from '../../lib/assembly/template-model';
import type { Acknowledgment } from '../../lib/rules/acknowledgment';
import { DEFAULT_OPTIONS } from '../../lib/rules/options';
import { RULES } from '../../lib/rules/registry';
import { acknowledge, type LocatedFinding } from '../../lib/rules/run-rules';
import { assemblyFromYaml, assemblyOf } from '../support/template-assembly';

/** One of everything that rules join: a gateway with what belongs to it. `#` is its number. */
const UNIT = `
Role#:
  Type: AWS::IAM::Role
  Properties:
    RoleName: role-#
    AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: [bedrock-agentcore.amazonaws.com, lambda.amazonaws.com] }, Action: sts:AssumeRole }] }
    ManagedPolicyArns: [!Ref Managed#]
Inline#: { Type: AWS::IAM::Policy, Properties: { Roles: [!Ref Role#], PolicyDocument: { Statement: [{ Effect: Allow, Action: [lambda:InvokeFunction, s3:PutObject, secretsmanager:GetSecretValue], Resource: ["arn:aws:lambda:eu-west-1:111122223333:function:fn-#", !Ref Alias#, !Sub "\${Bucket#.Arn}/*"] }] } } }
Managed#: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Action: bedrock-agentcore:GetResourceApiKey, Resource: !GetAtt Key#.CredentialProviderArn }] } } }
Attached#: { Type: AWS::IAM::RolePolicy, Properties: { RoleName: role-#, PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/t#" }] } } }
OtherRole#: { Type: AWS::IAM::Role, Properties: { Policies: [{ PolicyDocument: { Statement: [{ Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt Fn#.Arn }] } }] } }
Gateway#:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    Name: shop-#
    RoleArn: arn:aws:iam::111122223333:role/role-#
    AuthorizerType: CUSTOM_JWT
    PolicyEngineConfiguration: { Arn: !GetAtt Engine#.PolicyEngineArn, Mode: ENFORCE }
    AuthorizerConfiguration: { CustomJWTAuthorizer: { AllowedClients: [!Ref Client#], AllowedScopes: ["s#/get"], DiscoveryUrl: !Sub "https://cognito-idp.eu-west-1.amazonaws.com/\${Pool#}/.well-known/openid-configuration" } }
    InterceptorConfigurations: [{ InterceptionPoints: [REQUEST], Interceptor: { Lambda: { Arn: !Ref Alias# } }, InputConfiguration: { PassRequestHeaders: true } }]
Engine#: { Type: AWS::BedrockAgentCore::PolicyEngine, Properties: { Name: "e#" } }
Permit#: { Type: AWS::BedrockAgentCore::Policy, Properties: { PolicyEngineId: !GetAtt Engine#.PolicyEngineId, Definition: { Cedar: { Statement: !Sub 'permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"t#___get", resource == AgentCore::Gateway::"\${Gateway#.GatewayArn}") when { principal.hasTag("scope") && principal.getTag("scope") == "s#/get" && principal.hasTag("client_id") && principal.getTag("client_id") == "\${Client#}" };' } } } }
Target#:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: t#
    GatewayIdentifier: !GetAtt Gateway#.GatewayIdentifier
    CredentialProviderConfigurations: [{ CredentialProviderType: API_KEY, CredentialProvider: { ApiKeyCredentialProvider: { ProviderArn: !GetAtt Key#.CredentialProviderArn } } }]
    TargetConfiguration: { Mcp: { Lambda: { LambdaArn: "arn:aws:lambda:eu-west-1:111122223333:function:fn-#", ToolSchema: { InlinePayload: [{ Name: get, Description: Gets one., InputSchema: { Type: object } }] } } } }
Schema#: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { Name: s#, GatewayIdentifier: !Ref Gateway#, TargetConfiguration: { Mcp: { OpenApiSchema: { S3: { Uri: !Sub "s3://\${Bucket#}/a.json" } } } } } }
Fn#: { Type: AWS::Lambda::Function, Properties: { FunctionName: fn-#, Role: !GetAtt Shared.Arn, LoggingConfig: { LogGroup: logs-# }, VpcConfig: { SecurityGroupIds: [!Ref Group#] }, Environment: { Variables: { A: b } } } }
Alias#: { Type: AWS::Lambda::Alias, Properties: { Name: live, FunctionName: !Ref Fn# } }
Permission#: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Alias#, Action: lambda:InvokeFunction, Principal: !GetAtt Role#.Arn } }
Url#: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt Fn#.Arn } }
Logs#: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: logs-# } }
Group#: { Type: AWS::EC2::SecurityGroup, Properties: { SecurityGroupEgress: [] } }
Egress#: { Type: AWS::EC2::SecurityGroupEgress, Properties: { GroupId: !Ref Group#, CidrIp: 10.0.0.0/8 } }
Pool#: { Type: AWS::Cognito::UserPool, Properties: {} }
Server#: { Type: AWS::Cognito::UserPoolResourceServer, Properties: { UserPoolId: !Ref Pool#, Identifier: s#, Scopes: [{ ScopeName: get }, { ScopeName: put }] } }
Client#: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Pool#, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: ["s#/get", "s#/put"] } }
Key#: { Type: AWS::BedrockAgentCore::ApiKeyCredentialProvider, Properties: { ApiKeySecretConfig: { SecretId: !Ref Secret# } } }
Secret#: { Type: AWS::SecretsManager::Secret, Properties: {} }
Rotation#: { Type: AWS::SecretsManager::RotationSchedule, Properties: { SecretId: !Ref Secret# } }
Bucket#: { Type: AWS::S3::Bucket, Properties: {} }
BucketPolicy#: { Type: AWS::S3::BucketPolicy, Properties: { Bucket: !Ref Bucket#, PolicyDocument: { Statement: [] } } }
Limit#: { Type: AWS::BedrockAgentCore::GatewayRateLimit, Properties: { GatewayIdentifier: !Ref Gateway#, DimensionKeys: ["$.context.jwt.sub"] } }
Access#: { Type: AWS::BedrockAgentCore::ResourcePolicy, Properties: { ResourceArn: !GetAtt Gateway#.GatewayArn, Policy: '{"Statement":[]}' } }
Acl#: { Type: AWS::WAFv2::WebACLAssociation, Properties: { ResourceArn: !GetAtt Gateway#.GatewayArn, WebACLArn: x } }
Source#: { Type: AWS::Logs::DeliverySource, Properties: { Name: d#, ResourceArn: !GetAtt Gateway#.GatewayArn, LogType: APPLICATION_LOGS } }
Delivery#: { Type: AWS::Logs::Delivery, Properties: { DeliverySourceName: d# } }
`;
const PARSED = JSON.stringify(assemblyFromYaml(UNIT).stacks[0]!.template.Resources);

function assemblyOfUnits(units: number): Assembly {
  const each = Array.from({ length: units }, (_, index) => JSON.parse(PARSED.replaceAll('#', `${index}n`)) as object);
  return assemblyOf({ Resources: Object.assign({ Shared: { Type: 'AWS::IAM::Role', Properties: {} } }, ...each) });
}

const UNITS = 20;
const [SMALL, LARGE] = [assemblyOfUnits(UNITS), assemblyOfUnits(2 * UNITS)];

/** How often a rule looks at properties of a resource or follows a reference, and how much it has to say. */
function workOf(rule: (typeof RULES)[number], assembly: typeof SMALL): { looks: number; said: number } {
  const model = new TemplateModel(assembly);
  const resource = Object.getPrototypeOf(model.resources[0]);
  const looks = jest.spyOn(resource, 'properties', 'get');
  const follows = jest.spyOn(model, 'reference');
  try {
    const context = {
      options: { ...DEFAULT_OPTIONS, profile: 'private' as const },
      acknowledgments: [],
      levels: new Map(),
    };
    const said = [...rule.evaluate(model, context)].map(({ detail = '' }) => detail.length + 1);
    return {
      looks: looks.mock.calls.length + follows.mock.calls.length,
      said: said.reduce((sum, length) => sum + length, 0),
    };
  } finally {
    jest.restoreAllMocks();
  }
}

test.each(RULES)('$id looks twice as often at twice the resources, not four times', (rule) => {
  const [small, large] = [workOf(rule, SMALL), workOf(rule, LARGE)];

  expect(large.looks).toBeLessThanOrEqual(2.2 * small.looks + 10);
  expect(large.said).toBeLessThanOrEqual(2.2 * small.said + 10);
});

test('the units hold what the rules are about: all but LP18, which reads no properties, look at each', () => {
  const idle = RULES.filter((rule) => workOf(rule, SMALL).looks < UNITS).map(({ id }) => id);

  expect(idle).toEqual(['LP18']);
});

test('each finding is compared with the acknowledgments of its place alone', () => {
  const compared = (places: number) => {
    let reads = 0;
    const acknowledgments = Array.from({ length: places }, (_, index) => ({
      get ruleId() {
        reads++;
        return 'SecureMcp-IN01';
      },
      reason: 'SEC-1',
      scope: 'S',
      stack: 'S',
      logicalId: `G${index}`,
    })) as Acknowledgment[];
    const findings = acknowledgments.map(({ logicalId }) => ({
      ruleId: 'SecureMcp-IN01',
      resource: logicalId,
      stack: 'S',
    })) as LocatedFinding[];
    expect(acknowledge(findings, acknowledgments).open).toEqual([]);
    return reads;
  };

  expect(compared(400)).toBeLessThanOrEqual(2 * compared(200));
});

test('the acknowledgments of a large template are found by LP18 without looking through it for each', () => {
  const rule = RULES.find(({ id }) => id === 'LP18')!;
  const work = (units: number) => {
    const assembly = assemblyOfUnits(units);
    const model = new TemplateModel(assembly);
    let walked = 0;
    const counted = new Proxy([...model.resources], {
      get: (list, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) walked++;
        return Reflect.get(list, key);
      },
    });
    Object.assign(model, { resources: counted });
    const acknowledgments = model.resources.map(({ logicalId }) => ({
      ruleId: 'SecureMcp-IN01',
      reason: '',
      scope: 'S',
      stack: 'S',
      logicalId,
    }));
    expect([...rule.evaluate(model, { options: DEFAULT_OPTIONS, acknowledgments, levels: new Map() })]).toHaveLength(
      acknowledgments.length,
    );
    return walked;
  };

  expect(work(20)).toBeLessThanOrEqual(2.2 * work(10));
});

test('a role that very many functions share is told with the first few', () => {
  const shared = RULES.find(({ id }) => id === 'LP05')!;
  const context = { options: DEFAULT_OPTIONS, acknowledgments: [], levels: new Map() };
  const said = [...shared.evaluate(new TemplateModel(SMALL), context)].map(({ detail }) => detail);

  expect(said).toContain('shared with Fn0n, Fn1n, Fn2n, Fn3n, Fn4n and 14 more');
  expect(said).toContain('shared with Fn1n, Fn2n, Fn3n, Fn4n, Fn5n and 14 more');
});
