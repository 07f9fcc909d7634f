import { asList } from '../../assembly/template-model';
import { MCP_VERSION_WITHOUT_HEADER } from '../../protocol/mcp';
import { asNumber, at, judge } from '../read';
import { defineRule } from '../rule';
import { GATEWAY } from '../types';

export const in15 = defineRule({
  id: 'IN15',
  name: 'modern-mcp-revisions',
  layer: 'inbound',
  level: 'medium',
  summary: 'The gateway serves an outdated MCP revision or unbounded sessions',
  explanation:
    '2025-03-26 allows JSON-RPC batches and needs no MCP-Protocol-Version header: what inspects one method per body sees an array.',
  fix: 'List SupportedVersions without 2025-03-26, and keep SessionTimeoutInSeconds at an hour or less',
  acknowledge: 'While a client that speaks only 2025-03-26 is migrated; give the date.',
  references: [
    'https://modelcontextprotocol.io/specification/2025-06-18/changelog',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-using.html',
  ],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['08'],
    wellArchitected: ['SEC05-BP02'],
    nist80053: ['CM-7', 'SC-23', 'SA-22'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { AuthorizerType: AWS_IAM, ProtocolConfiguration: { Mcp: { SupportedVersions: ["2025-03-26"] } } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { AuthorizerType: AWS_IAM, ProtocolConfiguration: { Mcp: { SupportedVersions: ["2026-07-28", "2025-11-25"] } } }
`,
  },
  *evaluate(model, { options }) {
    for (const gateway of model.ofType(GATEWAY)) {
      yield* judge(
        gateway,
        'ProtocolConfiguration.Mcp.SupportedVersions',
        (value) => {
          const versions = asList(value).map(String);
          if (versions.length === 0) return 'SupportedVersions is not set';
          return versions.includes(MCP_VERSION_WITHOUT_HEADER) ? `${MCP_VERSION_WITHOUT_HEADER} is served` : undefined;
        },
        'versions',
      );
      yield* judge(
        gateway,
        'ProtocolConfiguration.Mcp.SessionConfiguration.SessionTimeoutInSeconds',
        (value) => {
          if (value === undefined) return undefined;
          if (at(gateway, 'AuthorizerType') === 'NONE') return 'sessions are bound to nobody without authentication';
          const seconds = asNumber(value);
          return seconds !== undefined && seconds <= options.maxSessionSeconds
            ? undefined
            : `sessions live ${String(value)} seconds`;
        },
        'sessions',
      );
    }
  },
});
