import { own } from '../../assembly/cloudformation';
import { targetKind } from '../gateways';
import { judge, judgeLiteral } from '../read';
import { defineRule, finding } from '../rule';
import { contractHash } from '../tool-contract';
import { toolsOf } from '../tools';
import { TARGET } from '../types';

export const az23 = defineRule({
  id: 'AZ23',
  name: 'tool-contract-locked',
  layer: 'authorization',
  level: 'high',
  summary: 'The tools can change after somebody approved them',
  explanation:
    'A server that lists its tools anew on each request can turn a harmless tool into another one overnight.',
  fix: 'Set ListingMode to DEFAULT and pin the tools in McpToolSchema; keep the approved contracts in mcp-tools.lock',
  acknowledge: 'When the server is yours and is deployed with this app.',
  limits: 'Contracts are compared only when a lock is given (secure-mcp check --lock).',
  references: ['https://owasp.org/www-project-mcp-top-10/'],
  frameworks: {
    owaspMcp: ['03', '04'],
    owaspAgentic: ['04'],
    wellArchitected: ['AGENTSEC02', 'SEC06-BP04'],
    nist80053: ['SI-7', 'CM-3', 'CM-14', 'SR-11'],
  },
  example: {
    bad: `
Vendor:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { Name: vendor, TargetConfiguration: { Mcp: { McpServer: { Endpoint: https://vendor.example.com/mcp, ListingMode: DYNAMIC } } } }
`,
    good: `
Vendor:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: vendor
    TargetConfiguration:
      Mcp: { McpServer: { Endpoint: https://vendor.example.com/mcp, McpToolSchema: { InlinePayload: '{"tools":[]}' } } }
`,
  },
  *evaluate(model, { options }) {
    for (const target of model.ofType(TARGET)) {
      if (targetKind(target) === 'McpServer') {
        const server = 'TargetConfiguration.Mcp.McpServer';
        yield* judgeLiteral(
          target,
          `${server}.ListingMode`,
          (mode) => (mode === 'DYNAMIC' ? 'ListingMode is DYNAMIC' : undefined),
          'listing',
        );
        yield* judge(
          target,
          `${server}.McpToolSchema`,
          (schema) => (schema === undefined ? 'the tools of the server are not pinned' : undefined),
          'pinned',
        );
      }
      const lock = options.toolLock;
      if (lock === undefined) continue;
      for (const tool of toolsOf(target).tools) {
        const locked = own(lock, tool.qualifiedName);
        const path = `Properties.${tool.path}`;
        if (locked === undefined)
          yield finding(target, path, `${tool.qualifiedName} is not in the lock`, tool.qualifiedName);
        else if (locked !== contractHash(model, tool))
          yield finding(target, path, `${tool.qualifiedName} differs from the lock`, tool.qualifiedName);
      }
    }
  },
});
