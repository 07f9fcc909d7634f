import { authorizationOf } from '../../lib/assembly/authorization-of';
import { ConcreteAssembly } from '../../lib/assembly/concrete';
import { assemblyOf } from '../support/template-assembly';

const PLAIN = 'permit (principal is AgentCore::OAuthUser, action, resource is AgentCore::Gateway);';
const GUARDED = `${PLAIN.slice(0, -1)} when guardrails { BedrockGuardrails::PromptAttack(context.input.text) };`;

function read(definition: object, more: object = {}, engine = 'E', mode = 'ENFORCE') {
  const arn = { 'Fn::GetAtt': ['E', 'PolicyEngineArn'] };
  const Resources = {
    E: { Type: 'AWS::BedrockAgentCore::PolicyEngine', Properties: { Name: 'e' } },
    Other: { Type: 'AWS::BedrockAgentCore::PolicyEngine', Properties: { Name: 'other' } },
    G: {
      Type: 'AWS::BedrockAgentCore::Gateway',
      Properties: { Name: 'g', PolicyEngineConfiguration: { Arn: arn, Mode: mode } },
    },
    P: {
      Type: 'AWS::BedrockAgentCore::Policy',
      Properties: {
        Name: 'p',
        PolicyEngineId: { 'Fn::GetAtt': [engine, 'PolicyEngineId'] },
        Definition: definition,
        ...more,
      },
    },
  };
  const [gateway] = authorizationOf(new ConcreteAssembly(assemblyOf({ Resources })));
  return gateway!;
}

test.each([
  ['a Cedar statement', { Cedar: { Statement: PLAIN } }],
  ['a statement of the superset that is plain Cedar', { Policy: { Statement: PLAIN } }],
])('%s is in force', (_what, definition) => {
  expect(read(definition)).toMatchObject({ enforced: true, policies: [{ id: 'p', text: PLAIN }], unknown: [] });
});

test.each([
  ['a statement with guardrails', { Policy: { Statement: GUARDED } }],
  ['a generated policy', { PolicyGeneration: { PolicyGenerationId: 'x' } }],
])('%s is said to count for nothing', (_what, definition) => {
  expect(read(definition)).toMatchObject({
    policies: [],
    unknown: [expect.stringContaining('policy p: it is not plain')],
  });
});

test('a policy on trial and one of another engine decide nothing; an engine that only logs enforces nothing', () => {
  const definition = { Cedar: { Statement: PLAIN } };

  expect(read(definition, { EnforcementMode: 'LOG_ONLY' }).policies).toEqual([]);
  expect(read(definition, {}, 'Other').policies).toEqual([]);
  expect(read(definition, {}, 'E', 'LOG_ONLY')).toMatchObject({
    enforced: false,
    unknown: ['the gateway does not enforce its policies: every call passes'],
  });
});
