import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Caller, CedarPolicies, type ICaller, PolicyTrial, type Tool, ToolCondition } from 'cdk-secure-mcp';
import { CallSite } from '../../lib/authorization';
import { placeText } from '../../lib/authorization/written-at';
import { formatPolicyText } from '../../lib/core/cedar/policy-file';
import { GatewayApp, schema } from '../support/gateway-app';

const FILE = relative(process.cwd(), __filename);
const LINES = readFileSync(__filename, 'utf8').split('\n');
const STAFF = Caller.group('staff');

/** The line of this file that ends with a mark. */
function line(mark: string): string {
  return `${FILE}:${LINES.findIndex((each) => each.endsWith(`// ${mark}`)) + 1}`;
}

const INPUT = schema(
  { id: { type: 'string' }, amount: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
  ['id'],
);

function shop(build: (tool: Tool, app: GatewayApp) => void): GatewayApp {
  const app = new GatewayApp();
  const tool = app.addTool('refund', { input: INPUT });
  app.gateway.addAgent('robot').addScopeOf(tool);
  build(tool, app);
  return app;
}

const errors = (build: (tool: Tool, app: GatewayApp) => void) =>
  shop(build)
    .synthError()
    .split('\n')
    .filter((text) => text.includes('(at '));

function warnings(build: (tool: Tool, app: GatewayApp) => void): string[] {
  const { stack } = shop(build);
  const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('\\[ack: cdk-secure-mcp:policy'));
  return found.map(({ entry }) => String(entry.data));
}

const foreign = (condition: string): ICaller => ({
  renderCaller: () => ({ ...STAFF.renderCaller({}), condition }),
});
const at = (...marks: string[]) =>
  new RegExp(`\\(at ${marks.map((mark) => `${line(mark)}:\\d+`).join(', ')}, Shop/Gateway/refund\\)`);

describe('an error about a permit has the line that makes it', () => {
  test.each<[string, string, (tool: Tool) => void]>([
    [
      'an argument that there is not',
      'TOOL_ARGUMENT_UNKNOWN',
      (tool) => {
        tool.permit(STAFF);
        tool.permit(Caller.group('leads'), { when: [tool.arg('amuont').atMost(5)] }); // TOOL_ARGUMENT_UNKNOWN
      },
    ],
    [
      'another type',
      'CONDITION_TYPE',
      (tool) => {
        tool.permit(STAFF);
        tool.forbidUnless({ when: [tool.arg('amount').startsWith('5')] }); // CONDITION_TYPE
      },
    ],
    [
      'a caller that is no expression',
      'CALLER_INVALID',
      (tool) => {
        tool.permit(STAFF);
        tool.permit(foreign('true) || (true')); // CALLER_INVALID
      },
    ],
    [
      'what Cedar refuses',
      'CEDAR_INVALID',
      (tool) => {
        tool.permit(STAFF);
        tool.permit(foreign('principal.department == "x"')); // CEDAR_INVALID
        tool.permit(Caller.group('leads'));
      },
    ],
    [
      'a contradiction',
      'POLICY_ANALYSIS',
      (tool) => {
        tool.permit(STAFF, { when: [tool.arg('amount').atMost(5), tool.arg('amount').atLeast(6)] }); // POLICY_ANALYSIS
      },
    ],
    [
      'somebody who cannot come in',
      'CALLER_KIND',
      (tool) => {
        tool.permit(STAFF);
        tool.permit(Caller.unauthenticated(), { when: [tool.arg('id').equalTo('a')] }); // CALLER_KIND
      },
    ],
    [
      'a trial that is over',
      'POLICY_TRIAL_OVER',
      (tool) => {
        tool.permit(STAFF);
        tool.permit(Caller.group('leads'), { trial: PolicyTrial.until('2025-01-01') }); // POLICY_TRIAL_OVER
      },
    ],
  ])('%s', (_what, code, build) => {
    const found = errors((tool) => build(tool)).filter((text) => text.includes(`[${code}]`));

    expect(found.length).toBeGreaterThan(0);
    for (const text of found) expect(text).toMatch(at(code));
  });

  test('that is too long has the first lines of many', () => {
    const found = errors((tool) => {
      for (let index = 0; index < 80; index++) tool.permit(Caller.scope(`shop/${'x'.repeat(20)}-${index}`)); // LONG
    });

    expect(found.find((text) => text.includes('[POLICY_SIZE]'))).toMatch(at('LONG'));
  });
});

describe('a warning about a permit has the line that makes it', () => {
  test('also when it is one of several of the tool', () => {
    const [text] = warnings((tool) => {
      tool.permit(STAFF); // wide
      tool.permit(Caller.group('leads'));
      tool.permit(STAFF, { when: [tool.arg('amount').atMost(5)] }); // narrow
    });

    expect(text).toMatch(/has an alternative that another one covers/);
    expect(text).toMatch(at('narrow'));
  });

  test('also when it names an agent, of which the client is known when deployed', () => {
    const [text] = warnings((tool, { gateway }) => {
      const agent = gateway.addAgent('clerk');
      tool.permit(STAFF);
      tool.permit(agent);
      tool.permit(agent, { when: [tool.arg('amount').atMost(5)] }); // of an agent
    });

    expect(text).toMatch(/has an alternative that another one covers/);
    expect(text).toMatch(at('of an agent'));
    expect(text).toMatch(/claim 'client_id' is '<[^<>]*\/Agent-clerk\/Client\.Ref>' and/);
    expect(text).not.toContain('Token[');
  });

  test('both lines when it is there twice', () => {
    const [text, ...others] = warnings((tool) => {
      tool.permit(Caller.group('leads'));
      tool.permit(STAFF); // first
      tool.permit(Caller.group('staff')); // second
    });

    expect(others).toEqual([]);
    expect(text).toMatch(/is told more than once: claim 'cognito:groups' lists 'staff'. Remove one of them/);
    expect(text).toMatch(at('first', 'second'));
  });

  test('and the line of what covers it', () => {
    const [text, ...others] = warnings((tool, { gateway }) => {
      tool.permit(Caller.group('leads'));
      tool.permit(STAFF, { when: [tool.arg('id').equalTo('a')] }); // covered by a file
      const condition = STAFF.renderCaller({}).condition;
      const scope =
        'principal is AgentCore::OAuthUser, action == AgentCore::Action::"refund___refund", resource == AgentCore::Gateway::"{{GATEWAY_ARN}}"';
      gateway.addPolicies(
        CedarPolicies.fromText(formatPolicyText(`permit (${scope}) when { ${condition} };`).text!, 'staff.cedar'),
      );
    });

    expect(others).toEqual([]);
    expect(text).toMatch(/has an alternative that 'staff' covers: claim 'cognito:groups' lists 'staff' and id is 'a'/);
    expect(text).toMatch(
      new RegExp(`\\(at ${line('covered by a file')}:\\d+, staff.cedar:1, ${FILE}:\\d+:\\d+, Shop/Gateway/refund\\)`),
    );
  });

  test('a window of time that is over', () => {
    const [text] = warnings((tool) => {
      tool.permit(Caller.group('leads'));
      tool.permit(STAFF, { when: [ToolCondition.before('2026-01-01')] }); // over
    });

    expect(text).toMatch(/can no longer apply: claim 'cognito:groups' lists 'staff' and time < 2026-01-01/);
    expect(text).toMatch(at('over'));
  });

  test('a tool that is open to everybody', () => {
    const [text] = warnings((tool) => tool.permit(foreign('principal.hasTag("sub")'))); // open

    expect(text).toMatch(/everybody with a token can call/);
    expect(text).toMatch(at('open'));
  });

  test('permits of several tools at once have the line of the app, not of the library', () => {
    const [text] = warnings((tool, { gateway }) => gateway.permit(foreign('principal.hasTag("sub")'), [tool])); // several

    expect(text).toMatch(at('several'));
  });
});

test('no line gets into a template', () => {
  const permits = (tool: Tool) => tool.permit(STAFF, { when: [tool.arg('amount').atMost(5)], trial: undefined });
  const [one, other] = [
    shop(permits).template().toJSON(),
    shop((tool) => {
      tool.permit(STAFF, { when: [tool.arg('amount').atMost(5)] });
    })
      .template()
      .toJSON(),
  ];

  expect(one).toEqual(other);
  expect(JSON.stringify(one)).not.toContain('call-site');
});

describe('a place is left out', () => {
  afterEach(() => {
    delete process.env.JSII_AGENT;
  });

  test('in an app in another language', () => {
    process.env.JSII_AGENT = 'Python/3.12';
    const [text] = errors((tool) => tool.permit(STAFF, { when: [tool.arg('amuont').atMost(5)] }));

    expect(CallSite.current()).toBeUndefined();
    expect(text).toMatch(/\(at Shop\/Gateway\/refund\)$/);
  });

  test('where stacks are no text', () => {
    const { prepareStackTrace } = Error;
    const site = CallSite.current()!;
    Error.prepareStackTrace = (_error, frames) => frames;
    try {
      expect(site.place).toBeUndefined();
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  });

  test('and stands otherwise, without a change to how deep stacks are', () => {
    const limit = Error.stackTraceLimit;

    expect(CallSite.current()!.place).toMatch(new RegExp(`^${FILE}:\\d+:\\d+$`));
    expect(Error.stackTraceLimit).toBe(limit);
  });
});

test('a permit costs next to nothing until there is something to say', () => {
  const started = performance.now();
  for (let index = 0; index < 1_000; index++) CallSite.current();

  expect(performance.now() - started).toBeLessThan(500);
});

test('of many lines the first three are named, each construct once', () => {
  const lines = ['a.ts:1:1', 'b.ts:2:1', 'c.ts:3:1', 'd.ts:4:1', 'e.ts:5:1'];

  expect(placeText([{ lines, path: 'Shop/Tool' }])).toBe('a.ts:1:1, b.ts:2:1, c.ts:3:1 and 2 more, Shop/Tool');
  expect(placeText([{ lines: ['a.ts:1:1'], path: 'Shop/Tool' }, { lines: ['a.ts:1:1'] }])).toBe('a.ts:1:1, Shop/Tool');
  expect(placeText([{ lines: [], path: 'Shop/Tool' }])).toBe('Shop/Tool');
});
