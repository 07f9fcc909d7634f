import { AuthorizationModel } from '../../core/cedar/authorization-model';
import { policyTestsJunit, policyTestsText } from '../../core/cedar/policy-test-report';
import { type PolicyTestReport, readPolicyTests, runPolicyTests } from '../../core/cedar/policy-tests';
import { SecureMcpError, shown } from '../../core/errors';
import { choice, parseCommandLine, usage } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { oneAuthorization, readTable, withAgentNames } from './authorization';

export const test: Command = {
  summary: 'Run policy tests against a synthesized app',
  help: `secure-mcp test [cdk.out | template.json] [--tests policies/tests.yaml] [--gateway name]
                [--format text|json|junit] [--min-coverage percent]

  tests:
    - name: support refunds up to the limit
      agent: support                       # or caller: { sub: u1, scope: "a b" }, or iamArn: arn:aws:sts::...
      tool: order-refund
      arguments: { orderId: A1, amount: 500 }
      expect: allow                        # or deny
      by: order_refund                     # optional: the policies that have to decide, [] for none
      at: 2026-12-01T08:00:00Z             # optional: the time of the call

An agent that people log in to takes their claims beside it: caller: { sub: alice, "cognito:groups": [leads] }.

A call that is allowed has to be listed, too. Also tells which parts of the policies no test holds in place; with
--min-coverage it fails when fewer than that are.

Exit codes: 0 all passed, 1 failures, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const options = {
      format: { type: 'string' },
      tests: { type: 'string' },
      gateway: { type: 'string' },
      'min-coverage': { type: 'string' },
    } as const;
    const { values, positionals } = parseCommandLine(args, options, 1);
    const format = choice('format', values.format, ['text', 'json', 'junit'], 'text');
    const least = percentage(values['min-coverage']);
    const path = String(values.tests ?? 'policies/tests.yaml');
    const gateway = oneAuthorization(positionals[0] ?? 'cdk.out', values.gateway as string | undefined);
    if (!gateway.enforced) throw notEnforced(gateway.name);
    const { tests, problems } = readPolicyTests(readTable(path), path, new Date(), gateway.callers);
    if (problems.length > 0) throw new SecureMcpError(problems);
    const report = withAgentNames(runPolicyTests(new AuthorizationModel(gateway), tests), gateway);
    const { percent } = report.coverage;
    const problem = percent < least ? `coverage is ${percent} %, and at least ${least} % is asked for` : undefined;
    const notices = [...gateway.unknown, ...(problem === undefined ? [] : [problem])];
    return {
      exitCode: problem === undefined && report.results.every(({ passed }) => passed) ? EXIT.clean : EXIT.findings,
      output: render[format](report, path, problem),
      ...(notices.length === 0 ? {} : { notice: notices.join('\n') }),
    };
  },
};

const render = {
  text: policyTestsText,
  json: (report: PolicyTestReport) => JSON.stringify(report, undefined, 2),
  junit: policyTestsJunit,
};

function percentage(value: unknown): number {
  if (value === undefined) return 0;
  const percent = /^\d{1,3}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (percent <= 100) return percent;
  throw usage(`--min-coverage takes a whole number from 0 to 100, got ${shown(value)}`);
}

/** Of a gateway that lets everything pass no denial is true. */
function notEnforced(name: string): SecureMcpError {
  return new SecureMcpError({
    code: 'POLICY_TEST',
    message: `gateway ${name} does not enforce its policies, so every call passes`,
    fix: 'Give it a policy engine in ENFORCE',
  });
}
