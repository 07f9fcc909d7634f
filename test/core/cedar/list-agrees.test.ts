import * as fc from 'fast-check';
import { AuthorizationModel } from '../../../lib/core/cedar/authorization-model';
import { type CedarPrincipal, iamPrincipal, oauthPrincipal } from '../../../lib/core/cedar/request';
import { GATEWAY, TOOLS } from './fixture';

const NOW = new Date('2026-11-24T10:00:00Z');
const REFUND = 'order-refund___order-refund';

/** Conditions on everything that a policy can see: claims, arguments, the time; some of them fail to evaluate. */
const atom = fc.constantFrom(
  'true',
  'false',
  'principal.hasTag("role") && principal.getTag("role") == "clerk"',
  'principal.hasTag("scope") && principal.getTag("scope") like "*refund*"',
  'principal.getTag("role") != "guest"',
  'principal is AgentCore::OAuthUser && principal.id == "alice"',
  'principal is AgentCore::IamEntity && principal.id like "*:role/ops*"',
  'context.input.amount.lessThanOrEqual(decimal("500.0"))',
  'context.input.orderId == "A1"',
  'context.input.orderId like "A*"',
  'context.input has count && context.input.count > 3',
  'context.input has tags && context.input.tags.contains("vip")',
  'context.input has address && context.input.address.city == "Rome"',
  'context.input.count > 3',
  'context.system.now < datetime("2027-01-01")',
  'context.system.now.toTime() >= duration("12h")',
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { withCrossShrink: true, maxDepth: 3 },
    atom,
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a}) && (${b})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a}) || (${b})`),
    tie('condition').map((a) => `!(${a})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([a, b, c]) => `if ${a} then (${b}) else (${c})`),
  ),
}));
const scope = fc.constantFrom(
  `action == AgentCore::Action::"${REFUND}"`,
  'action in AgentCore::Action::"order-refund"',
  'action in [AgentCore::Action::"order-list___order-list", AgentCore::Action::"CallTool"]',
  'action',
);
const policy = fc
  .tuple(fc.constantFrom('permit', 'permit', 'permit', 'forbid'), scope, fc.constantFrom('when', 'unless'), condition)
  .map(
    ([effect, action, when, text]) =>
      `${effect} (principal, ${action}, resource == AgentCore::Gateway::"${GATEWAY}") ${when} { ${text} };`,
  );
const policies = fc
  .array(policy, { minLength: 1, maxLength: 4 })
  .map((texts) => texts.map((text, index) => ({ id: `p${index}`, text })));

const caller: fc.Arbitrary<CedarPrincipal> = fc.oneof(
  fc
    .record(
      {
        sub: fc.constantFrom('alice', 'bob'),
        role: fc.constantFrom('clerk', 'guest'),
        scope: fc.constantFrom('orders/order-refund', 'orders/order-list'),
      },
      { requiredKeys: ['sub'] },
    )
    .map((claims) => oauthPrincipal(claims)!),
  fc.constantFrom('ops', 'dev').map((role) => iamPrincipal(`arn:aws:sts::123456789012:assumed-role/${role}/session`)!),
);
const args = fc.record(
  {
    orderId: fc.constantFrom('A1', 'B2'),
    amount: fc.constantFrom(1, 500, 500.01, -3),
    count: fc.integer({ min: 0, max: 9 }),
    express: fc.boolean(),
    tags: fc.subarray(['vip', 'new']),
    address: fc.record({ city: fc.constantFrom('Rome', 'Bern') }),
  },
  { requiredKeys: ['orderId', 'amount'] },
);

test('whoever may call a tool with some arguments sees it in the list, whatever the policies', () => {
  const seen = { allowed: 0, hidden: 0, onlyListed: 0 };
  fc.assert(
    fc.property(policies, caller, args, (texts, principal, input) => {
      const model = new AuthorizationModel({ gatewayArn: GATEWAY, tools: TOOLS, policies: texts });
      const { decision, listed } = model.ask({ principal, tool: REFUND, arguments: input, now: NOW });
      if (decision === 'allow') seen.allowed++;
      else if (listed) seen.onlyListed++;
      else seen.hidden++;

      expect(decision === 'deny' || listed).toBe(true);
    }),
    { numRuns: 500 },
  );
  // Of each there are enough that it says something.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(25);
});
