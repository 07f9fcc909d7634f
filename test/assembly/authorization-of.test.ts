import { authorizationOf } from '../../lib/assembly/authorization-of';
import { ConcreteAssembly } from '../../lib/assembly/concrete';
import { METADATA_KEY } from '../../lib/protocol/template-metadata';
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

test.each<[string, object, string]>([
  ['an engine', { PolicyEngineId: { 'Fn::ImportValue': 'engine' } }, 'its policy engine is only known'],
  ['an enforcement mode', { EnforcementMode: { 'Fn::ImportValue': 'mode' } }, 'whether it is in force is only known'],
])('%s that is only known after a deployment leaves a policy unread', (_what, more, why) => {
  const { policies, unread, unknown } = read({ Cedar: { Statement: PLAIN } }, more);

  expect({ policies, unread }).toMatchObject({ policies: [], unread: [{ id: 'p', actions: [] }] });
  expect(unknown).toEqual([expect.stringContaining(`policy p: ${why}`)]);
  expect(read({ Cedar: { Statement: PLAIN } }, { EnforcementMode: 'ACTIVE' })).toMatchObject({
    policies: [{ id: 'p' }],
    unread: [],
    unknown: [],
  });
});

const later = { 'Fn::ImportValue': 'later' };

function gatewayWith(allowedClients: unknown, gatewayIdentifier: unknown, mode: unknown = 'ENFORCE') {
  const authorizer = { CustomJWTAuthorizer: { AllowedClients: allowedClients } };
  const engine = { Arn: { 'Fn::GetAtt': ['E', 'PolicyEngineArn'] }, Mode: mode };
  const Resources = {
    E: { Type: 'AWS::BedrockAgentCore::PolicyEngine', Properties: { Name: 'e' } },
    G: {
      Type: 'AWS::BedrockAgentCore::Gateway',
      Properties: { Name: 'g', PolicyEngineConfiguration: engine, AuthorizerConfiguration: authorizer },
    },
    T: {
      Type: 'AWS::BedrockAgentCore::GatewayTarget',
      Properties: {
        Name: 't',
        GatewayIdentifier: gatewayIdentifier,
        TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [] } } } },
      },
    },
    C: {
      Type: 'AWS::Cognito::UserPoolClient',
      Metadata: { [METADATA_KEY]: { agent: 'robot' } },
      Properties: { AllowedOAuthScopes: [] },
    },
  };
  const [gateway] = authorizationOf(new ConcreteAssembly(assemblyOf({ Resources })));
  return { unknown: gateway!.unknown, callers: gateway!.callers.map(({ name }) => name) };
}

test.each<[string, unknown]>([
  ['a list', later],
  ['one of its clients', [later]],
])('%s of allowed clients, a gateway and a mode that are only known after a deployment are said', (_what, clients) => {
  expect(gatewayWith(clients, later, later)).toEqual({
    callers: ['agent robot'],
    unknown: [
      'target t: its gateway is only known after a deployment',
      'whether the gateway enforces its policies is only known after a deployment',
      'agent robot: whether the gateway lets its client in is only known after a deployment',
    ],
  });
  expect(gatewayWith([{ Ref: 'C' }], { Ref: 'G' })).toEqual({ callers: ['agent robot'], unknown: [] });
  expect(gatewayWith(['another'], { Ref: 'G' })).toEqual({ callers: [], unknown: [] });
});

test('an unread policy has the tools that it names, and a digest of what it says', () => {
  const about = (action: string, guard = 'PromptAttack') =>
    read({
      Policy: { Statement: GUARDED.replace('action,', `action${action},`).replace('PromptAttack', guard) },
    }).unread[0]!;
  const named = ' == AgentCore::Action::"a___a"';

  expect(about(named).actions).toEqual(['a___a']);
  expect(about('').actions).toEqual([]);
  expect(about(named).why).toMatch(/\(digest [0-9a-f]{12}\)$/);
  expect(about(named).why).toBe(about(named).why);
  expect(about(named).why).not.toBe(about(named, 'Other').why);
});

test('a policy on a condition that is not known, or without known text, is unread; a value in it that is not known is said', () => {
  const policy = (definition: object, more: object = {}) => ({
    Type: 'AWS::BedrockAgentCore::Policy',
    Properties: { Name: 'p', PolicyEngineId: { 'Fn::GetAtt': ['E', 'PolicyEngineId'] }, Definition: definition },
    ...more,
  });
  const gateway = (P: object, target: object = {}) => {
    const Mcp = { Lambda: { ToolSchema: { InlinePayload: [{ Name: 'a', InputSchema: { Type: 'object' } }] } } };
    const Properties = { Name: 't', GatewayIdentifier: { Ref: 'G' }, TargetConfiguration: { Mcp } };
    const arn = { 'Fn::GetAtt': ['E', 'PolicyEngineArn'] };
    const engine = { Arn: arn, Mode: 'ENFORCE' };
    const Resources = {
      E: { Type: 'AWS::BedrockAgentCore::PolicyEngine', Properties: { Name: 'e' } },
      G: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { Name: 'g', PolicyEngineConfiguration: engine } },
      T: { Type: 'AWS::BedrockAgentCore::GatewayTarget', Properties, ...target },
      P,
    };
    const Parameters = { Stage: { Type: 'String' }, Known: { Type: 'String', Default: 'x' } };
    const equals = (name: string) => ({ 'Fn::Equals': [{ Ref: name }, 'x'] });
    const Conditions = { Open: equals('Stage'), Yes: equals('Known') };
    return authorizationOf(new ConcreteAssembly(assemblyOf({ Parameters, Conditions, Resources } as never)))[0]!;
  };
  const plain = { Cedar: { Statement: PLAIN } };
  const valued = PLAIN.replace(';', ' when { principal.hasTag("a") && principal.getTag("a") == "${Stage}" };');

  expect(gateway(policy(plain, { Condition: 'Yes' }))).toMatchObject({
    policies: [{ id: 'p' }],
    unread: [],
    unknown: [],
  });
  expect(gateway(policy(plain, { Condition: 'Open' }))).toMatchObject({
    policies: [],
    unread: [{ id: 'p', why: expect.stringMatching(/^whether it is in force is only known after a deployment/) }],
  });
  expect(gateway(policy({ Cedar: { Statement: { Ref: 'Stage' } } }))).toMatchObject({
    policies: [],
    unread: [{ id: 'p', actions: [], why: expect.stringMatching(/^its text is only known after a deployment/) }],
  });
  expect(gateway(policy({ Cedar: { Statement: { 'Fn::Sub': valued } } }))).toMatchObject({
    policies: [{ id: 'p' }],
    unknown: ['policy p compares with what is only known after a deployment, which no caller is: Ref Stage'],
  });
  expect(gateway(policy(plain), { Condition: 'Open' })).toMatchObject({
    tools: [{ name: 'a' }],
    unknown: ['target t is there on a condition that is only known at a deployment'],
  });
});
