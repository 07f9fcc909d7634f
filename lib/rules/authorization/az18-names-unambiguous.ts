import type { ModelResource, TemplateModel } from '../../assembly/template-model';
import { QUALIFIED_TOOL_NAME_MAX, SEARCH_TOOL_NAME, TARGET_NAME_PATTERN } from '../../protocol/tool-name';
import { gatewayOf } from '../gateways';
import { at, judgeLiteral } from '../read';
import { defineRule, finding, warning } from '../rule';
import { toolsOf } from '../tools';
import { GATEWAY, TARGET } from '../types';

export const az18 = defineRule({
  id: 'AZ18',
  name: 'names-unambiguous',
  layer: 'authorization',
  level: 'high',
  summary: 'A tool or target name can be taken for another',
  explanation:
    'Names that differ in case, separators, letters that look alike or a second "___" are one name to a person, a log or a parser.',
  fix: 'Use letters, digits and single hyphens for targets, [A-Za-z][A-Za-z0-9_-]* without "__" for tools, 64 characters together',
  acknowledge: 'When clients already depend on the name; name them.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-tool-naming.html'],
  frameworks: {
    owaspMcp: ['03'],
    owaspAgentic: ['02', '04'],
    wellArchitected: ['AGENTSEC02'],
    nist80053: ['SI-10', 'CM-8'],
  },
  example: {
    bad: `
Crm:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: crm
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: get___user, InputSchema: { Type: object } }] } } } }
`,
    good: `
Crm:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: crm
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: get_user, InputSchema: { Type: object } }] } } } }
`,
  },
  *evaluate(model) {
    const seen = new Map<string, string>();
    const bare = new Map<string, string>();
    for (const target of model.ofType(TARGET)) {
      yield* judgeLiteral(
        target,
        'Name',
        (name) =>
          typeof name === 'string' && TARGET_NAME_PATTERN.test(name)
            ? undefined
            : `the target is named ${String(name ?? 'nothing')}`,
        'target',
      );
      for (const tool of toolsOf(target).tools) {
        const path = `Properties.${tool.path}`;
        if (
          !/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(tool.name) ||
          (tool.name.includes('__') && !isBehindGateway(model, target))
        ) {
          yield finding(target, path, `the tool is named ${tool.name}`, tool.name);
        }
        if (tool.name === SEARCH_TOOL_NAME)
          yield finding(target, path, 'the name is that of the search tool of the gateway', 'reserved');
        if (tool.qualifiedName.length > QUALIFIED_TOOL_NAME_MAX)
          yield finding(
            target,
            path,
            `${tool.qualifiedName} has more than ${QUALIFIED_TOOL_NAME_MAX} characters`,
            'length',
          );
        const gateway = gatewayOf(model, target)?.logicalId ?? '';
        const folded = `${gateway}/${lookOf(tool.qualifiedName)}`;
        const other = seen.get(folded);
        if (other !== undefined) yield finding(target, path, `${tool.qualifiedName} reads like ${other}`, 'twin');
        seen.set(folded, tool.qualifiedName);
        const shadow = bare.get(`${gateway}/${tool.name}`);
        if (shadow !== undefined && shadow !== tool.targetName)
          yield warning(target, path, `${shadow} has a tool of the same name`, 'shadow');
        bare.set(`${gateway}/${tool.name}`, tool.targetName);
      }
    }
  },
});

/** The same for names that people take for one another: case, separators, 0 and O, 1 and l and I. */
function lookOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[-_.]+/g, '_')
    .replaceAll('0', 'o')
    .replace(/[1i]/g, 'l');
}

/** The tools of a gateway behind this one already carry the delimiter. */
function isBehindGateway(model: TemplateModel, target: ModelResource): boolean {
  const endpoint = at(target, 'TargetConfiguration.Mcp.McpServer.Endpoint');
  return (
    model.referenced(endpoint)?.type === GATEWAY || /\.gateway\.bedrock-agentcore\.[^/]+\/mcp$/.test(String(endpoint))
  );
}
