import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Caller, CedarPolicies, type ICaller, PolicyEngineMode, PolicyTrial, type Tool } from 'cdk-secure-mcp';
import { readAssembly } from '../lib/assembly/read-assembly';
import { formatPolicyText } from '../lib/core/cedar/policy-file';
import { runRules } from '../lib/rules/run-rules';
import { GatewayApp } from './support/gateway-app';
import {
  callTool,
  type EditableTemplate,
  edited,
  invocations,
  resources,
  start,
  stopAll,
  tokenOf,
} from './support/local-shop';

const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const SOON = day(14);
const POLICY = 'AWS::BedrockAgentCore::Policy';
const LOOKUP = 'look-up___look-up';

/** `robot` is permitted; `newcomer` is on trial, and so is the demand for an id of this year. */
function tryingShop(trial = PolicyTrial.until(SOON)): GatewayApp {
  const topics: Topic[] = [];
  const shop = new GatewayApp('shop', (stack) => {
    topics.push(new Topic(stack, 'Ops'));
    return { alarms: { actions: [{ bind: () => ({ alarmActionArn: topics[0]!.topicArn }) }] } };
  });
  const tool = shop.addTool('look-up', { access: {} });
  tool.permit(shop.gateway.addAgent('robot'));
  tool.permit(shop.gateway.addAgent('newcomer'), { trial });
  tool.forbidUnless({ when: [tool.arg('id').startsWith('2026-')], trial });
  shop.gateway.addPolicies(
    CedarPolicies.fromText(
      `forbid (\n  principal is AgentCore::OAuthUser,\n  action == AgentCore::Action::"${LOOKUP}",\n  resource == AgentCore::Gateway::"{{GATEWAY_ARN}}"\n)\nunless {\n  principal.hasTag("team") && principal.getTag("team") == "shop"\n};\n`,
      'teams.cedar',
    ),
    { trial },
  );
  return shop;
}

const directory = tryingShop().app.synth().directory;
const template = JSON.parse(readFileSync(join(directory, 'Shop.template.json'), 'utf8')) as EditableTemplate;
const findings = (today: string) =>
  runRules(readAssembly(directory), { options: { today } })
    .filter(({ ruleId }) => ruleId === 'SecureMcp-AZ03')
    .map(({ severity, message }) => `${severity} ${message}`);

interface CloudWatchMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string }[];
}

afterAll(stopAll);

describe('rendered', () => {
  const all = resources(template, POLICY);
  const tried = all.filter(({ Properties }) => Properties.EnforcementMode === 'LOG_ONLY');

  test('each trial is a policy of its own that decides nothing, beside the one that does', () => {
    expect(all.filter(({ Properties }) => Properties.EnforcementMode === 'ACTIVE')).toHaveLength(1);
    expect(tried).toHaveLength(3);
    for (const { Metadata } of tried) expect(Metadata).toEqual({ 'cdk-secure-mcp': { trial: { lastDay: SOON } } });
    expect(new Set(all.map(({ Properties }) => Properties.Name)).size).toBe(4);
  });

  test('an alarm watches each, by the policy that it is about', () => {
    const alarms = resources(template, 'AWS::CloudWatch::Alarm', 'Flips');
    const watched = alarms.map(({ Properties }) => Properties.Metrics);

    expect(alarms).toHaveLength(3);
    for (const [expression, ...metrics] of watched) {
      expect(expression.Expression).toBe('MAX([FILL(gateway, 0), FILL(engine, 0), FILL(both, 0), FILL(enforcing, 0)])');
      const all = metrics.map(({ MetricStat }: { MetricStat: { Metric: CloudWatchMetric } }) => MetricStat.Metric);
      for (const { Namespace, MetricName } of all) {
        expect([Namespace, MetricName]).toEqual(['AWS/Bedrock-AgentCore', 'LogOnlyDecisionFlips']);
      }
      expect(all.map(({ Dimensions }: CloudWatchMetric) => Dimensions.map(({ Name }) => Name).join())).toEqual([
        'OperationName,Policy,TargetResource',
        'OperationName,Policy,PolicyEngine',
        'OperationName,Policy,PolicyEngine,TargetResource',
        'Mode,OperationName,Policy,PolicyEngine,TargetResource',
      ]);
    }
    const policies = watched.map(([, { MetricStat }]) => JSON.stringify(MetricStat.Metric.Dimensions));
    expect(new Set(policies).size).toBe(3);
    for (const { Properties } of alarms)
      expect(Properties.AlarmActions).toEqual([{ Ref: expect.stringContaining('Ops') }]);
  });

  test('AZ03 warns until the last day, and is an error after it', () => {
    expect(findings(SOON)).toEqual(Array(3).fill(expect.stringMatching(`^warning .*on trial until ${SOON}`)));
    expect(findings(day(15))).toEqual(Array(3).fill(expect.stringMatching(`^error .*its trial ended on ${SOON}`)));
  });
});

test.each([
  ['is over', day(-1), /was to end, got a last day of .*\[POLICY_TRIAL_OVER\]/],
  ['never ends', day(120), /at most 90 days ahead.*\[POLICY_TRIAL\]/],
  ['ends on no day', '2026-02-30', /at most 90 days ahead, got "2026-02-30".*\[POLICY_TRIAL\]/],
  ['ends some time', 'soon', /got "soon".*\[POLICY_TRIAL\]/],
])('a trial that %s fails synthesis', (_what, lastDay, message) => {
  expect(tryingShop(PolicyTrial.until(lastDay)).synthError()).toMatch(message);
});

test('the last day counts', () => {
  expect(() => tryingShop(PolicyTrial.until(day(0))).app.synth()).not.toThrow();
});

test('what is tried out is validated like the rest, and makes no tool reachable', () => {
  const shop = new GatewayApp();
  const tool = shop.addTool('look-up');
  tool.permit(shop.gateway.addAgent('robot'), { when: [tool.arg('nothing').isTrue()], trial: PolicyTrial.until(SOON) });
  const error = shop.synthError();

  expect(error).toMatch(/nothing.*\[TOOL_ARGUMENT_UNKNOWN\]/);
  expect(error).toMatch(/has no permit.*\[TOOL_UNREACHABLE\]/);
});

describe('what a trial would mean in force', () => {
  const trial = PolicyTrial.until(SOON);
  const warningsOf = (build: (tool: Tool, shop: GatewayApp) => void, trying = true) => {
    const shop = new GatewayApp();
    const tool = shop.addTool('look-up');
    tool.permit(Caller.group('staff'));
    shop.gateway.addAgent('robot').addScopeOf(tool);
    build(tool, shop);
    shop.template();
    const all = shop.stack.node.findAll().flatMap(({ node }) => node.metadata);
    const texts = all
      .filter(({ type }) => type === 'aws:cdk:warning')
      .map(({ data }) => String(data))
      .filter((text) => text.includes('secure-mcp:policy'));
    expect(texts.every((text) => text.includes('[ack: cdk-secure-mcp:policy:trial-') === trying)).toBe(true);
    return texts.map((text) => text.replace(/\. .*/s, ''));
  };
  const everybody: ICaller = {
    renderCaller: () => ({ ...Caller.anyAuthenticated({ reason: 'for a drill' }).renderCaller({}), reason: undefined }),
  };
  const nobody = Caller.allOf(Caller.user('a'), Caller.user('b'));
  const text = (effect: string, condition: string) =>
    `${effect} (\n  principal,\n  action == AgentCore::Action::"${LOOKUP}",\n  resource == AgentCore::Gateway::"{{GATEWAY_ARN}}"\n)\n${condition};\n`;
  const file = (effect: string, condition: string) =>
    CedarPolicies.fromText(formatPolicyText(text(effect, condition)).text!, 'tried.cedar');

  test('a permit that opens the tool to everybody', () => {
    expect(warningsOf((tool) => tool.permit(everybody, { trial }))).toEqual([
      expect.stringContaining(
        `with the policies that are on trial in force, everybody with a token can call tool '${LOOKUP}'`,
      ),
    ]);
    expect(warningsOf((tool) => tool.permit(everybody), false)).toHaveLength(1);
    expect(warningsOf((tool) => tool.permit(Caller.group('leads'), { trial }))).toEqual([]);
    expect(
      warningsOf((tool) => tool.permit(Caller.anyAuthenticated({ reason: 'the catalogue is public' }), { trial })),
    ).toEqual([]);
  });

  test('a permit in force that a wider one on trial covers is still what decides; a narrower one on trial is for nothing', () => {
    const narrow = (tool: Tool) => ({ when: [tool.arg('id').equalTo('a')] });
    const leads = Caller.group('leads');

    expect(
      warningsOf((tool) => {
        tool.permit(leads, narrow(tool));
        tool.permit(Caller.anyOf(Caller.group('staff'), leads), { trial });
      }, false),
    ).toEqual([]);
    expect(warningsOf((tool) => tool.permit(Caller.group('staff'), { ...narrow(tool), trial }), false)).toEqual([
      expect.stringMatching(
        /policy 'permit on trial \(1\) of look-up at .*' permits nothing that 'permit of look-up at .*' does not/,
      ),
    ]);
  });

  test('a forbid that leaves nobody', () => {
    expect(
      warningsOf((_tool, shop) => shop.gateway.addPolicies(file('forbid', 'when {\n  1 == 1\n}'), { trial })),
    ).toEqual([expect.stringContaining(`in force, no policy permits tool '${LOOKUP}'`)]);
  });

  test.each<[string, (tool: Tool, shop: GatewayApp) => void, RegExp]>([
    [
      'fails open',
      (_tool, shop) =>
        shop.gateway.addPolicies(file('forbid', 'when {\n  context.input has id && context.input.id == "a"\n}'), {
          trial,
        }),
      /forbids when a test succeeds/,
    ],
    [
      'permits without condition',
      (_tool, shop) => shop.gateway.addPolicies(file('permit', 'when {\n  true\n}'), { trial }),
      /'tried' permits without any condition/,
    ],
  ])('a policy that %s by itself fails synthesis', (_what, build, message) => {
    const shop = new GatewayApp();
    const tool = shop.addTool('look-up');
    tool.permit(Caller.group('staff'));
    build(tool, shop);

    expect(shop.synthError()).toMatch(message);
  });

  test('each of several trials of a tool is validated', () => {
    const shop = new GatewayApp();
    const tool = shop.addTool('look-up');
    tool.permit(Caller.group('staff'));
    for (const condition of ['principal.bad == "a"', 'principal.id == "b"'])
      tool.permit({ renderCaller: () => ({ ...nobody.renderCaller({}), condition }) }, { trial });

    expect(shop.synthError()).toMatch(/does not fit its input schema: .*bad/);
  });
});

describe('on this machine', () => {
  const inForce = (template: EditableTemplate) => {
    for (const { Properties } of resources(template, POLICY)) Properties.EnforcementMode = 'ACTIVE';
  };
  const reasons = (gateway: Awaited<ReturnType<typeof start>>) =>
    gateway.decisions.filter(({ layer }) => layer === 3).map(({ reason }) => reason);

  test('a trial changes no decision, and it is said when it would', async () => {
    const gateway = await start(directory);
    const permitted = await callTool(gateway, await tokenOf(gateway, 'robot'), LOOKUP, { id: '1999-1' });
    const denied = await callTool(gateway, await tokenOf(gateway, 'newcomer'), LOOKUP, { id: '2026-1' });

    expect(permitted.body.result?.isError).toBe(false);
    expect(denied.body.error?.code).toBe(-32002);
    expect(invocations(gateway)).toBe(1);
    expect(
      reasons(gateway).filter((reason) => reason.includes('would turn the decision, which is allow')),
    ).toHaveLength(2);
    expect(reasons(gateway).join('\n')).toMatch(/policy \S+ would turn the decision, which is deny: it is in LOG_ONLY/);
  });

  test('the twin: in force the forbids deny', async () => {
    const gateway = await start(edited(directory, inForce));
    const denied = await callTool(gateway, await tokenOf(gateway, 'robot'), LOOKUP, { id: '1999-1' });

    expect(denied.body.error?.code).toBe(-32002);
  });
});

describe('a gateway in LOG_ONLY', () => {
  const modes = (policyMode?: PolicyEngineMode) => {
    const shop = new GatewayApp('shop', policyMode === undefined ? {} : { policyMode });
    shop.addTool('look-up').permit(shop.gateway.addAgent('robot'));
    return shop;
  };

  test('has a reason and is a finding', () => {
    const reason = 'Migration of the old gateway, until its agents are listed';
    const out = modes(PolicyEngineMode.logOnly({ reason })).app.synth().directory;
    const [gateway] = resources(
      JSON.parse(readFileSync(join(out, 'Shop.template.json'), 'utf8')),
      'AWS::BedrockAgentCore::Gateway',
    );

    expect(gateway!.Properties.PolicyEngineConfiguration.Mode).toBe('LOG_ONLY');
    expect(gateway!.Metadata?.['cdk-secure-mcp']).toEqual({
      weakenings: [{ weakening: 'PolicyEngineMode.logOnly', reason }],
    });
    expect(runRules(readAssembly(out)).map(({ ruleId }) => ruleId)).toContain('SecureMcp-AZ02');
  });

  test('without a reason it fails synthesis; without a word it enforces', () => {
    expect(modes(PolicyEngineMode.logOnly({ reason: 'x' })).synthError()).toMatch(
      /PolicyEngineMode\.logOnly.*\[REASON_MISSING\]/,
    );
    expect(JSON.stringify(modes().template().toJSON())).toContain('"Mode":"ENFORCE"');
  });
});
