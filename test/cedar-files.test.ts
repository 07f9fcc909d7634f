import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Validations as Acknowledgments, Aws, CfnParameter, Fn, Lazy, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Caller, CedarPolicies, FourLayerChecks, type ICaller } from 'cdk-secure-mcp';
import { formatPolicyText } from '../lib/core/cedar/policy-file';
import { GatewayApp, schema } from './support/gateway-app';

const AMOUNT = schema({ id: { type: 'string' }, amount: { type: 'integer', minimum: 1, maximum: 5000 } }, [
  'id',
  'amount',
]);
const ROLE = 'principal.hasTag("role") && principal.getTag("role") == "supervisor"';
const REFUND = 'action == AgentCore::Action::"refund___refund"';

/** A formatted policy about the refund tool, or about what `scope` says. */
function cedar(effect: string, clause: string, scope = REFUND): string {
  const resource = 'resource == AgentCore::Gateway::"{{GATEWAY_ARN}}"';
  return formatPolicyText(`${effect} (principal is AgentCore::OAuthUser, ${scope}, ${resource}) ${clause};`).text!;
}

function directory(files: { [name: string]: string }): string {
  const path = mkdtempSync(join(tmpdir(), 'policies-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

/** A shop whose refund tool has an input rule that Cedar can express, and whose lookup tool has none. */
function shop(...policies: CedarPolicies[]): GatewayApp {
  const app = new GatewayApp();
  const robot = app.gateway.addAgent('robot');
  for (const each of policies) app.gateway.addPolicies(each, { values: { ROBOT: robot.clientId } });
  app.addTool('refund', { input: AMOUNT }).permit(robot);
  app.addTool('lookup').permit(robot);
  return app;
}

const FILE = relative(process.cwd(), __filename);
const inline = (text: string) => CedarPolicies.fromText(text, 'inline');
const warningsOf = ({ stack }: GatewayApp) =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('\\[ack: cdk-secure-mcp:policy'))
    .map(({ entry }) => String(entry.data));

describe('a directory of files', () => {
  const path = directory({
    'supervisors.cedar': cedar(
      'permit',
      `when { ${ROLE} && context.input.amount >= 1 && context.input.amount <= 1000 }`,
    ),
    'two.cedar': formatPolicyText(
      [
        '// What nobody may do at night, and what the robot may not do at all.',
        cedar('forbid', 'unless { context.system.now.toTime() >= duration("8h") }', 'action'),
        `@id("robot-limit")\n${cedar('forbid', 'unless { principal.hasTag("client_id") && principal.getTag("client_id") != "{{ROBOT}}" }')}`,
      ].join('\n'),
    ).text!,
    'notes.txt': 'not a policy',
  });
  const app = shop(CedarPolicies.fromDirectory(path));
  const template = app.template();
  const policies = template.findResources('AWS::BedrockAgentCore::Policy');
  const find = (part: string) => Object.entries(policies).find(([id]) => id.includes(part))!;
  const targets = ['refund', 'lookup'].map((name) =>
    Object.keys(template.findResources('AWS::BedrockAgentCore::GatewayTarget')).find((id) => id.includes(name)),
  );
  const gateway = Object.keys(template.findResources('AWS::BedrockAgentCore::Gateway'))[0];

  test('each policy is a resource, active and analyzed at deployment', () => {
    expect(Object.keys(policies)).toHaveLength(6);
    for (const { Properties } of Object.values(policies)) {
      expect(Properties).toMatchObject({ EnforcementMode: 'ACTIVE', ValidationMode: 'FAIL_ON_ANY_FINDINGS' });
    }
  });

  test('placeholders become references, the id becomes the name', () => {
    const [, { Properties }] = find('robotlimit');
    const [, parts] = Properties.Definition.Cedar.Statement['Fn::Join'];

    expect(Properties.Name).toMatch(/^robot_limit_[0-9a-f]{10}$/);
    expect(parts).toContainEqual({ 'Fn::GetAtt': [gateway, 'GatewayArn'] });
    expect(parts).toContainEqual({ Ref: expect.stringContaining('Agentrobot') });
    expect(JSON.stringify(parts)).not.toMatch(/\{\{|@id/);
  });

  test('it comes after the gateway and the targets that it names, a forbid after the permits of the same tools', () => {
    const [permit, { DependsOn: afterTarget }] = find('supervisors');
    const [typed] = find('refundPolicy');

    expect(afterTarget).toEqual([gateway, targets[0]].sort());
    expect(find('robotlimit')[1].DependsOn).toEqual([gateway, permit, typed, targets[0]].sort());
    expect(new Set(find('two1')[1].DependsOn)).toEqual(
      new Set([gateway, permit, typed, find('lookupPolicy')[0], ...targets]),
    );
  });

  test('a permit in Cedar does not go around the rules of the input schema', () => {
    const [, forbid] = find('refundForbid');

    expect(JSON.stringify(forbid)).toContain(
      'unless {\\n  ((if context.input has amount then context.input.amount >= 1 else true)',
    );
    expect(Object.keys(policies).filter((id) => id.includes('lookupForbid'))).toEqual([]);
    expect(JSON.stringify(shop().template().toJSON())).not.toContain('context.input has amount');
  });

  test('the rules of the layer find nothing in them', () => {
    const { violations } = new FourLayerChecks().validateScope(app.app);

    expect(violations.map(({ ruleName }) => ruleName).filter((name) => name.includes('-AZ'))).toEqual([]);
  });

  test('formatted policies without anything to say have no warnings', () => {
    expect(warningsOf(app)).toEqual([]);
  });
});

test('all that is wrong is reported at once, with file, line, column and caret', () => {
  const path = directory({
    'a.cedar': `// äöü\n${cedar('permit', `when { ${ROLE} && context.input.amuont <= 5 }`)}`,
    'b.cedar': cedar('permit', `when { principal.hasTag("c") && principal.getTag("c") == "{{ROBOTT}}" }`),
    'c.cedar': '// nothing\n',
    'd.cedar': 'permit (principal,',
  });
  const app = shop(CedarPolicies.fromDirectory(path), inline(''), CedarPolicies.fromFile(join(path, 'e.cedar')));
  app.gateway.addPolicies(CedarPolicies.fromDirectory(join(path, 'none')));
  app.gateway.addPolicies(inline(cedar('permit', 'when { principal.hasTag("{{A}}") }')), { values: { A: 'a*"' } });
  const error = app.synthError();

  expect(error).toContain('did you mean `amount`?');
  expect(error).toMatch(/\d+ \| {3}context\.input\.amuont <= 5\n +\| +\^{20,}/);
  expect(error).toContain(`[CEDAR_INVALID] (at ${join(path, 'a.cedar')}:11:3)`);
  expect(error).toContain('the placeholder {{ROBOTT}} has no value. Did you mean {{ROBOT}}? [CEDAR_FILE]');
  expect(error).toContain(
    `the file has no policy. Write a permit or a forbid in it [CEDAR_INVALID] (at ${path}/c.cedar)`,
  );
  expect(error).toContain(`[CEDAR_INVALID] (at ${path}/d.cedar:1:19)`);
  expect(error).toMatch(/policies cannot be read from ".*e\.cedar".*\[CEDAR_FILE\]/);
  expect(error).toMatch(/policies cannot be read from ".*none".*\[CEDAR_FILE\]/);
  expect(error).toContain('the value of {{A}} is empty or not printable ASCII without');
});

test('what is wrong with a text of the app has the line of the app as well', () => {
  const good = cedar('permit', `when { ${ROLE} }`);
  const texts: { [code: string]: string } = {
    CEDAR_INVALID: good.replace('"role"', '"rule"'),
    CEDAR_FILE: good.replace('"supervisor"', '"{{NOTHING}}"'),
    POLICY_ANALYSIS: cedar('permit', ''),
  };
  for (const [code, text] of Object.entries(texts)) {
    const error = shop(CedarPolicies.fromText(text, 'raw'), inline(good)).synthError();

    expect(error).toMatch(new RegExp(`\\[${code}\\] \\(at raw:\\d+(:\\d+)?, ${FILE}:\\d+:\\d+[,)]`));
    expect(error).not.toContain('at inline');
  }
});

const client = (id: string) => `when { principal.hasTag("client_id") && principal.getTag("client_id") == "${id}" }`;

test('what is valid and not meant fails synthesis', () => {
  const other = 'arn:aws:bedrock-agentcore:eu-west-1:123456789012:gateway/other-abcdefghij';
  const error = shop(
    inline(
      [
        `@id("open")\n${cedar('permit', '')}`,
        `@id("never")\n${cedar('permit', `when { ${ROLE} && context.input.amount > 5 && context.input.amount < 5 }`)}`,
        `@id("fails-open")\n${cedar('forbid', 'when { context.input.amount > 500 }')}`,
        `@id("other")\n${cedar('permit', `when { ${ROLE} }`).replace('{{GATEWAY_ARN}}', other)}`,
        `@id("bare")\n${cedar('permit', `when { ${ROLE} }`).replace(/resource == .*/, 'resource')}`,
        `@id("long")\n${cedar('permit', `when { ${ROLE} && context.input.id != "${'x'.repeat(10_000)}" }`)}`,
      ].join('\n'),
    ),
  ).synthError();
  const about = (id: string, message: string, code = 'POLICY_ANALYSIS') =>
    expect(error).toMatch(
      new RegExp(`policy '${id}' [^\n]*${message}[^\n]*\\[${code}\\] \\(at inline:\\d+, ${FILE}:\\d+:\\d+\\)`),
    );

  about('open', 'permits without any condition');
  about('never', 'can never apply');
  about('fails-open', 'forbids when a test succeeds');
  about('other', 'is about another gateway');
  about('bare', 'names no resource');
  about('long', 'the service accepts 35 to 10000', 'POLICY_SIZE');
});

test('tools that nobody can call, and an agent that can do more than its scopes say, fail synthesis', () => {
  const build = (clause: string) => {
    const app = new GatewayApp();
    const agent = app.gateway.addAgent('idle');
    app.addTool('refund', { input: AMOUNT });
    app.addTool('lookup').permit(agent);
    app.gateway.addPolicies(inline(cedar('permit', clause)), { values: { IDLE: agent.clientId } });
    return app;
  };

  expect(build(`when { ${ROLE} && false }`).synthError()).toContain("policy 'inline' can never apply");
  expect(build(client('{{IDLE}}')).synthError()).toMatch(
    /agent 'idle' may call tool 'refund___refund' without its scope 'shop\/refund'.*\[POLICY_ANALYSIS\]/,
  );
  build(`when { ${ROLE} }`).app.synth();
});

test('an agent that only a file permits something gets the scope for it by name', () => {
  const app = new GatewayApp();
  const agent = app.gateway.addAgent('robot');
  const refund = app.addTool('refund', { input: AMOUNT });
  const values = { ROBOT: agent.clientId };
  app.gateway.addPolicies(inline(cedar('permit', client('{{ROBOT}}'))), { values });
  agent.addScopeOf(refund);

  app.template().hasResourceProperties('AWS::Cognito::UserPoolClient', { AllowedOAuthScopes: ['shop/refund'] });
});

test('what a reviewer may accept is a warning, which an acknowledgment takes away', () => {
  const policies = [
    `@id("guarded")\n${cedar('permit', `when { ${ROLE} }`).replace(/;\n$/, '\nwhen guardrails { BedrockGuardrails::PromptAttack };')}`,
    `@id("once")\n${cedar('permit', `when { ${ROLE} }`)}`,
    `@id("twice")\n${cedar('permit', `when { ${ROLE} }`).replace('\nwhen', ' when')}`,
    `@id("list")\n${cedar('permit', client('x'), 'action in [AgentCore::Action::"refund___refund"]')}`,
    `@id("everybody")\n${cedar('permit', 'when { context.input.amount == 1 }')}`,
  ].join('\n');
  const app = shop(CedarPolicies.fromText(policies, 'loose.cedar'));
  const template = app.template();

  expect(warningsOf(app).map((text) => /policy[^\]]*(?=\])/.exec(text.slice(text.indexOf('[ack')))![0])).toEqual([
    'policyNotValidated:guarded',
    'policy:disputed-action-list:list',
    'policy:duplicate:twice',
    'policy:tool-open-to-everybody:refund___refund',
  ]);
  template.hasResourceProperties('AWS::BedrockAgentCore::Policy', {
    Definition: { Policy: { Statement: Match.objectLike({ 'Fn::Join': Match.anyValue() }) } },
  });

  const accepted = shop(CedarPolicies.fromText(policies, 'loose.cedar'));
  Acknowledgments.of(accepted.gateway).acknowledge({ id: 'cdk-secure-mcp:policy:duplicate:twice', reason: 'a drill' });
  expect(warningsOf(accepted)).toHaveLength(3);
});

test('a file that the formatter would change is a warning with the line', () => {
  const app = shop(inline(`// first\n${cedar('permit', `when { ${ROLE} }`).replace('  action', '     action')}`));

  expect(warningsOf(app)).toEqual([expect.stringContaining(`[CEDAR_FORMAT] (at inline:4, ${FILE}:`)]);
});

test('everybody with a reason is no finding', () => {
  const app = new GatewayApp();
  const lookup = app.addTool('lookup');
  lookup.permit(Caller.anyAuthenticated({ reason: 'the catalogue is public' }));
  app.gateway.addAgent('robot').addScopeOf(lookup);

  expect(warningsOf(app)).toEqual([]);
});

describe('a value that is resolved', () => {
  const valued = (value: (stack: Stack) => string) => {
    const app = new GatewayApp();
    app.addTool('refund', { input: AMOUNT }).permit(app.gateway.addAgent('robot'));
    app.gateway.addPolicies(inline(cedar('permit', client('{{A}}'))), { values: { A: value(app.stack) } });
    return app;
  };

  test.each<[string, (stack: Stack) => string]>([
    ['to a quote at synthesis', () => Lazy.string({ produce: () => 'a" || true || "' })],
    ['to nothing at synthesis', () => Lazy.string({ produce: () => '' })],
    ['to an asterisk beside a reference', ({ partition }) => `${partition}*`],
    ['to a quote in a function', () => Fn.join('', ['a"', Aws.PARTITION])],
    ['to nothing', () => ''],
    ['to nothing at all at synthesis', () => Lazy.string({ produce: () => undefined })],
  ])('%s is refused', (_what, value) => {
    expect(valued(value).synthError()).toMatch(
      /the value of \{\{A\}\} is empty or not printable ASCII.*\[CEDAR_FILE\]/,
    );
  });

  test.each<[string, (stack: Stack) => string]>([
    ['to text at synthesis', () => Lazy.string({ produce: () => 'abc' })],
    ['at deployment', (stack) => new CfnParameter(stack, 'Client').valueAsString],
    ['beside text', ({ partition }) => `x-${partition}`],
  ])('%s stands in the policy', (_what, value) => {
    valued(value).app.synth();
  });
});

test('what is filled in says what a policy is about', () => {
  const build = (tool: string) => {
    const app = new GatewayApp();
    app.addTool('refund', { input: AMOUNT }).permit(app.gateway.addAgent('robot'));
    const text = cedar('permit', `when { ${ROLE} }`, 'action == AgentCore::Action::"{{TOOL}}"');
    app.gateway.addPolicies(inline(text.replace(/;\n$/, '\nwhen guardrails { X };')), { values: { TOOL: tool } });
    return Object.keys(app.template().findResources('AWS::BedrockAgentCore::Policy')).filter((id) =>
      id.includes('refundForbid'),
    );
  };

  expect(build('refund___refund')).toHaveLength(1);
  expect(build('another___tool')).toHaveLength(0);
});

test('policies below the directory are no policies that are passed over', () => {
  const path = directory({ 'a.cedar': cedar('permit', `when { ${ROLE} }`) });
  mkdirSync(join(path, 'more'));
  shop(CedarPolicies.fromDirectory(path)).app.synth();
  writeFileSync(join(path, 'more', 'b.cedar'), '');

  expect(shop(CedarPolicies.fromDirectory(path)).synthError()).toMatch(
    /policies cannot be read from .* got more.b\.cedar, which is in a directory below it.*\[CEDAR_FILE\]/,
  );
});

test('the reason of a permit is no reason for a file that opens the tool as well, nor for one of its groups', () => {
  const everybody = Caller.anyAuthenticated({ reason: 'the catalogue is public' });
  const warnings = (caller: ICaller, ...more: (string | ICaller)[]) => {
    const app = new GatewayApp();
    const tool = app.addTool('refund', { input: AMOUNT });
    app.gateway.addAgent('robot').addScopeOf(tool);
    tool.permit(caller);
    for (const each of more)
      if (typeof each === 'string') app.gateway.addPolicies(inline(each));
      else tool.permit(each);
    return warningsOf(app).filter((text) => text.includes('everybody with a token')).length;
  };
  const open = cedar('permit', 'when { context.input.amount == 1 }');

  const unsaid = { renderCaller: () => ({ ...everybody.renderCaller({}), reason: undefined }) };

  expect(warnings(everybody)).toBe(0);
  expect(warnings(unsaid)).toBe(1);
  expect(warnings(everybody, unsaid)).toBe(1);
  expect(warnings(everybody, cedar('permit', `when { ${ROLE} }`))).toBe(0);
  expect(warnings(everybody, open)).toBe(1);
  expect(warnings(Caller.allOf(everybody, Caller.group('staff')), open)).toBe(1);
  expect(Caller.allOf(everybody, Caller.group('staff')).renderCaller({}).reason).toBeUndefined();
  expect(Caller.allOf(everybody, everybody).renderCaller({}).reason).toBe('the catalogue is public');
  expect(Caller.anyOf(everybody, Caller.group('staff')).renderCaller({}).reason).toBe('the catalogue is public');
});
