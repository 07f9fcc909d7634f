import { AuthorizationModel } from '../../core/cedar/authorization-model';
import { policyTestsJunit, policyTestsText } from '../../core/cedar/policy-test-report';
import { readPolicyTests, runPolicyTests } from '../../core/cedar/policy-tests';
import { SecureMcpError } from '../../core/errors';
import { choice, parseCommandLine } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { oneAuthorization, readTable, withAgentNames } from './authorization';

export const test: Command = {
  summary: 'Run policy tests against a synthesized app',
  help: `secure-mcp test [cdk.out | template.json] [--tests policies/tests.yaml] [--gateway name] [--format text|json|junit]

  tests:
    - name: support refunds up to the limit
      agent: support                       # or caller: { sub: u1, scope: "a b" }, or iamArn: arn:aws:sts::...
      tool: order-refund
      arguments: { orderId: A1, amount: 500 }
      expect: allow                        # or deny
      by: order_refund                     # optional: the policies that have to decide
      at: 2026-12-01T08:00:00Z             # optional: the time of the call

Also tells which parts of the policies no test holds in place.

Exit codes: 0 all passed, 1 failures, 2 wrong usage or unreadable input.`,
  run: (args) => {
    const options = { format: { type: 'string' }, tests: { type: 'string' }, gateway: { type: 'string' } } as const;
    const { values, positionals } = parseCommandLine(args, options, 1);
    const format = choice('format', values.format, ['text', 'json', 'junit'], 'text');
    const path = String(values.tests ?? 'policies/tests.yaml');
    const gateway = oneAuthorization(positionals[0] ?? 'cdk.out', values.gateway as string | undefined);
    const { tests, problems } = readPolicyTests(readTable(path), path, new Date(), gateway.callers);
    if (problems.length > 0) throw new SecureMcpError(problems);
    const report = withAgentNames(runPolicyTests(new AuthorizationModel(gateway), tests), gateway);
    const render = {
      text: policyTestsText,
      json: asJson,
      junit: (each: typeof report) => policyTestsJunit(each, path),
    };
    return {
      exitCode: report.results.every(({ passed }) => passed) ? EXIT.clean : EXIT.findings,
      output: render[format](report),
      ...(gateway.unknown.length === 0 ? {} : { notice: gateway.unknown.join('\n') }),
    };
  },
};

function asJson(report: object): string {
  return JSON.stringify(report, undefined, 2);
}
