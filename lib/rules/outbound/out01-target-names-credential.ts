import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { targetKind } from '../gateways';
import { at, judge } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { TARGET } from '../types';

export const out01 = defineRule({
  id: 'OUT01',
  name: 'target-names-credential',
  layer: 'outbound',
  level: 'high',
  summary: 'The target does not name a credential that its kind can use',
  explanation:
    'Without one, the gateway calls what is behind it as nobody, and what is behind it must be open to everybody.',
  fix: 'Name one credential provider: GATEWAY_IAM_ROLE for Lambda, OAUTH for an API',
  acknowledge: 'When what is behind the target is public by design and its answers are not trusted.',
  limits:
    'API_KEY is accepted where the service takes it, although a key has no caller and no scope; OUT07, OUT08 and OUT13 judge it.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html'],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP02', 'AGENTSEC03'],
    nist80053: ['IA-9', 'AC-4'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { Name: vendor, TargetConfiguration: { Mcp: { McpServer: { Endpoint: https://vendor.example.com/mcp } } } }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: vendor
    TargetConfiguration: { Mcp: { McpServer: { Endpoint: https://vendor.example.com/mcp } } }
    CredentialProviderConfigurations: [{ CredentialProviderType: OAUTH }]
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const path = 'Properties.CredentialProviderConfigurations';
      const configurations = at(target, 'CredentialProviderConfigurations');
      const type = isUnknown(configurations)
        ? configurations
        : within(asList(configurations)[0], 'CredentialProviderType');
      const kind = targetKind(target);
      const allowed = ALLOWED.get(kind ?? '');
      if (isUnknown(type)) yield undecided(target, path, type);
      else if (type === undefined) yield finding(target, path, 'no credential is named');
      else if (allowed !== undefined && !allowed.includes(String(type))) {
        yield finding(target, path, `a ${kind} target takes ${allowed.join(' or ')}, got ${String(type)}`);
      } else if (type === 'GATEWAY_IAM_ROLE' && (kind === 'McpServer' || kind === 'OpenApiSchema')) {
        yield* judge(
          target,
          'CredentialProviderConfigurations.0.CredentialProvider.IamCredentialProvider.Service',
          (service) => (service === undefined ? 'no service is named to sign for' : undefined),
          'service',
        );
      }
    }
  },
});

/** https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html, table of target kinds. */
const ALLOWED: ReadonlyMap<string, readonly string[]> = new Map([
  ['Lambda', ['GATEWAY_IAM_ROLE']],
  ['ApiGateway', ['GATEWAY_IAM_ROLE', 'API_KEY']],
  ['OpenApiSchema', ['GATEWAY_IAM_ROLE', 'OAUTH', 'API_KEY']],
  ['McpServer', ['GATEWAY_IAM_ROLE', 'OAUTH', 'API_KEY']],
  ['SmithyModel', ['GATEWAY_IAM_ROLE', 'OAUTH']],
]);
