import {
  type GatewayAuthorization,
  gatewayNames,
  gatewaysNamed,
  authorizationOf as gatewaysOf,
} from '../assembly/authorization-of';
import { ConcreteAssembly } from '../assembly/concrete';
import { parseYaml } from '../assembly/parse-yaml';
import { readText } from '../assembly/read-json-file';
import { AuthorizationModel } from '../core/cedar/authorization-model';
import {
  type PolicyTestReport,
  type PolicyTestResult,
  readPolicyTest,
  readPolicyTests,
  runPolicyTest,
  runPolicyTests,
} from '../core/cedar/policy-tests';
import { type Problem, SecureMcpError, shown } from '../core/errors';
import { ExpectationError } from './expectation-error';
import { readSubject, type Subject } from './subject';

/** Rows of a table repeat callers and arguments by reference. */
const TABLE_ALIASES = 100_000;

/** As it is before a test replaces the clock, and with it this function. */
const later = globalThis.queueMicrotask;

export interface AuthorizationOptions {
  /**
   * Name of the gateway, where the subject holds several; `<stack>/<name>` where two stacks have one of that name.
   *
   * @default - the only one
   */
  readonly gateway?: string;
}

/** A call of a tool. Exactly one of `agent`, `caller` and `iamArn` says who makes it. */
export interface Call {
  /** Name of an agent of the app: its client, with all scopes that it can get. */
  readonly agent?: string;
  /** Claims of a token, e.g. `{ sub: 'u1', scope: 'orders/read', 'cognito:groups': ['support'] }`. */
  readonly caller?: { readonly [claim: string]: unknown };
  /** ARN of an IAM user, role or session. */
  readonly iamArn?: string;
  /** `<target>___<tool>`, or the tool's own name where only one target has it. */
  readonly tool: string;
  /** @default {} */
  readonly arguments?: { readonly [name: string]: unknown };
  /**
   * Time of the call.
   *
   * @default - now
   */
  readonly at?: Date | string;
}

export interface AllowExpectation {
  /**
   * The policies that have to decide, all of them: the permits of an allow, the forbids of a deny. An empty list is a
   * denial because nothing permits.
   *
   * @default - any policy may
   */
  readonly by?: string | readonly string[];
}

/**
 * Who may call which tool of a gateway, in a test:
 *
 * ```ts
 * authorizationOf(stack).expect({ agent: 'support', tool: 'order-refund', arguments: { amount: 500 } }).allow();
 * ```
 *
 * Decided by Cedar's own engine from the rendered template. Throws RangeError when there is no such gateway, or when the
 * gateway does not enforce its policies, so that no answer would count.
 */
export function authorizationOf(subject: Subject, options: AuthorizationOptions = {}): Authorization {
  const { assembly, stack, gateway: own } = readSubject(subject);
  const all = gatewaysOf(new ConcreteAssembly(assembly));
  const inScope = all.filter((each) => stack === undefined || each.stack === stack);
  const name = options.gateway ?? own;
  const named = name === undefined ? inScope : gatewaysNamed(inScope, name);
  const names = gatewayNames(inScope) || 'none';
  if (named.length !== 1)
    throw new RangeError(`${named.length} gateways match, there are: ${names}; pass { gateway: '<name>' }`);
  const [gateway] = named as [GatewayAuthorization];
  if (!gateway.enforced) throw new RangeError(`gateway ${gateway.name} lets calls through that no policy permits`);
  return new Authorization(gateway);
}

/** The authorization layer of one gateway. */
export class Authorization {
  private readonly model: AuthorizationModel;

  public constructor(private readonly gateway: GatewayAuthorization) {
    this.model = new AuthorizationModel(gateway);
  }

  /**
   * A call to expect something of: `.allow()`, `.deny()`, before the next `await`. A call of which nothing is expected is an
   * {@link ExpectationError} that no test can catch, so that it fails the run.
   */
  public expect(call: Call): Expectation {
    return new Expectation(this.gateway, this.model, call);
  }

  /**
   * Runs a table of tests, as `secure-mcp test` does: a YAML or JSON file, or its content. Returns the results with what
   * no test holds in place.
   *
   * @throws ExpectationError naming every test that fails
   * @throws SecureMcpError POLICY_TEST when the table is not understood
   */
  public expectTable(table: string | { readonly tests: readonly unknown[] }): PolicyTestReport {
    const rows = typeof table === 'string' ? parseYaml(readText(table), TABLE_ALIASES) : table;
    const at = typeof table === 'string' ? table : 'the table';
    const { tests, problems } = readPolicyTests(rows, at, new Date(), this.gateway.callers);
    if (problems.length > 0) throw new SecureMcpError(problems);
    const report = runPolicyTests(this.model, tests);
    const failures = report.results.filter(({ passed }) => !passed);
    if (failures.length === 0) return report;
    throw new ExpectationError(failures.map((result) => `${result.name}\n${failureText(result)}`).join('\n\n'));
  }
}

/** What is expected of one call. */
export class Expectation {
  private concluded = false;

  public constructor(
    private readonly gateway: GatewayAuthorization,
    private readonly model: AuthorizationModel,
    private readonly call: Call,
  ) {
    // Made here, so that it shows where the call is expected of.
    const missing = new ExpectationError(
      `nothing is expected of a call of ${shown(call.tool)}: add .allow() or .deny()`,
    );
    later(() => {
      if (!this.concluded) throw missing;
    });
  }

  /** The call is allowed, and `tools/list` shows the tool to the caller. Throws {@link ExpectationError}. */
  public allow(expectation: AllowExpectation = {}): void {
    this.check('allow', expectation);
  }

  /** The call is denied. Throws {@link ExpectationError}. */
  public deny(expectation: AllowExpectation = {}): void {
    this.check('deny', expectation);
  }

  private check(expect: 'allow' | 'deny', { by }: AllowExpectation): void {
    this.concluded = true;
    const problems: Problem[] = [];
    const report = (message: string, fix: string) => problems.push({ code: 'POLICY_TEST', message, fix });
    const row = { ...this.call, expect, ...(by === undefined ? {} : { by }) };
    const { callers } = this.gateway;
    const test = readPolicyTest(row, 'expectation', { now: new Date(), callers, report });
    if (problems.length > 0 || test === undefined) throw new SecureMcpError(problems);
    const result = runPolicyTest(this.model, test);
    if (!result.passed) throw new ExpectationError(failureText(result));
  }
}

function failureText({ message, explanation }: PolicyTestResult): string {
  return [message, '', ...explanation.map((line) => `  ${line}`)].join('\n');
}
