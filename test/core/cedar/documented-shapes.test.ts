import { analyzePolicies } from '../../../lib/core/cedar/analyze-policies';
import { validatePolicies } from '../../../lib/core/cedar/engine';
import { schemaFromTools } from '../../../lib/core/cedar/schema-from-tools';
import { GATEWAY } from './fixture';

/** The tools that the policies of AWS's pages and samples are written for. */
const TOOLS = [
  {
    target: 'RefundTool',
    name: 'process_refund',
    inputSchema: {
      type: 'object' as const,
      properties: {
        orderId: { type: 'string' as const },
        amount: { type: 'number' as const },
        cents: { type: 'integer' as const },
        region: { type: 'string' as const },
      },
      required: ['orderId', 'amount', 'cents'],
    },
  },
  { target: 'sample-tool-target', name: 'text_analysis_tool', inputSchema: { type: 'object' as const } },
];

const REFUND = 'action == AgentCore::Action::"RefundTool___process_refund"';
const ANALYSIS = 'action == AgentCore::Action::"sample-tool-target___text_analysis_tool"';
const USER = 'principal is AgentCore::OAuthUser';
const PINNED = `resource == AgentCore::Gateway::"${GATEWAY}"`;

function verdict(principal: string, action: string, resource: string, condition: string): string {
  const policies = [
    {
      id: 'p',
      text: `permit (${principal}, ${action}, ${resource})${condition === '' ? '' : ` when { ${condition} }`};`,
    },
  ];
  const [problem] = validatePolicies(policies, schemaFromTools(TOOLS));
  if (problem !== undefined) return problem.message;
  const refused = analyzePolicies({ gatewayArn: GATEWAY, tools: TOOLS, policies, callers: [] }).find(
    ({ policyId, severity }) => policyId === 'p' && severity === 'error',
  );
  return refused?.kind ?? 'accepted';
}

/** Shapes that public pages, samples and READMEs show, and what becomes of them. */
test.each<[string, string, string, string, string, string]>([
  [
    'three underscores, claim with guard',
    USER,
    ANALYSIS,
    PINNED,
    'principal.hasTag("department") && principal.getTag("department") == "finance"',
    'accepted',
  ],
  [
    'two underscores (L2 README)',
    USER,
    'action == AgentCore::Action::"RefundTool__process_refund"',
    PINNED,
    'true',
    'unrecognized action',
  ],
  [
    'a claim as attribute (L2 PolicyAttribute)',
    USER,
    REFUND,
    PINNED,
    'principal.department == "finance"',
    'attribute `department`',
  ],
  [
    'number as Long (L2 numberLessThanOrEquals)',
    USER,
    REFUND,
    PINNED,
    'context.input.amount <= 500',
    'expected Long but saw decimal',
  ],
  ['number as decimal', USER, REFUND, PINNED, 'context.input.amount.lessThan(decimal("500.00"))', 'accepted'],
  ['integer as Long', USER, REFUND, PINNED, 'context.input.cents < 50000', 'accepted'],
  [
    'integer as decimal',
    USER,
    REFUND,
    PINNED,
    'context.input.cents.lessThan(decimal("500.00"))',
    'expected decimal but saw Long',
  ],
  ['a float literal', USER, REFUND, PINNED, 'context.input.amount < 500.5', 'unexpected token'],
  ['bare resource', USER, REFUND, 'resource', 'principal.hasTag("a")', 'refused-by-service'],
  [
    'resource by type with an action',
    USER,
    REFUND,
    'resource is AgentCore::Gateway',
    'principal.hasTag("a")',
    'refused-by-service',
  ],
  [
    'resource by type with any action',
    USER,
    'action',
    'resource is AgentCore::Gateway',
    'principal.hasTag("role") && principal.getTag("role") == "admin"',
    'accepted',
  ],
  ['any action with an argument', USER, 'action', PINNED, 'context.input.orderId == "a"', 'attribute `input.orderId`'],
  ['permit all', 'principal', 'action', 'resource is AgentCore::Gateway', '', 'unconditional-permit'],
  [
    'a tag without guard',
    USER,
    REFUND,
    PINNED,
    'principal.getTag("role") == "admin"',
    'unable to guarantee safety of access to tag',
  ],
  [
    'a guard by negation',
    USER,
    REFUND,
    PINNED,
    '!(principal.hasTag("role")) || principal.getTag("role") == "admin"',
    'unable to guarantee safety of access to tag',
  ],
  [
    'an optional argument without guard',
    USER,
    REFUND,
    PINNED,
    'context.input.region == "eu"',
    'optional attribute `input.region`',
  ],
  [
    'an optional argument with guard',
    USER,
    REFUND,
    PINNED,
    'context.input has region && context.input.region == "eu"',
    'accepted',
  ],
  [
    'a tag compared with a number',
    USER,
    REFUND,
    PINNED,
    'principal.hasTag("level") && principal.getTag("level") == 5',
    'the types Long and String are not compatible',
  ],
  [
    'scope by substring (AWS sample)',
    USER,
    REFUND,
    PINNED,
    'principal.hasTag("scope") && principal.getTag("scope") like "*refund*"',
    'accepted',
  ],
  [
    'an untyped principal that reads its id',
    'principal',
    REFUND,
    PINNED,
    'principal.id == "a"',
    'attribute `id` on entity type `AgentCore::UnauthenticatedUser` not found',
  ],
  [
    'an IAM role',
    'principal is AgentCore::IamEntity',
    REFUND,
    PINNED,
    'principal.id like "arn:aws:sts::123456789012:assumed-role/R/*"',
    'accepted',
  ],
  [
    'tags of an IAM caller',
    'principal is AgentCore::IamEntity',
    REFUND,
    PINNED,
    'principal.hasTag("a")',
    'policy is impossible',
  ],
  [
    'a group of actions',
    USER,
    'action in AgentCore::Action::"RefundTool"',
    PINNED,
    'context.input.cents < 5',
    'accepted',
  ],
  ['the time', USER, REFUND, PINNED, 'context.system.now < datetime("2027-01-01T00:00:00Z")', 'accepted'],
  ['context that the service does not have', USER, REFUND, PINNED, 'context.runtime.arn == "a"', 'attribute `runtime`'],
  [
    'unauthenticated callers',
    'principal is AgentCore::UnauthenticatedUser',
    REFUND,
    PINNED,
    'context.input.cents < 5',
    'refused-by-service',
  ],
  ['an entity type of one’s own', 'principal in MyApp::Group::"a"', REFUND, PINNED, 'true', 'MyApp::Group'],
  ['a template slot', 'principal == ?principal', REFUND, PINNED, 'true', 'template'],
])('%s', (_what, principal, action, resource, condition, expected) => {
  expect(verdict(principal, action, resource, condition)).toContain(expected);
});
