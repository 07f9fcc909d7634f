import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { gatewayOf } from '../gateways';
import { asNumber, at, judge, texts } from '../read';
import { interceptorFunctions, toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY, RATE_LIMIT } from '../types';

export const lp11 = defineRule({
  id: 'LP11',
  name: 'abuse-capped-twice',
  layer: 'least-privilege',
  level: 'medium',
  summary: 'Nothing caps how often a tool runs',
  explanation: 'An agent in a loop, or somebody with its token, costs what it can until somebody looks.',
  fix: 'Set ReservedConcurrentExecutions on each tool, and add an AWS::BedrockAgentCore::GatewayRateLimit with a dimension per caller',
  acknowledge: 'When the account quota for concurrency leaves nothing to reserve.',
  limits:
    'Rate limits are enforced eventually and let calls through when in doubt: they cap costs and are no security boundary.',
  references: [
    'https://modelcontextprotocol.io/specification/2026-07-28/server/tools',
    'https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html',
  ],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['08', '10'],
    wellArchitected: ['AGENTSEC02', 'SEC05-BP03'],
    nist80053: ['SC-5', 'SC-6', 'AU-6'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: CUSTOM_JWT } }
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: CUSTOM_JWT } }
Limit:
  Type: AWS::BedrockAgentCore::GatewayRateLimit
  Properties:
    GatewayIdentifier: !Ref Gateway
    DimensionKeys: [$.context.jwt.client_id]
    Entries: [{ Dimensions: { $.context.jwt.client_id: "*" }, Requests: [{ Period: minute, Rate: 60 }] }]
`,
  },
  *evaluate(model) {
    const interceptors = interceptorFunctions(model);
    for (const fn of toolFunctions(model)) {
      if (interceptors.has(fn)) continue; // AZ14 says so
      yield* judge(fn, 'ReservedConcurrentExecutions', (value) => {
        const number = asNumber(value);
        return number !== undefined && number >= 1
          ? undefined
          : `ReservedConcurrentExecutions is ${String(value ?? 'missing')}`;
      });
    }
    const limits = groupedBy(model.ofType(RATE_LIMIT), (limit) => gatewayOf(model, limit));
    const foreign = model.ofType(RATE_LIMIT).find((limit) => isUnknown(at(limit, 'GatewayIdentifier')));
    for (const gateway of model.ofType(GATEWAY)) {
      const perCaller = (limits.get(gateway) ?? []).filter((limit) =>
        texts(at(limit, 'DimensionKeys')).some((key) => /^\$\.context\.(jwt|iam)\./.test(key)),
      );
      if (perCaller.length === 0) {
        if (foreign !== undefined)
          yield undecided(foreign, 'Properties.GatewayIdentifier', 'the gateway it belongs to is not known');
        else yield finding(gateway, 'Properties', 'no rate limit has a dimension per caller', 'limit');
      }
      for (const limit of perCaller) {
        yield* judge(
          limit,
          'Entries',
          (entries) => {
            const rates = asList(entries)
              .flatMap((entry) => asList(within(entry, 'Requests')))
              .map((request) => asNumber(within(request, 'Rate')));
            return rates.length > 0 && rates.every((rate) => rate !== undefined)
              ? undefined
              : 'no rate of requests is set';
          },
          'rate',
        );
      }
    }
  },
});
