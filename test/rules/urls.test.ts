import { endpointProblem } from '../../lib/rules/urls';

test.each([
  'https://api.partner.example/v1',
  'https://bedrock-agentcore.${AWS::Region}.${AWS::URLSuffix}/runtimes/arn%3A${AWS::Partition}/invocations',
  'https://${Shop:Other.GatewayIdentifier}.gateway.bedrock-agentcore.${AWS::Region}.${AWS::URLSuffix}/mcp',
])('%s is an endpoint', (url) => {
  expect(endpointProblem(url, undefined)).toBeUndefined();
});

test.each([
  'https://${Shop:Host}/mcp',
  'https://${Shop:Host}.gateway.bedrock-agentcore.us-east-1.amazonaws.com.evil.example/mcp',
  'https://evil.example/${AWS::Region}/../{host}',
])('%s is judged by its host', (url) => {
  const isVariable = !url.startsWith('https://evil');

  expect(endpointProblem(url, isVariable ? undefined : ['api.partner.example'])).toMatch(
    isVariable ? 'has a variable in the host' : 'is not among the approved hosts',
  );
});
