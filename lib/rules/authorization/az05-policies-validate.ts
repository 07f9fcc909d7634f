import type { ModelResource, TemplateModel } from '../../assembly/template-model';
import { parsePolicy, validatePolicies } from '../../core/cedar/engine';
import { type CedarTool, schemaFromTools } from '../../core/cedar/schema-from-tools';
import { groupedBy } from '../../core/grouped-by';
import { actionsOf, policiesOf, policyViews, STATEMENT } from '../cedar-view';
import { engineOf, targetsOf } from '../gateways';
import { defineRule, finding, type Outcome, undecided, warning } from '../rule';
import { targetNameOf, toolsOf } from '../tools';
import { GATEWAY } from '../types';

export const az05 = defineRule({
  id: 'AZ05',
  name: 'policies-validate',
  layer: 'authorization',
  level: 'high',
  summary: 'A policy does not fit the tools',
  explanation:
    'The service refuses it at deployment, or it means something else than its author thinks: an unknown action, another type, an argument that may be absent.',
  fix: 'Correct the policy as the message says; the names are <target>___<tool> with three underscores',
  acknowledge: 'For a warning about a name in another script that is right.',
  limits: 'The schema is made from the tools as the vendor’s public generator makes it; the service has the last word.',
  references: [
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-understanding-cedar.html',
    'https://docs.cedarpolicy.com/policies/validation.html',
  ],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['02'],
    wellArchitected: ['AGENTSEC02', 'SEC11-BP02'],
    nist80053: ['CM-6', 'SI-10', 'AC-3'],
  },
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
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    PolicyEngineId: !GetAtt Engine.PolicyEngineId
    Definition:
      Cedar: { Statement: 'permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"orders__refund", resource);' }
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
    const engines = groupedBy(model.ofType(GATEWAY), (gateway) => engineOf(model, gateway));
    for (const policy of policyViews(model)) {
      if (policy.open !== undefined) yield undecided(policy.resource, `Properties.${STATEMENT}`, policy.open);
      else if (policy.text === undefined)
        yield finding(policy.resource, 'Properties.Definition', 'the policy has no Cedar statement', 'statement');
      else if (policy.engine === undefined || !engines.has(policy.engine)) {
        const problems = parsePolicy(policy.text).problems;
        for (const problem of problems)
          yield finding(policy.resource, `Properties.${STATEMENT}`, problem.message, 'syntax');
        if (problems.length === 0)
          yield undecided(policy.resource, 'Properties.PolicyEngineId', 'no gateway of the assembly uses its engine');
      }
    }
    for (const [engine, gateways] of engines) yield* validated(model, engine, gateways);
  },
});

function* validated(
  model: TemplateModel,
  engine: ModelResource,
  gateways: readonly ModelResource[],
): Iterable<Outcome> {
  const policies = policiesOf(model, engine).filter((policy) => policy.text !== undefined);
  const byId = new Map(
    policies.map((policy) => [`${policy.resource.stack.name}/${policy.resource.logicalId}`, policy]),
  );
  const targets = gateways.flatMap((gateway) => targetsOf(model, gateway));
  const partial = targets
    .map((target) => ({ target, open: toolsOf(target).open ?? schemaless(target) }))
    .filter(({ open }) => open !== undefined);
  const tools: CedarTool[] = targets.flatMap((target) =>
    toolsOf(target).tools.map(({ targetName, name, inputSchema }) => ({
      target: targetName,
      name,
      inputSchema: inputSchema ?? { type: 'object' },
    })),
  );
  const problems = validatePolicies(
    [...byId].map(([id, { text }]) => ({ id, text: text! })),
    schemaFromTools(tools),
  );
  for (const problem of problems) {
    const { resource, json } = byId.get(problem.policyId)!;
    const path = `Properties.${STATEMENT}`;
    const message = problem.help === undefined ? problem.message : `${problem.message} (${problem.help})`;
    const near =
      json === undefined
        ? undefined
        : partial.find(({ target }) =>
            (actionsOf(json) ?? []).some((action) => action.startsWith(targetNameOf(target))),
          );
    if (near !== undefined)
      yield undecided(
        resource,
        path,
        `the tools of ${near.target.logicalId} are not all known, and without them: ${message}`,
      );
    else if (problem.severity === 'warning') yield warning(resource, path, message, message.slice(0, 60));
    else yield finding(resource, path, message, message.slice(0, 60));
  }
}

/** Operations of an API are known by name only. */
function schemaless(target: ModelResource): { path: string; why: string } | undefined {
  const without = toolsOf(target).tools.find((tool) => tool.inputSchema === undefined);
  return without === undefined
    ? undefined
    : { path: without.path, why: 'the input of the tool is not in the template' };
}
