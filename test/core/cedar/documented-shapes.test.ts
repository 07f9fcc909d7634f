import { analyzePolicies } from '../../../lib/core/cedar/analyze-policies';
import { validatePolicies } from '../../../lib/core/cedar/engine';
import { schemaFromTools } from '../../../lib/core/cedar/schema-from-tools';
import type { ToolInputSchema } from '../../../lib/core/schema/tool-schema';
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
  const refused = analyzePolicies({
    gatewayArn: GATEWAY,
    tools: TOOLS,
    policies,
    callers: [],
    today: '2026-11-24',
  }).find(({ policyId, severity }) => policyId === 'p' && severity === 'error');
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

describe('the pages of the developer guide', () => {
  const text = { type: 'string' as const };
  const input = (properties: ToolInputSchema['properties'], required: string[]): ToolInputSchema => ({
    type: 'object',
    properties,
    required,
  });
  const pages = [
    { target: 'InsuranceAPI', name: 'get_policy', inputSchema: input({ policyId: text }, ['policyId']) },
    { target: 'InsuranceAPI', name: 'get_claim_status', inputSchema: input({ claimId: text }, ['claimId']) },
    {
      target: 'InsuranceAPI',
      name: 'file_claim',
      inputSchema: input({ policyId: text, claimType: text, amount: { type: 'number' }, description: text }, [
        'policyId',
        'claimType',
        'amount',
      ]),
    },
    {
      target: 'InsuranceAPI',
      name: 'update_coverage',
      inputSchema: input({ coverageType: text, newLimit: { type: 'number' } }, ['coverageType', 'newLimit']),
    },
    {
      target: 'TravelAPI',
      name: 'book',
      inputSchema: input(
        {
          passengers: { type: 'integer' },
          country: text,
          express: { type: 'boolean' },
          tags: { type: 'array', items: text },
          address: { type: 'object', properties: { city: text }, required: ['city'] },
        },
        ['passengers', 'country', 'express', 'tags'],
      ),
    },
  ];
  const tool = (name: string) => `action == AgentCore::Action::"${name}"`;
  const READS = 'AgentCore::Action::"InsuranceAPI___get_policy", AgentCore::Action::"InsuranceAPI___get_claim_status"';
  const ROLE = 'principal.hasTag("role") && principal.getTag("role") == "senior-adjuster"';
  const BOOK = tool('TravelAPI___book');

  function kinds(effect: string, principal: string, action: string, resource: string, clause: string): string[] {
    const policies = [{ id: 'p', text: `${effect} (${principal}, ${action}, ${resource}) ${clause};` }];
    const invalid = validatePolicies(policies, schemaFromTools(pages));
    if (invalid.length > 0) return invalid.map(({ message }) => message);
    return analyzePolicies({ gatewayArn: GATEWAY, tools: pages, policies, callers: [], today: '2026-11-24' })
      .filter(({ policyId }) => policyId === 'p')
      .map(({ kind }) => kind);
  }

  /** What a page shows, as a shape; and what stands in its way, nothing when it is accepted as it is. */
  test.each<[string, string, string, string, string, string, readonly string[]]>([
    [
      'several tools in one permit, for anyone',
      'permit',
      USER,
      `action in [${READS}]`,
      PINNED,
      '',
      ['disputed-action-list', 'unconditional-permit'],
    ],
    [
      'several tools in one permit, by role',
      'permit',
      USER,
      `action in [${READS}]`,
      PINNED,
      `when { ${ROLE} }`,
      ['disputed-action-list'],
    ],
    [
      'a scope by substring',
      'permit',
      USER,
      tool('InsuranceAPI___file_claim'),
      PINNED,
      'when { principal.hasTag("scope") && principal.getTag("scope") like "*insurance:claim*" }',
      [],
    ],
    [
      'a forbid unless a role',
      'forbid',
      USER,
      tool('InsuranceAPI___update_coverage'),
      PINNED,
      `unless { ${ROLE} }`,
      [],
    ],
    [
      'a forbid unless one of two roles',
      'forbid',
      USER,
      tool('InsuranceAPI___update_coverage'),
      PINNED,
      `unless { principal.hasTag("role") && (principal.getTag("role") == "senior-adjuster" || principal.getTag("role") == "manager") }`,
      [],
    ],
    [
      'a forbid unless an argument is given',
      'forbid',
      USER,
      tool('InsuranceAPI___file_claim'),
      PINNED,
      'unless { context.input has description }',
      [],
    ],
    [
      'a forbid when an argument is large',
      'forbid',
      USER,
      BOOK,
      PINNED,
      'when { context.input.passengers > 9 }',
      ['forbid-fails-open'],
    ],
    [
      'when and unless together',
      'permit',
      USER,
      tool('InsuranceAPI___file_claim'),
      PINNED,
      'when { principal.hasTag("username") && principal.getTag("username") == "clare" } unless { context.input.claimType == "auto" }',
      [],
    ],
    [
      'an amount of type number as Long',
      'permit',
      USER,
      tool('InsuranceAPI___file_claim'),
      PINNED,
      'when { context.input.amount < 10000 }',
      ['expected Long but saw decimal'],
    ],
    ['emergency shutdown', 'forbid', 'principal', 'action', 'resource', '', ['refused-by-service']],
    ['emergency shutdown of one gateway', 'forbid', 'principal', 'action', PINNED, '', []],
    ['one tool switched off', 'forbid', 'principal', BOOK, PINNED, '', []],
    [
      'one user blocked everywhere',
      'forbid',
      USER,
      'action',
      'resource',
      'when { principal.hasTag("username") && principal.getTag("username") == "suspended" }',
      ['refused-by-service', 'forbid-fails-open'],
    ],
    [
      'one account blocked',
      'forbid',
      'principal is AgentCore::IamEntity',
      'action',
      PINNED,
      'when { principal.id like "*:444455556666:*" }',
      [],
    ],
    ['an integer', 'permit', USER, BOOK, PINNED, 'when { context.input.passengers == 2 }', []],
    ['a text', 'permit', USER, BOOK, PINNED, 'when { context.input.country == "CH" }', []],
    ['one of a set', 'permit', USER, BOOK, PINNED, 'when { ["CH", "US"].contains(context.input.country) }', []],
    ['a boolean', 'permit', USER, BOOK, PINNED, 'when { context.input.express == true }', []],
    ['a list that contains', 'permit', USER, BOOK, PINNED, 'when { context.input.tags.contains("vip") }', []],
    [
      'a list by index',
      'permit',
      USER,
      BOOK,
      PINNED,
      'when { context.input.tags[0] == "vip" }',
      ['invalid string literal: 0'],
    ],
    ['a pattern', 'permit', USER, BOOK, PINNED, 'when { context.input.country like "C*" }', []],
    [
      'an optional object',
      'permit',
      USER,
      BOOK,
      PINNED,
      'when { context.input.address.city == "Bern" }',
      ['optional attribute `input.address`'],
    ],
    [
      'an optional object with guard',
      'permit',
      USER,
      BOOK,
      PINNED,
      'when { context.input has address.city && context.input.address.city == "Bern" }',
      [],
    ],
    [
      'an argument compared with a claim',
      'permit',
      USER,
      BOOK,
      PINNED,
      'when { principal.hasTag("country") && context.input.country == principal.getTag("country") }',
      [],
    ],
    [
      'one user by id',
      'permit',
      'principal == AgentCore::OAuthUser::"4f1c"',
      BOOK,
      PINNED,
      '',
      ['unconditional-permit'],
    ],
    [
      'an IAM principal by ARN',
      'permit',
      'principal is AgentCore::IamEntity',
      BOOK,
      PINNED,
      'when { principal.id == "arn:aws:sts::123456789012:assumed-role/Agent" }',
      [],
    ],
    [
      'office hours',
      'permit',
      USER,
      BOOK,
      PINNED,
      'when { context.system.now.toTime() >= duration("8h") && context.system.now.toTime() < duration("18h") }',
      [],
    ],
    [
      'a guardrail in plain Cedar',
      'permit',
      USER,
      BOOK,
      PINNED,
      'when guardrails { BedrockGuardrails::PromptAttack }',
      ['unexpected token `guardrails`'],
    ],
    [
      'two statements in one policy',
      'permit',
      USER,
      BOOK,
      PINNED,
      `when { ${ROLE} }; forbid (principal, action, resource)`,
      ['unexpected token'],
    ],
  ])('%s', (_what, effect, principal, action, resource, clause, expected) => {
    const found = kinds(effect, principal, action, resource, clause);

    expect(found).toHaveLength(expected.length);
    for (const [index, part] of expected.entries()) expect(found[index]).toContain(part);
  });
});
