import { CEDAR_ENTITY } from '../../protocol/cedar-entities';
import { qualifiedToolName } from '../../protocol/tool-name';
import { conditionFindings } from './condition-findings';
import { coveredPolicies } from './covered-policies';
import { cedar, namedActions, parsePolicy } from './engine';
import { partsOf } from './expression';
import type { AnalysisInput, PolicyFinding, PolicyFindingKind, ReadPolicy } from './policy-finding';
import { PolicySet } from './policy-set';
import { schemaFromTools } from './schema-from-tools';
import { toolFindings } from './tool-findings';

/** Quotas of the service: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const QUOTA = { statementMin: 35, statementMax: 10_000, policies: 1_000, engineBytes: 200_000, schemaBytes: 400_000 };

/** What is valid Cedar and still not meant: too wide, without effect, open on error, or refused by the service. */
export function analyzePolicies(input: AnalysisInput): PolicyFinding[] {
  const policies = input.policies.flatMap((policy): ReadPolicy[] => {
    const { json } = parsePolicy(policy.text);
    return json === undefined ? [] : [{ ...policy, json }];
  });
  const set = new PolicySet(policies, schemaFromTools(input.tools));
  const tools = input.tools.map((tool) => {
    const request = { action: qualifiedToolName(tool.target, tool.name), gatewayArn: input.gatewayArn };
    return { tool, request, residuals: set.residuals(request) };
  });
  return [
    ...policies.flatMap((policy) => [
      ...scopeFindings(policy, input.gatewayArn),
      ...conditionFindings(policy, input.today),
      ...statementQuota(policy),
    ]),
    ...coveredPolicies(policies, tools),
    ...tools.flatMap((each) => toolFindings(each, set, input.callers)),
    ...engineQuota(input),
  ];
}

/** What CreatePolicy refuses at once, or asks another permission for. */
function scopeFindings({ id, json }: ReadPolicy, gatewayArn: string): PolicyFinding[] {
  const { principal, action, resource } = json;
  const found: PolicyFinding[] = [];
  const report = (kind: PolicyFindingKind, severity: 'error' | 'warning', message: string, fix: string) =>
    found.push({ kind, severity, policyId: id, message: `policy '${id}' ${message}`, fix });
  const pin = `Write resource == ${CEDAR_ENTITY.gateway}::"<gateway ARN>"`;
  if (resource.op === 'All') report('refused-by-service', 'error', 'names no resource, which the service refuses', pin);
  if (resource.op === 'is' && action.op !== 'All') {
    report('refused-by-service', 'error', 'names an action but no gateway, which the service refuses', pin);
  }
  if (resource.op === 'is' && action.op === 'All') {
    const fix = 'Name action and gateway, or deploy it with bedrock-agentcore:ManageAdminPolicy';
    report('needs-admin-permission', 'warning', 'is about every action of every gateway', fix);
  }
  const arn = resource.op === '==' && 'entity' in resource ? uidOf(resource.entity).id : undefined;
  if (arn !== undefined && arn !== gatewayArn) {
    report(
      'refused-by-service',
      'error',
      'is about another gateway',
      'Use the ARN of the gateway that the engine serves',
    );
  }
  if (namesType([principal, json.conditions], CEDAR_ENTITY.unauthenticatedUser)) {
    const fix = 'Name AgentCore::OAuthUser or AgentCore::IamEntity';
    report('refused-by-service', 'error', 'names unauthenticated callers, which the service refuses', fix);
  }
  if (action.op === 'in' && namedActions(json) !== undefined) {
    const fix = 'Write one policy per tool with action ==';
    report('disputed-action-list', 'warning', 'lists actions, which fails as a whole when one of them is unknown', fix);
  }
  return found;
}

function namesType(parts: unknown, type: string): boolean {
  return [...partsOf(parts)].some((part) => part.entity_type === type || part.type === type);
}

function statementQuota({ id, text }: ReadPolicy): PolicyFinding[] {
  if (text.length >= QUOTA.statementMin && text.length <= QUOTA.statementMax) return [];
  const message = `policy '${id}' has ${text.length} characters; the service accepts ${QUOTA.statementMin} to ${QUOTA.statementMax}`;
  return [
    { kind: 'quota', severity: 'error', policyId: id, message, fix: 'Split it, or use a common scope, group or claim' },
  ];
}

function engineQuota({ policies, tools }: AnalysisInput): PolicyFinding[] {
  const answer = cedar().schemaToText(schemaFromTools(tools));
  const sizes = [
    ['policies', policies.length, QUOTA.policies],
    ['bytes of policy text', policies.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0), QUOTA.engineBytes],
    ['bytes of Cedar schema', answer.type === 'success' ? Buffer.byteLength(answer.text) : 0, QUOTA.schemaBytes],
  ] as const;
  return sizes
    .filter(([, size, limit]) => size > limit)
    .map(([what, size, limit]) => ({
      kind: 'quota',
      // The limits of an engine can be raised for an account; that of a statement cannot.
      severity: 'warning',
      message: `the policy engine would have ${size} ${what}; the default quota is ${limit}`,
      fix: 'Ask for a higher quota before you deploy, or use several gateways',
    }));
}

function uidOf(uid: { __entity: { type: string; id: string } } | { type: string; id: string }): {
  type: string;
  id: string;
} {
  return '__entity' in uid ? uid.__entity : uid;
}
