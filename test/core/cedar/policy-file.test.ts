import {
  firstUnformattedLine,
  formatPolicyText,
  mayConcern,
  readPolicyFile,
  validatePolicyFiles,
} from '../../../lib/core/cedar/policy-file';
import { schemaFromTools } from '../../../lib/core/cedar/schema-from-tools';
import { GATEWAY, refundPermit, TOOLS } from './fixture';

const schema = schemaFromTools(TOOLS);
const permit = (condition: string) => refundPermit(condition).replace(GATEWAY, '{{GATEWAY_ARN}}');
const good = permit('context.input.amount.lessThan(decimal("5.0"))');
const problems = (text: string, file = 'policies/refund.cedar') => validatePolicyFiles([{ file, text }], schema);

test('a file may hold one policy or many, with comments, strings and annotations', () => {
  const text = [
    '// a comment; with a semicolon and a "quote',
    good,
    '@id("second")',
    '// and \\" one more ;',
    permit('principal.hasTag("a;b\\"") && true'),
    '// the end',
    '',
  ].join('\n');

  expect(readPolicyFile({ file: 'policies/refund.cedar', text }).map(({ id }) => id)).toEqual(['refund-1', 'second']);
  expect(readPolicyFile({ file: 'refund.cedar', text: good }).map(({ id }) => id)).toEqual(['refund']);
  expect(problems(text)).toEqual([]);
});

test.each([
  ['permit', permit('context.input has forbid && context.input.forbid')],
  ['forbid', `// permit ()\n@permit("a")\n${permit('true').replace('permit', 'forbid')}`],
  ['permit', `@forbid("a")\n${permit('context.input.orderId == "forbid ("')}`],
  ['permit', `@ forbid("none")\n${permit('true')}`],
  ['permit', `@ forbid("none")\n${permit('true').slice(0, -1)} when guardrails { X };`],
  ['forbid', `@ permit("none")\n${permit('true').replace('permit', 'forbid').slice(0, -1)} when guardrails { X };`],
])('the effect is that of the policy: %s', (effect, text) => {
  expect(readPolicyFile({ file: 'a.cedar', text })[0]!.effect).toBe(effect);
});

test.each<[string, boolean, string]>([
  ['its name', true, 'action == AgentCore::Action::"order-refund___order-refund"'],
  ['its target', true, 'action in AgentCore::Action::"order-refund"'],
  ['every tool', true, 'action in AgentCore::Action::"CallTool"'],
  ['nothing', true, 'action'],
  ['it with an escape', true, 'action == AgentCore::Action::"\\u{6f}rder-refund___order-refund"'],
  ['another with an escape', false, 'action == AgentCore::Action::"\\u{41}"'],
  ['a placeholder', true, 'action == AgentCore::Action::"{{TOOL}}"'],
  ['a list', true, 'action in [AgentCore::Action::"a___b", AgentCore::Action::"order-refund___order-refund"]'],
  ['another tool', false, 'action == AgentCore::Action::"order-list___order-list"'],
  [
    'another tool, and it in a comment',
    false,
    'action == // AgentCore::Action::"order-refund"\n AgentCore::Action::"a___b"',
  ],
])('a policy that names %s may be about a tool: %s', (_what, expected, action) => {
  const [policy] = readPolicyFile({ file: 'a.cedar', text: good.replace(/action == [^,]*/, action) });

  expect(mayConcern(policy!, TOOLS[0]!)).toBe(expected);
});

test.each([
  ['an escape', true, '\\u{41}'],
  ['a placeholder', true, '{{TOOL}}'],
  ['its name', true, 'order-refund___order-refund'],
  ['another tool', false, 'order-list___order-list'],
])('a policy of the dialect that names %s may be about a tool: %s', (_what, expected, action) => {
  const text = `permit (principal, action == AgentCore::Action::"${action}", resource) when guardrails { X };`;

  expect(mayConcern(readPolicyFile({ file: 'a.cedar', text })[0]!, TOOLS[0]!)).toBe(expected);
});

test('an argument that is called like the dialect is validated as Cedar, the clause is not', () => {
  const named = (schema: object) =>
    schemaFromTools([{ ...TOOLS[0]!, inputSchema: { ...TOOLS[0]!.inputSchema, ...schema } }]);
  const tools = named({ properties: { suppressOutput: { type: 'boolean' } }, required: ['suppressOutput'] });
  const of = (text: string) => validatePolicyFiles([{ file: 'a.cedar', text }], tools).map(({ code }) => code);
  const text = permit('context.input.suppressOutput');

  expect(of(text)).toEqual([]);
  expect(of(text.replace('suppressOutput', 'suppressInput'))).toEqual(['CEDAR_INVALID']);
  expect(formatPolicyText(text).problem).toBeUndefined();
  expect(of(text.replace('permit', 'suppressOutput'))).toEqual(['CEDAR_NOT_VALIDATED']);
});

test('an empty id is a problem, and the file names the policy', () => {
  const text = `@id("")\n${good}`;

  expect(readPolicyFile({ file: 'refund.cedar', text })[0]!.id).toBe('refund');
  expect(problems(text)).toMatchObject([
    { code: 'CEDAR_FILE', severity: 'error', message: expect.stringContaining('got @id("")') },
  ]);
  expect(problems(text.replace('""', '"a"'))).toEqual([]);
});

test('a policy about all tools but one may be about each', () => {
  const text =
    'permit (principal, action, resource) unless { action == AgentCore::Action::"order-list___order-list" };';

  expect(mayConcern(readPolicyFile({ file: 'a.cedar', text })[0]!, TOOLS[0]!)).toBe(true);
});

test('an error has file, line and column, also in the second policy and after wide characters', () => {
  const text = `// äöü€😀\n${good}\n\n${permit('context.input.amuont.lessThan(decimal("5.0"))')}\n`;
  const [problem, ...others] = problems(text);

  expect(others).toEqual([]);
  expect(problem).toMatchObject({ code: 'CEDAR_INVALID', severity: 'error', at: 'policies/refund.cedar:17:3' });
  expect(problem!.message).toContain('did you mean `amount`?');
  expect(problem!.message).toContain('17 |   context.input.amuont');
});

test('a syntax error has its place', () => {
  expect(problems(permit('1 +'))[0]).toMatchObject({
    at: 'policies/refund.cedar:8:1',
    message: expect.stringContaining('unexpected token `}`'),
  });
  expect(problems('permit (principal,')[0]).toMatchObject({ at: 'policies/refund.cedar:1:19' });
});

test.each([
  ['a guardrail', `${good.slice(0, -1)}\nwhen guardrails { BedrockGuardrails::PromptAttack };`, 'guardrails'],
  ['a temporal clause', `${good.slice(0, -1)}\nwhen temporal { x };`, 'temporal'],
])('%s passes with a warning that it is not validated', (_what, text, word) => {
  expect(problems(text)).toMatchObject([
    { code: 'CEDAR_NOT_VALIDATED', severity: 'warning', message: expect.stringContaining(`'${word}'`) },
  ]);
});

test('the words of the dialect in strings and comments are no dialect', () => {
  expect(
    problems(`// when guardrails { x }\n${permit('context.input.orderId == "when temporal { suppressOutput"')}`),
  ).toEqual([]);
});

test('an empty file and an id twice are problems', () => {
  const twice = validatePolicyFiles(
    [
      { file: 'a/refund.cedar', text: good },
      { file: 'b/refund.cedar', text: good },
    ],
    schema,
  );

  expect(problems('// nothing\n')).toMatchObject([{ message: 'the file has no policy' }]);
  expect(twice).toMatchObject([
    { at: 'b/refund.cedar:1', message: expect.stringContaining("the id 'refund', the other is in a/refund.cedar") },
  ]);
});

test('formatting is checked by line', () => {
  const formatted = formatPolicyText(good).text!;

  expect(firstUnformattedLine(formatted)).toBeUndefined();
  expect(firstUnformattedLine(formatted.replace('  principal', ' principal'))).toBe(2);
  expect(firstUnformattedLine(`${formatted}\n`)).toBeGreaterThan(1);
  expect(formatPolicyText('permit (').problem).toContain('unexpected end of input');
});
