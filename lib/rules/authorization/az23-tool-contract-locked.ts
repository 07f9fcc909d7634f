import { own } from '../../assembly/cloudformation';
import { lockDifferences } from '../../core/tool-lock';
import { targetKind } from '../gateways';
import { judge, judgeLiteral } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { type LocatedContract, openContracts, toolContracts } from '../tool-contract';
import { SMITHY_DOCUMENTATION } from '../tools';
import { TARGET } from '../types';

export const az23 = defineRule({
  id: 'AZ23',
  name: 'tool-contract-locked',
  layer: 'authorization',
  level: 'high',
  summary: 'The tools can change after somebody approved them',
  explanation:
    'A server that lists its tools anew on each request can turn a harmless tool into another one overnight.',
  fix: 'Set ListingMode to DEFAULT and pin the tools in McpToolSchema; approve a change of a tool with `secure-mcp lock`',
  acknowledge: 'When the server is yours and is deployed with this app.',
  limits:
    'Tools are compared only when there is a lock: property `toolLock`, context `cdk-secure-mcp:toolLock`, or `secure-mcp check --lock`.',
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
    }
    const lock = options.toolLock;
    if (lock === undefined) return;
    for (const { target, path, why } of openContracts(model)) yield undecided(target, `Properties.${path}`, why);
    const contracts = toolContracts(model);
    for (const { gateway, qualifiedName, part, message, contract } of lockDifferences(lock, contracts)) {
      const { target } = contract ?? contracts.find((each) => each.gateway === gateway)!;
      const path = contract === undefined ? 'TargetConfiguration' : pathOf(contract, part);
      yield finding(target, `Properties.${path}`, message, `${qualifiedName}:${part}`);
    }
  },
});

/** Where the part stands in the target, as exactly as the template shows it. */
function pathOf({ path, tool }: LocatedContract, part: string): string {
  if (part === 'description') {
    const keys = ['Description', 'description', 'summary', SMITHY_DOCUMENTATION];
    const key = keys.find((each) => own(tool?.definition, each) === tool?.description);
    return key === undefined ? path : `${path}.${key}`;
  }
  return part.startsWith('arguments.') && own(tool?.definition, 'InputSchema') !== undefined
    ? `${path}.InputSchema`
    : path;
}
