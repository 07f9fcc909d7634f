import { actionsOf, policiesOf } from '../cedar-view';
import { engineOf, targetsOf, unknownGateway } from '../gateways';
import { at } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { toolsOf } from '../tools';
import { GATEWAY, TARGET } from '../types';

export const az04 = defineRule({
  id: 'AZ04',
  name: 'every-tool-has-permit',
  layer: 'authorization',
  level: 'medium',
  summary: 'A tool has no permit, or a permit has no tool',
  explanation: 'A tool nobody may call is dead, and somebody will wake it up with a broad permit.',
  fix: 'Permit the tool to those who need it, or remove the tool',
  acknowledge: 'For a tool that is deployed before its callers are decided.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-understanding-cedar.html'],
  frameworks: { owaspMcp: ['02'], owaspAgentic: ['02'], wellArchitected: ['AGENTSEC02'], nist80053: ['AC-3', 'CM-2'] },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { PolicyEngineConfiguration: { Arn: !GetAtt Engine.PolicyEngineArn, Mode: ENFORCE } }
Engine: { Type: AWS::BedrockAgentCore::PolicyEngine, Properties: { Name: orders } }
Orders:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: orders
    GatewayIdentifier: !Ref Gateway
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: refund, InputSchema: { Type: object } }] } } } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { PolicyEngineConfiguration: { Arn: !GetAtt Engine.PolicyEngineArn, Mode: ENFORCE } }
Engine: { Type: AWS::BedrockAgentCore::PolicyEngine, Properties: { Name: orders } }
Orders:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: orders
    GatewayIdentifier: !Ref Gateway
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: refund, InputSchema: { Type: object } }] } } } }
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    PolicyEngineId: !GetAtt Engine.PolicyEngineId
    Definition:
      Cedar: { Statement: 'permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"orders___refund", resource);' }
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const open = unknownGateway(model, target);
      if (open !== undefined) yield undecided(target, 'Properties.GatewayIdentifier', open);
    }
    for (const gateway of model.ofType(GATEWAY)) {
      if (at(gateway, 'PolicyEngineConfiguration') === undefined) continue; // AZ01 says so
      const engine = engineOf(model, gateway);
      if (engine === undefined) {
        yield undecided(
          gateway,
          'Properties.PolicyEngineConfiguration.Arn',
          'the policy engine is not in the assembly',
        );
        continue;
      }
      const policies = policiesOf(model, engine).filter((policy) => policy.active);
      const unread = policies.find(({ open }) => open !== undefined);
      const permits = policies.flatMap(({ json }) => (json?.effect === 'permit' ? [json] : []));
      const everything = permits.some((permit) => actionsOf(permit) === undefined);
      const permitted = new Set(permits.flatMap((permit) => actionsOf(permit) ?? []));
      for (const target of targetsOf(model, gateway)) {
        const { tools, open } = toolsOf(target);
        if (open !== undefined) yield undecided(target, `Properties.${open.path}`, open.why);
        for (const tool of tools) {
          const groups = [tool.qualifiedName, tool.targetName, 'CallTool', 'Mcp'];
          if (everything || groups.some((action) => permitted.has(action))) continue;
          if (unread?.open !== undefined) yield undecided(target, `Properties.${tool.path}`, unread.open);
          else
            yield finding(
              target,
              `Properties.${tool.path}`,
              `no active permit names ${tool.qualifiedName}`,
              tool.qualifiedName,
            );
        }
      }
    }
  },
});
