import type { CloudFormationTemplate } from '../../lib/assembly/cloudformation';
import { runRules } from '../../lib/rules/run-rules';

/** What belongs to what may be known only at deployment. That must not switch off the checks on what is linked. */
const POOL_URL = { 'Fn::Sub': '${Pool.ProviderURL}/.well-known/openid-configuration' };
const OTHER_ISSUER = 'https://issuer.example/.well-known/openid-configuration';

function findings(discoveryUrl: unknown, gatewayIdentifier: unknown = { Ref: 'Gateway' }): string[] {
  const template: CloudFormationTemplate = {
    Parameters: { OnlyAtDeployment: { Type: 'String' } },
    Resources: {
      Gateway: {
        Type: 'AWS::BedrockAgentCore::Gateway',
        Properties: {
          AuthorizerType: 'CUSTOM_JWT',
          AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: discoveryUrl } },
          PolicyEngineConfiguration: { Arn: { 'Fn::GetAtt': ['Engine', 'PolicyEngineArn'] }, Mode: 'ENFORCE' },
        },
      },
      Engine: { Type: 'AWS::BedrockAgentCore::PolicyEngine', Properties: { Name: 'e' } },
      Pool: { Type: 'AWS::Cognito::UserPool' },
      Client: {
        Type: 'AWS::Cognito::UserPoolClient',
        Properties: {
          UserPoolId: { Ref: 'Pool' },
          AllowedOAuthFlows: ['implicit'],
          CallbackURLs: ['http://agent.example/cb'],
          AccessTokenValidity: 24,
        },
      },
      Target: {
        Type: 'AWS::BedrockAgentCore::GatewayTarget',
        Properties: {
          Name: 'orders',
          GatewayIdentifier: gatewayIdentifier,
          TargetConfiguration: {
            Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: 'get', InputSchema: { Type: 'object' } }] } } },
          },
        },
      },
    },
  };
  const stack = { name: 's', templateFile: 's.json', template, assets: new Map() };
  return runRules({ path: 's.json', stacks: [stack], unread: [] }).map(
    ({ ruleId, resource }) => `${ruleId} ${resource}`,
  );
}

const about = (all: string[], rule: string, resource: string) =>
  all.filter((each) => each.startsWith(`SecureMcp-${rule}`) && each.endsWith(` ${resource}`));

test.each(['IN08', 'IN11', 'IN13'])('%s judges the clients of a pool that may be the issuer', (rule) => {
  expect(about(findings(POOL_URL), rule, 'Client')).not.toEqual([]);
  expect(about(findings({ Ref: 'OnlyAtDeployment' }), rule, 'Client')).not.toEqual([]);
  expect(about(findings(OTHER_ISSUER), rule, 'Client')).toEqual([]);
});

test('IN09 judges a pool that may be the issuer', () => {
  expect(about(findings(POOL_URL), 'IN09', 'Pool')).not.toEqual([]);
  expect(about(findings({ Ref: 'OnlyAtDeployment' }), 'IN09', 'Pool')).not.toEqual([]);
  expect(about(findings(OTHER_ISSUER), 'IN09', 'Pool')).toEqual([]);
});

test('AZ04 says so when it cannot be told whose tools a target holds', () => {
  expect(about(findings(POOL_URL), 'AZ04[orders___get]', 'Target')).toHaveLength(1);
  expect(about(findings(POOL_URL, { Ref: 'OnlyAtDeployment' }), 'AZ04[Unknown', 'Target')).toHaveLength(1);
});
