import type { ModelResource } from '../../assembly/template-model';
import { TOOL_NAME_DELIMITER } from '../../protocol/tool-name';
import { actionsOf, policyViews, STATEMENT } from '../cedar-view';
import { readsPrincipal } from '../constant-condition';
import { gatewayNamed, gatewaysOf } from '../gateways';
import { at } from '../read';
import { defineRule, finding, undecided, warning } from '../rule';

export const az06 = defineRule({
  id: 'AZ06',
  name: 'no-unconstrained-permit',
  layer: 'authorization',
  level: 'critical',
  summary: 'A permit covers more than one tool of one gateway, or everybody',
  explanation:
    'permit(principal, action, resource) opens every tool to every caller, also the tools that are added later.',
  fix: 'Write one permit per tool: principal is AgentCore::OAuthUser, action == the tool, resource == the ARN of the gateway',
  acknowledge: 'For a gateway with nothing but public, read-only tools.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-understanding-cedar.html'],
  frameworks: {
    owaspMcp: ['02', '07'],
    owaspAgentic: ['02', '03'],
    wellArchitected: ['AGENTSEC02-BP01', 'SEC03-BP02'],
    nist80053: ['AC-6', 'AC-3'],
  },
  example: {
    bad: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties: { Definition: { Cedar: { Statement: "permit(principal, action, resource);" } } }
`,
    good: `
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition:
      Cedar:
        Statement: !Sub |
          permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"orders___get", resource == AgentCore::Gateway::"\${Gateway.GatewayArn}")
          when { principal.hasTag("scope") && principal.getTag("scope") == "orders/get" };
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: CUSTOM_JWT } }
`,
  },
  *evaluate(model) {
    for (const { resource, engine, json, open } of policyViews(model)) {
      const path = `Properties.${STATEMENT}`;
      if (open !== undefined) yield undecided(resource, path, open);
      if (json?.effect !== 'permit') continue;
      const gateways = gatewaysOf(model, engine);
      const signed = gateways.length > 0 && gateways.every((gateway) => at(gateway, 'AuthorizerType') === 'AWS_IAM');
      const actions = actionsOf(json);
      if (actions === undefined) yield finding(resource, path, 'the permit covers every action', 'action');
      else if (actions.some((action) => !action.includes(TOOL_NAME_DELIMITER))) {
        yield warning(resource, path, `the permit covers a group of tools: ${actions.join(', ')}`, 'group');
      }
      if (json.principal.op === 'All' && !readsPrincipal(json) && !signed)
        yield finding(resource, path, 'the permit covers every principal', 'principal');
      if (signed && json.conditions.length === 0)
        yield warning(resource, path, 'the permit of an IAM gateway has no condition', 'conditions');
      const pinned = json.resource.op === '==' ? json.resource.entity?.id : undefined;
      if (pinned === undefined) yield warning(resource, path, 'the permit is not pinned to one gateway', 'resource');
      else if (
        gateways.length > 0 &&
        !gateways.includes(gatewayNamed(model, pinned) as ModelResource) &&
        pinned.includes('${')
      ) {
        yield finding(resource, path, 'the permit is pinned to a gateway that does not use its engine', 'resource');
      }
    }
  },
});
