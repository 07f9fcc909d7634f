import * as fc from 'fast-check';
import { Caller, CallerType, ClaimMatch, type PolicyTool, ToolArgument, ToolCondition } from '../../lib/authorization';
import { validatePolicies } from '../../lib/core/cedar/engine';
import { schemaFromTools } from '../../lib/core/cedar/schema-from-tools';
import { ERRORS, type Problem, SecureMcpError } from '../../lib/core/errors';
import { parseToolSchema } from '../../lib/core/schema/parse-tool-schema';
import { ToolPermits } from '../../lib/tool-permits';
import { GATEWAY } from '../core/cedar/fixture';
import { INSIDE, inputSchema, made, OPERATORS, PARTS, statements } from './random-policies';
import { REFUND_TOOL } from './support';

test('the table has every part of the API that makes a condition or a caller', () => {
  const own = (of: object) =>
    Object.entries(Object.getOwnPropertyDescriptors(of))
      .filter(([, { value }]) => typeof value === 'function')
      .map(([name]) => name);
  const known = (name: string) =>
    PARTS.filter((each) => each.startsWith(`${name}.`)).map((each) => each.slice(name.length + 1));
  const methods = own(ToolArgument.prototype).filter((name) => !INSIDE.includes(name));

  expect(methods.sort()).toEqual(['constructor', 'property', ...Object.keys(OPERATORS)].sort());
  expect(own(ToolCondition).sort()).toEqual(
    ['_of', 'before', 'dailyBetween', 'notBefore', ...known('ToolCondition')].sort(),
  );
  expect(own(Caller).sort()).toEqual(['_of', ...known('Caller')].sort());
  expect(own(ClaimMatch).sort()).toEqual(known('ClaimMatch').sort());
});

/** What the engine says of texts that it takes: characters that look like others or turn the direction of writing. */
const LOOKS = /BIDI|mixed scripts|general security profile|confusable/;

test('every permit and forbid that can be built is taken by strict validation, or refused with a code', () => {
  const accepted = new Set<string>();
  const codes = new Set<string>();
  const note = (error: unknown): undefined => {
    if (!(error instanceof SecureMcpError)) throw error;
    for (const { code, message, fix } of error.problems) {
      expect(Object.keys(ERRORS)).toContain(code);
      expect([message.length > 10, fix.length > 10]).toEqual([true, true]);
      codes.add(code);
    }
  };

  fc.assert(
    fc.property(inputSchema, statements, (json, { type, permits, demands, demandInputs }) => {
      const { schema, constraints, problems } = parseToolSchema(json, 'schema');
      if (schema === undefined) return note(new SecureMcpError(problems));
      const tool: PolicyTool = {
        target: 't',
        name: 't',
        inputSchema: schema,
        constraints,
        scope: 'orders/t',
        at: 'App/T',
      };
      const reported: Problem[] = [];
      const permissions = new ToolPermits({ tool, callerType: type, onProblem: (each) => reported.push(each) });
      const uses: string[] = [];
      try {
        for (const [who, when] of permits) permissions.permit(who.make(tool), { when: made(when, tool) });
        for (const [who, when] of demands)
          permissions.forbidUnless({ caller: who?.make(tool), when: made(when, tool) });
        for (const [who, when] of [...permits, ...demands])
          uses.push(...(who?.uses ?? []), ...when.flatMap((each) => each.uses));
      } catch (error) {
        return note(error);
      }
      if (reported.length > 0) return note(new SecureMcpError(reported));
      if (demandInputs) permissions.demandInputs();
      const { policy } = permissions;
      for (const statement of [policy.renderPermit(GATEWAY), policy.renderForbid(GATEWAY)]) {
        if (statement === undefined) continue;
        if (statement.problems.length > 0) {
          note(new SecureMcpError(statement.problems));
          continue;
        }
        const found = validatePolicies([{ id: 'p', text: statement.text }], schemaFromTools([tool]));
        // What has to be given and absent is for nobody, and no other condition takes back what another one says.
        const known = uses.includes('isAbsent') ? new RegExp(`${LOOKS.source}|^policy is impossible`) : LOOKS;
        const wrong = found.filter(({ severity, message }) => severity === 'error' || !known.test(message));
        if (wrong.length > 0) throw new Error(`${wrong[0]!.message}\n${statement.text}`);
      }
      if (policy.renderPermit(GATEWAY)!.problems.length > 0 || (policy.renderForbid(GATEWAY)?.problems.length ?? 0) > 0)
        return;
      for (const each of uses) accepted.add(each);
    }),
    { numRuns: 600 },
  );
  const all = [...Object.keys(OPERATORS), 'notBefore', 'before', 'dailyBetween', ...PARTS];
  expect(all.filter((each) => !accepted.has(each))).toEqual([]);
  for (const code of ['CALLER_INVALID', 'CALLER_KIND', 'CONDITION_TYPE', 'CONDITION_VALUE', 'TOOL_ARGUMENT_UNKNOWN'])
    expect(codes).toContain(code);
});

test('a forbid that spares everybody on a gateway without authorizer is refused, one with a condition is not', () => {
  const problems = (when: ToolCondition[]) => {
    const reported: Problem[] = [];
    const permissions = new ToolPermits({
      tool: REFUND_TOOL,
      callerType: CallerType.UNAUTHENTICATED,
      onProblem: (each) => reported.push(each),
    });
    permissions.forbidUnless({ caller: Caller.unauthenticated(), when });
    return reported.map(({ code, message }) => `${code} ${message}`);
  };

  expect(problems([])).toEqual(["CALLER_KIND tool 'order-refund' is forbidden to nobody"]);
  expect(problems([ToolArgument.named('amount').atMost(5)])).toEqual([]);
});
