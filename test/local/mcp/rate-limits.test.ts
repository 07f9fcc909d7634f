import { ConcreteAssembly } from '../../../lib/assembly/concrete';
import type { CallerIdentity } from '../../../lib/local/common/caller';
import { RateLimiter } from '../../../lib/local/mcp/rate-limits';
import { assemblyOf } from '../../support/template-assembly';

const CALLER: CallerIdentity = {
  principal: { type: 'AgentCore::OAuthUser', id: 'a', attributes: {}, tags: { sub: 'a' } },
  name: 'a',
};
const PER_CALLER = '$.context.jwt.sub';
const entry = (...requests: object[]) => ({ Dimensions: { [PER_CALLER]: '*' }, Requests: requests });
const SECOND = { Rate: 2, Period: 'second' };
const LATER = { Ref: 'OnlyAtDeployment' };
const MINUTE = { Rate: 3, Period: 'minute' };

afterEach(() => jest.restoreAllMocks());

function limiter(properties: object) {
  const reports: string[] = [];
  const assembly = new ConcreteAssembly(
    assemblyOf({
      Resources: {
        Gateway: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { Name: 'shop' } },
        Limit: {
          Type: 'AWS::BedrockAgentCore::GatewayRateLimit',
          Properties: { GatewayIdentifier: { Ref: 'Gateway' }, DimensionKeys: [PER_CALLER], ...properties },
        },
      },
    }),
  );
  const gateway = assembly.ofType('AWS::BedrockAgentCore::Gateway')[0]!;
  const made = RateLimiter.read(
    assembly,
    gateway,
    () => undefined,
    (what) => void reports.push(what),
  );
  return {
    reports,
    passed: (calls: number) =>
      calls - Array.from({ length: calls }, () => made.exceeded(CALLER, 't')).filter(Boolean).length,
  };
}

test.each([
  ['in this order', [SECOND, MINUTE]],
  ['in the other order', [MINUTE, SECOND]],
])('every rate of an entry counts, %s', (_what, requests) => {
  let now = 1_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  const { passed, reports } = limiter({ Entries: [entry(...requests)] });

  expect(passed(5)).toBe(2);
  now += 1001;
  expect(passed(5)).toBe(1);
  now += 60_000;
  expect(passed(5)).toBe(2);
  expect(reports).toEqual([]);
});

test('with one of the rates alone more gets through', () => {
  expect(limiter({ Entries: [entry(MINUTE)] }).passed(5)).toBe(3);
});

test.each<[string, object]>([
  ['a rate', { Entries: [entry({ ...MINUTE, Rate: LATER })] }],
  ['one of the rates', { Entries: [entry(MINUTE, LATER)] }],
  ['the rates', { Entries: [{ Dimensions: { [PER_CALLER]: '*' }, Requests: LATER }] }],
  ['an entry', { Entries: [LATER] }],
  ['the entries', { Entries: LATER }],
])('%s that is only known after a deployment lets no call through, and that is said', (_what, properties) => {
  const { passed, reports } = limiter(properties);

  expect(passed(5)).toBe(0);
  expect(reports).toEqual(['Limit: Ref OnlyAtDeployment is only known after a deployment']);
});

test('an entry without requests counts none', () => {
  const { passed } = limiter({ Entries: [{ Dimensions: { [PER_CALLER]: '*' }, Tokens: [MINUTE] }] });

  expect(passed(5)).toBe(5);
});

test.each([
  ['its ARN', { 'Fn::GetAtt': ['Gateway', 'GatewayArn'] }, 3],
  ['another gateway', 'shop-abcdefghij', 5],
])('a limit is for the gateway that it names: %s', (_what, GatewayIdentifier, passes) => {
  expect(limiter({ GatewayIdentifier, Entries: [entry(MINUTE)] }).passed(5)).toBe(passes);
});

test.each([
  ['Tokens', { Entries: [{ ...entry(MINUTE), Tokens: [MINUTE] }] }, 'Limit: only Requests are counted, not Tokens'],
  [
    'a dimension that calls do not have',
    { DimensionKeys: ['qualifiedModelId'], Entries: [] },
    'Limit: calls have no qualifiedModelId here, so they are not counted by it',
  ],
  [
    'a gateway that is not known',
    { GatewayIdentifier: { Ref: 'OnlyAtDeployment' }, Entries: [] },
    'Limit: Ref OnlyAtDeployment is only known after a deployment',
  ],
])('%s: it is said that it is not counted', (_what, properties, report) => {
  expect(limiter(properties).reports).toEqual([report]);
});
