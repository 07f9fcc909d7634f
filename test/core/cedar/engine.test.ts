import { parsePolicy, validatePolicies } from '../../../lib/core/cedar/engine';
import { schemaFromTools } from '../../../lib/core/cedar/schema-from-tools';
import { refundPermit, TOOLS } from './fixture';

const schema = schemaFromTools(TOOLS);

function problems(condition: string) {
  return validatePolicies([{ id: 'refund', text: refundPermit(condition) }], schema);
}

describe('strict validation', () => {
  test.each([
    ['a decimal compared as Long', 'context.input.amount <= 100', 'expected Long but saw decimal'],
    ['an unguarded tag', 'principal.getTag("scope") == "x"', 'unable to guarantee safety of access to tag'],
    ['an unguarded optional argument', 'context.input.count > 1', 'optional attribute `input.count`'],
    ['a claim as attribute', 'principal.department == "x"', 'attribute `department`'],
    ['five decimal places', 'context.input.amount.lessThan(decimal("1.00001"))', 'failed to parse as a decimal'],
  ])('refuses %s', (_what, condition, message) => {
    const [problem, ...rest] = problems(condition);

    expect(rest).toEqual([]);
    expect(problem).toMatchObject({ policyId: 'refund', severity: 'error' });
    expect(problem!.message).toContain(message);
  });

  test.each([
    ['a decimal', 'context.input.amount.lessThanOrEqual(decimal("100.0"))'],
    ['a guarded tag', 'principal.hasTag("scope") && principal.getTag("scope") == "x"'],
    ['a guarded optional argument', 'context.input has count && context.input.count > 1'],
    ['the time', 'context.system.now < datetime("2027-01-01")'],
  ])('accepts %s', (_what, condition) => {
    expect(problems(condition)).toEqual([]);
  });

  test('an error has line, column, caret and the near miss', () => {
    const [problem] = problems('context.input.amuont.lessThan(decimal("1.0"))');

    expect(problem).toMatchObject({ line: 7, column: 3, help: 'did you mean `amount`?' });
    expect(problem!.excerpt!.split('\n')).toEqual([
      '7 |   context.input.amuont.lessThan(decimal("1.0"))',
      '  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
    ]);
  });

  test('problems come in the order of policies and lines, every time', () => {
    const text = refundPermit(
      Array.from({ length: 8 }, (_, index) => `principal.getTag("t${index}") == "x"`).join('\n  || '),
    );
    const policies = ['b', 'a'].map((id) => ({ id, text }));
    const found = validatePolicies(policies, schema).map(({ policyId, line }) => `${policyId} ${line}`);

    expect(found).toEqual(['b', 'a'].flatMap((id) => Array.from({ length: 8 }, (_, index) => `${id} ${7 + index}`)));
  });

  test('columns count characters, not bytes', () => {
    const [problem] = problems('"äöü€" == context.input.amuont');

    expect(problem!.excerpt!.split('\n')[1]).toBe('  |             ^^^^^^^^^^^^^^^^^^^^');
  });

  test('a syntax error does not hide the problems of other policies', () => {
    const found = validatePolicies(
      [
        { id: 'broken', text: refundPermit('1 +') },
        { id: 'wrong', text: refundPermit('context.input.amount <= 100') },
        { id: 'right', text: refundPermit('true') },
      ],
      schema,
    );

    expect(found.map(({ policyId }) => policyId)).toEqual(['broken', 'wrong']);
    expect(found[0]!.message).toBe('unexpected token `}`');
  });

  test('a policy that can never apply is a warning', () => {
    expect(problems('false')).toMatchObject([{ severity: 'warning', message: expect.stringContaining('impossible') }]);
  });

  test('two underscores in the action name are an unknown action', () => {
    const text = refundPermit('true').replace('order-refund___order-refund', 'order-refund__order-refund');

    expect(validatePolicies([{ id: 'p', text }], schema)[0]!.message).toContain('unrecognized action');
  });

  test('two policies with one id are refused', () => {
    const policy = { id: 'p', text: refundPermit('true') };

    expect(() => validatePolicies([policy, policy], schema)).toThrow(/two policies have the id 'p'.*CEDAR_INVALID/s);
  });
});

test('a policy is read into its structure', () => {
  expect(parsePolicy('permit (principal, action, resource);').json).toMatchObject({ action: { op: 'All' } });
  expect(parsePolicy('permit (principal, action, resource').problems[0]!.message).toContain('unexpected end of input');
});
