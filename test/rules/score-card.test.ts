import { App, Stack } from 'aws-cdk-lib';
import { Gateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { FourLayerChecks } from '../../lib/nag/four-layer-checks';
import { runRules } from '../../lib/rules/run-rules';
import { assemblyFromYaml } from '../support/template-assembly';

const idsOf = (ruleIds: readonly string[]) => new Set(ruleIds.map((id) => /SecureMcp-([A-Z]+\d+)/.exec(id)![1]!));

test('six faults that other packs pass over are at least six errors', () => {
  const findings = runRules(
    assemblyFromYaml(`
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    Name: orders
    AuthorizerType: NONE
    ExceptionLevel: DEBUG
    PolicyEngineConfiguration: { Arn: !GetAtt Engine.PolicyEngineArn, Mode: LOG_ONLY }
Engine: { Type: AWS::BedrockAgentCore::PolicyEngine, Properties: { Name: orders } }
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    PolicyEngineId: !GetAtt Engine.PolicyEngineId
    ValidationMode: IGNORE_ALL_FINDINGS
    Definition: { Cedar: { Statement: 'permit(principal, action, resource);' } }
Provider:
  Type: AWS::BedrockAgentCore::OAuth2CredentialProvider
  Properties: { Name: crm, Oauth2ProviderConfigInput: { GithubOauth2ProviderConfig: { ClientId: a, ClientSecret: not-a-real-secret } } }
`),
  );
  const errors = idsOf(findings.filter(({ severity }) => severity === 'error').map(({ ruleId }) => ruleId));

  expect([...errors]).toEqual(expect.arrayContaining(['IN01', 'AZ02', 'AZ06', 'AZ07', 'OUT04', 'LP15']));
  expect(idsOf(findings.map(({ ruleId }) => ruleId))).toEqual(
    new Set([...errors, 'IN15', 'IN16', 'AZ16', 'LP01', 'LP11', 'LP16', ...errors]),
  );
});

test('the stock construct with its defaults has the score of the catalogue', () => {
  const stack = new Stack(new App(), 'S');
  new Gateway(stack, 'Gw', {});
  const told = idsOf(new FourLayerChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName));

  // LP01: the role that the construct makes has one statement with conditions, and one without.
  for (const id of ['IN04', 'IN05', 'IN10', 'IN11', 'IN15', 'IN16', 'AZ01', 'LP01', 'LP11', 'LP15', 'LP16'])
    expect(told).toContain(id);
  for (const id of ['IN01', 'IN03', 'IN09', 'OUT01', 'AZ16', 'LP02']) expect(told).not.toContain(id);
});

test('a role of the starter kind has the score of the catalogue', () => {
  const told = idsOf(
    runRules(
      assemblyFromYaml(`
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    Name: orders
    RoleArn: !GetAtt Role.Arn
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: "https://idp.example.com/.well-known/openid-configuration", AllowedClients: [agent] } }
Role:
  Type: AWS::IAM::Role
  Properties:
    ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]
    AssumeRolePolicyDocument:
      Statement:
        - Effect: Allow
          Principal: { Service: bedrock-agentcore.amazonaws.com }
          Action: sts:AssumeRole
          Condition:
            StringEquals: { aws:SourceAccount: "111122223333" }
            ArnLike: { aws:SourceArn: "arn:aws:bedrock-agentcore:eu-west-1:111122223333:*" }
    Policies:
      - PolicyDocument:
          Statement:
            - { Effect: Allow, Action: ["bedrock-agentcore:*", "kms:*"], Resource: "*" }
            - { Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: "*" }
            - { Effect: Allow, Action: lambda:InvokeFunction, Resource: "arn:aws:lambda:*:*:function:*" }
`),
    ).map(({ ruleId }) => ruleId),
  );

  for (const id of ['IN04', 'IN15', 'IN16', 'AZ01', 'LP02', 'LP04', 'OUT08', 'LP11', 'LP15', 'LP16'])
    expect(told).toContain(id);
  for (const id of ['IN01', 'IN03', 'AZ16']) expect(told).not.toContain(id);
});

test('a gateway of the @aws/agentcore-cdk kind: open by default, and its role without trust conditions', () => {
  const told = idsOf(
    runRules(
      assemblyFromYaml(`
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { Name: orders, RoleArn: !GetAtt Role.Arn, AuthorizerType: NONE, ProtocolType: MCP } }
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: bedrock-agentcore.amazonaws.com }, Action: sts:AssumeRole }] }
    Policies:
      - PolicyDocument:
          Statement:
            - { Effect: Allow, Action: bedrock-agentcore:GetResourceApiKey, Resource: "arn:aws:bedrock-agentcore:eu-west-1:111122223333:token-vault/default/apikeycredentialprovider/*" }
            - { Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:bedrock-agentcore-identity!*" }
`),
    ).map(({ ruleId }) => ruleId),
  );

  for (const id of ['IN01', 'LP01', 'OUT08', 'AZ01']) expect(told).toContain(id);
});
