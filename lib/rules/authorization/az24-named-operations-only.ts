import { asList, within } from '../../assembly/template-model';
import { targetKind } from '../gateways';
import { at, judge, openPart, texts } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { TARGET } from '../types';

export const az24 = defineRule({
  id: 'AZ24',
  name: 'named-operations-only',
  layer: 'authorization',
  level: 'high',
  summary: 'The target exposes a whole API',
  explanation: 'Every operation that is added to the API later becomes a tool without anybody deciding it.',
  fix: 'List each path with its methods in ToolFilters, name each operation in ToolOverrides, and list the enabled parts of a connector',
  acknowledge: 'For DELETE on one path; name the permit that bounds it.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-target-api-gateway.html'],
  frameworks: { owaspMcp: ['02'], owaspAgentic: ['02'], wellArchitected: ['AGENTSEC02'], nist80053: ['CM-7', 'AC-6'] },
  example: {
    bad: `
Api:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: api
    TargetConfiguration: { Mcp: { ApiGateway: { ApiGatewayToolConfiguration: { ToolFilters: [{ FilterPath: "/*", Methods: [GET, DELETE] }] } } } }
`,
    good: `
Api:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: api
    TargetConfiguration:
      Mcp:
        ApiGateway:
          ApiGatewayToolConfiguration:
            ToolFilters: [{ FilterPath: "/orders/{id}", Methods: [GET] }]
            ToolOverrides: [{ Name: get_order, Path: "/orders/{id}", Method: GET }]
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const kind = targetKind(target);
      if (kind === 'Connector') {
        const path = `TargetConfiguration.${at(target, 'TargetConfiguration.Mcp.Connector') === undefined ? 'Http' : 'Mcp'}.Connector.Enabled`;
        yield* judge(
          target,
          path,
          (enabled) => (asList(enabled).length > 0 ? undefined : 'no part of the connector is named'),
          'connector',
        );
      }
      if (kind !== 'ApiGateway') continue;
      const base = 'TargetConfiguration.Mcp.ApiGateway.ApiGatewayToolConfiguration';
      const overrides = asList(at(target, `${base}.ToolOverrides`));
      const filters = at(target, `${base}.ToolFilters`);
      const open = openPart(filters) ?? openPart(overrides);
      if (open !== undefined) {
        yield undecided(target, `Properties.${base}`, open);
        continue;
      }
      for (const filter of asList(filters)) {
        const route = String(within(filter, 'FilterPath'));
        for (const method of texts(within(filter, 'Methods'))) {
          const path = `Properties.${base}.ToolFilters`;
          if (/\*/.test(route) || method === 'ANY' || method === '*')
            yield finding(target, path, `${method} ${route} exposes more than one operation`, `${method} ${route}`);
          else if (method === 'DELETE') yield finding(target, path, `DELETE ${route} is exposed`, `DELETE ${route}`);
          else if (!overrides.some((each) => within(each, 'Path') === route && within(each, 'Method') === method)) {
            yield finding(
              target,
              path,
              `${method} ${route} has no name of its own in ToolOverrides`,
              `${method} ${route}`,
            );
          }
        }
      }
    }
  },
});
