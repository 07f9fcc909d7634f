import type { CloudFormationTemplate } from '../../lib/assembly/cloudformation';
import { parseTemplateYaml } from '../../lib/assembly/parse-yaml';
import { expandSam } from '../../lib/assembly/sam';
import { runRules } from '../../lib/rules/run-rules';
import { assemblyOf } from '../support/template-assembly';

function told(functionProperties: string): string[] {
  const template = parseTemplateYaml(`
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs24.x, MemorySize: 256 } }
Resources:
  Target:
    Type: AWS::BedrockAgentCore::GatewayTarget
    Properties:
      Name: orders
      TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !Ref FnAliaslive, ToolSchema: { InlinePayload: [{ Name: get_order, InputSchema: { Type: object } }] } } } }
  Fn:
    Type: AWS::Serverless::Function
    Properties: { AutoPublishAlias: live, ${functionProperties} }
`) as CloudFormationTemplate;
  return runRules(assemblyOf(expandSam(template))).map(({ ruleId }) => ruleId);
}

test('a function of SAM is a tool with the role that SAM makes', () => {
  expect(told('Timeout: 10, Policies: [AmazonDynamoDBFullAccess]')).toContain(
    'SecureMcp-LP06[AmazonDynamoDBFullAccess]',
  );
  expect(told('Timeout: 10')).not.toContain('SecureMcp-LP06[AmazonDynamoDBFullAccess]');
});

test('a policy template of SAM is undecided', () => {
  expect(told('Policies: [{ DynamoDBCrudPolicy: { TableName: orders } }]').some((id) => /LP06\[Unknown/.test(id))).toBe(
    true,
  );
});

test('globals count, and events and URLs are second doors', () => {
  expect(told('Timeout: 10')).not.toContain('SecureMcp-LP10[memory]');
  expect(told('Timeout: 300')).toContain('SecureMcp-LP10[timeout]');
  expect(told('FunctionUrlConfig: { AuthType: NONE }')).toContain('SecureMcp-LP09');
  expect(told('Events: { Nightly: { Type: Schedule, Properties: { Schedule: rate(1 day) } } }')).toContain(
    'SecureMcp-LP09',
  );
  expect(told('Timeout: 10')).not.toContain('SecureMcp-LP09');
});
