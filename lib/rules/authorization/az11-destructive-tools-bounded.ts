import { own } from '../../assembly/cloudformation';
import {
  actionsOf,
  contextPath,
  expressions,
  inputsRead,
  operands,
  type PolicyJson,
  policyViews,
  STATEMENT,
  tagOf,
} from '../cedar-view';
import { defineRule, finding, undecided } from '../rule';
import { allTools } from '../tools';

export const az11 = defineRule({
  id: 'AZ11',
  name: 'destructive-tools-bounded',
  layer: 'authorization',
  level: 'high',
  summary: 'A destructive tool is permitted like a reading one',
  explanation: 'One injected instruction is then enough for an agent that may read to delete, pay or publish.',
  fix: 'Give the tool its own permit with a scope of its own and one more condition: a bounded argument or a step-up claim',
  acknowledge: 'When the tool can be undone; then declare its risk as WRITE.',
  limits:
    'Which tool is destructive is read from its declared risk, else from its name, its first word and the HTTP method. A boolean argument such as "confirmed" does not count: the model sets it, so it proves the flag, not a human.',
  references: ['https://docs.aws.amazon.com/wellarchitected/latest/agentic-ai-lens/security.html'],
  frameworks: {
    owaspMcp: ['02', '06'],
    owaspAgentic: ['01', '02', '09'],
    wellArchitected: ['AGENTSEC07', 'AGENTSEC02-BP01'],
    nist80053: ['AC-6', 'AC-3(2)', 'AC-5'],
  },
  example: {
    bad: `
Orders:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: orders
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: refund, InputSchema: { Type: object } }] } } } }
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition:
      Cedar: { Statement: 'permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"orders___refund", resource) when { principal.hasTag("scope") && principal.getTag("scope") == "o/refund" };' }
`,
    good: `
Orders:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: orders
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: refund, InputSchema: { Type: object } }] } } } }
Policy:
  Type: AWS::BedrockAgentCore::Policy
  Properties:
    Definition:
      Cedar: { Statement: 'permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"orders___refund", resource) when { principal.hasTag("scope") && principal.getTag("scope") == "o/refund" && context.input.amount <= 500 };' }
`,
  },
  *evaluate(model) {
    const risks = new Map(allTools(model).map((tool) => [tool.qualifiedName, tool.risk]));
    const readScopes = new Set(
      policyViews(model).flatMap(({ json }) =>
        json !== undefined && coversRisk(json, risks, 'READ') ? [...scopesAsked(json)] : [],
      ),
    );
    for (const { resource, json, open } of policyViews(model)) {
      const path = `Properties.${STATEMENT}`;
      if (open !== undefined) yield undecided(resource, path, open);
      if (json?.effect !== 'permit' || !coversRisk(json, risks, 'DESTRUCTIVE')) continue;
      const name = (actionsOf(json) ?? []).join(', ');
      if (coversRisk(json, risks, 'READ'))
        yield finding(resource, path, `one permit covers reading and destructive tools: ${name}`, 'mixed');
      const shared = [...scopesAsked(json)].find((scope) => readScopes.has(scope));
      if (shared !== undefined)
        yield finding(resource, path, `the scope "${shared}" also opens a reading tool`, 'scope');
      const flags = flagsOf(json);
      if ([...inputsRead(json)].every((input) => flags.has(input)) && !asksMore(json)) {
        const said = flags.size === 0 ? '' : ` and ${[...flags].join(', ')}, which the model sets itself`;
        yield finding(resource, path, `${name} has no condition beyond who calls${said}`, 'bound');
      }
    }
  },
});

function coversRisk(json: PolicyJson, risks: ReadonlyMap<string, string>, risk: string): boolean {
  return (actionsOf(json) ?? []).some((action) => risks.get(action) === risk);
}

function scopesAsked(json: PolicyJson): Set<string> {
  const scopes = new Set<string>();
  for (const expression of json.conditions.flatMap(({ body }) => [...expressions(body)])) {
    const pair = operands(expression, '==');
    const tag = pair === undefined ? undefined : tagOf(pair[0], 'getTag');
    const value = own(pair?.[1], 'Value');
    if ((tag === 'scope' || tag === 'scp') && typeof value === 'string') scopes.add(value);
  }
  return scopes;
}

/** Arguments that are only asked for a yes or no: compared with one, or standing where Cedar wants one. */
function flagsOf(json: PolicyJson): Set<string> {
  const bodies = json.conditions.map(({ body }) => body);
  const asked = bodies
    .flatMap((body) => [...expressions(body)])
    .flatMap((expression) => {
      const pair = [...(operands(expression, '==') ?? []), ...(operands(expression, '!=') ?? [])];
      const isFlag = pair.some((each) => typeof own(each, 'Value') === 'boolean');
      const operator = ['&&', '||'].flatMap((each) => operands(expression, each) ?? []);
      return [...(isFlag ? pair : []), ...operator, own(own(expression, '!'), 'arg')];
    });
  const paths = [...bodies, ...asked].flatMap((each) => contextPath(each) ?? []);
  return new Set(paths.filter((path) => path.startsWith('input.')).map((path) => path.slice('input.'.length)));
}

/** Claims that say only who calls. */
const IDENTITY = new Set(['scope', 'scp', 'client_id', 'azp', 'sub', 'username', 'iss', 'aud', 'token_use']);

/** A step-up claim, or a time. */
function asksMore(json: PolicyJson): boolean {
  return json.conditions
    .flatMap(({ body }) => [...expressions(body)])
    .some((expression) => {
      const tag = tagOf(expression, 'getTag');
      return (tag !== undefined && !IDENTITY.has(tag)) || contextPath(expression) === 'system.now';
    });
}
