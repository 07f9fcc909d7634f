import { own } from '../../assembly/cloudformation';
import { isUnknown } from '../../assembly/resolve';
import { asList, type TemplateModel } from '../../assembly/template-model';
import { targetKind } from '../gateways';
import { at, judge, shownReference } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { parsedJson } from '../tools';
import { GATEWAY, TARGET } from '../types';
import { endpointProblem, isHostOpen } from '../urls';

export const out09 = defineRule({
  id: 'OUT09',
  name: 'public-https-endpoints',
  layer: 'outbound',
  level: 'high',
  summary: 'A target points at an internal, changeable or unencrypted address',
  explanation:
    'Through the gateway a caller reaches what is behind such an address: metadata services, internal hosts, the vendor of the day.',
  fix: 'Use one https name per target; reach internal hosts through PrivateEndpoint',
  acknowledge: 'When the host is internal and the target has a PrivateEndpoint that the template cannot show.',
  limits: 'What a name resolves to can change after deployment (DNS rebinding).',
  references: ['https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices'],
  frameworks: {
    owaspMcp: ['05', '09'],
    owaspAgentic: ['02', '07'],
    wellArchitected: ['SEC05-BP02'],
    nist80053: ['SC-7', 'AC-4', 'CM-7'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { TargetConfiguration: { Mcp: { McpServer: { Endpoint: "https://169.254.169.254/latest" } } } }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { TargetConfiguration: { Mcp: { McpServer: { Endpoint: "https://api.partner.example.com/v1" } } } }
`,
  },
  *evaluate(model, { options }) {
    for (const target of model.ofType(TARGET)) {
      const isPrivate = at(target, 'PrivateEndpoint') !== undefined;
      const problem = (url: unknown) => {
        const text = String(url);
        return isPrivate && text.startsWith('https://') ? undefined : endpointProblem(text, options.approvedHosts);
      };
      for (const path of ['Mcp.McpServer.Endpoint', 'Http.Passthrough.Endpoint', 'Inference.Provider.Endpoint']) {
        const url = at(target, `TargetConfiguration.${path}`);
        if (url === undefined) continue;
        if (isUnknown(url)) yield undecided(target, `Properties.TargetConfiguration.${path}`, url);
        else if (isGatewayUrl(model, url)) continue;
        else if (isHostOpen(String(url)))
          yield undecided(target, `Properties.TargetConfiguration.${path}`, `it is ${shownReference(String(url))}`);
        else yield* judge(target, `TargetConfiguration.${path}`, problem);
      }
      if (targetKind(target) !== 'OpenApiSchema') continue;
      const path = 'TargetConfiguration.Mcp.OpenApiSchema.InlinePayload';
      const payload = at(target, path);
      if (isUnknown(payload)) yield undecided(target, `Properties.${path}`, payload);
      const document = parsedJson(payload);
      if (document === undefined) continue;
      const servers = asList(own(document, 'servers'));
      if (servers.length !== 1)
        yield finding(
          target,
          `Properties.${path}.servers`,
          `the document names ${servers.length} servers, not one`,
          'servers',
        );
      for (const server of servers) {
        const url = String(own(server, 'url'));
        if (isHostOpen(url)) {
          yield undecided(target, `Properties.${path}.servers`, `it is ${shownReference(url)}`);
          continue;
        }
        const detail = problem(url);
        if (detail !== undefined) yield finding(target, `Properties.${path}.servers`, detail, detail);
      }
    }
  },
});

/** A gateway behind this one: its address is the service's. */
function isGatewayUrl(model: TemplateModel, url: unknown): boolean {
  const { resource, attribute } = model.reference(url) ?? {};
  return resource?.type === GATEWAY && attribute === 'GatewayUrl';
}
