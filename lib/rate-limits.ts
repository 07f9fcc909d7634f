import { Lazy, Token } from 'aws-cdk-lib';
import { CfnGatewayRateLimit } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import { type Problem, shown } from './core/errors';
import { qualifiedToolName, splitToolName } from './protocol/tool-name';

const EACH = '*';

/** Where dimensions of the caller are: `$.context.jwt.<claim>`, `$.context.iam.<what>`. */
const CONTEXT = '$.context.';

/** What a rate limit counts by: each value of a dimension by itself, or one value. */
export class RateLimitDimension {
  /** Each caller by itself: the subject of the token, or the IAM principal, as the gateway authenticates. */
  public static caller(): RateLimitDimension {
    return new RateLimitDimension(undefined, EACH);
  }

  /** Each value of a claim of the token by itself, or one value: `claim('tenant')`. Only where callers have tokens. */
  public static claim(name: string, value: string = EACH): RateLimitDimension {
    return new RateLimitDimension(`$.context.jwt.${name}`, value);
  }

  /** Each IAM principal by itself, or one, by ARN. Only where callers sign with IAM credentials. */
  public static iamPrincipal(arn: string = EACH): RateLimitDimension {
    return new RateLimitDimension('$.context.iam.principal', arn);
  }

  /** Each source identity of IAM sessions by itself, or one. Only where callers sign with IAM credentials. */
  public static iamSourceIdentity(sourceIdentity: string = EACH): RateLimitDimension {
    return new RateLimitDimension('$.context.iam.sourceIdentity', sourceIdentity);
  }

  /** Each target by itself, or one. */
  public static target(name: string = EACH): RateLimitDimension {
    return new RateLimitDimension('targetName', name);
  }

  /** Each tool by itself, or one: a tool of `addTool` by its name, one of a target as `<target>___<tool>`. */
  public static tool(name: string = EACH): RateLimitDimension {
    const isWhole = name === EACH || splitToolName(name) !== undefined;
    return new RateLimitDimension('toolName', isWhole ? name : qualifiedToolName(name, name));
  }

  private constructor(
    private readonly key: string | undefined,
    /** @internal */
    public readonly _value: string,
  ) {}

  /** @internal */
  public _key(callerDimension: string | undefined): string | undefined {
    return this.key ?? callerDimension;
  }
}

/** Options of {@link SecureMcpGateway.addRateLimit}. */
export interface RateLimitOptions {
  /** What is counted apart, one value each. Dimensions with one value come before those with each value. */
  readonly by: RateLimitDimension[];

  /** Calls per minute, from 0, which refuses all. */
  readonly callsPerMinute: number;
}

export interface RateLimitsProps {
  readonly gatewayIdentifier: string;
  /** The dimension that tells callers apart; absent if nothing does. */
  readonly callerDimension?: string;
  readonly onProblem: (problem: Problem) => void;
}

interface ToolOfTarget {
  readonly target: string;
  readonly name: string;
}

/** The rate limits of one gateway. The service has one limit per list of dimensions, with an entry per value. */
export class RateLimits extends Construct {
  private readonly limits = new Map<string, CfnGatewayRateLimit.LimitEntryProperty[]>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: RateLimitsProps,
  ) {
    super(scope, id);
  }

  public add(options: RateLimitOptions): void {
    const problems = this.problemsOf(options);
    for (const problem of problems) this.props.onProblem(problem);
    if (problems.length > 0) return;
    const keys = options.by.map((dimension) => dimension._key(this.props.callerDimension)!);
    const dimensions = Object.fromEntries(keys.map((key, index) => [key, options.by[index]!._value]));
    const what = JSON.stringify(dimensions);
    const entries = this.entriesOf(keys);
    if (entries.some((entry) => JSON.stringify(entry.dimensions) === what)) {
      this.props.onProblem({
        code: 'RATE_LIMIT',
        message: `the same calls are limited twice, got ${what}`,
        fix: 'Keep one limit of them; that of each caller is callsPerMinutePerCaller',
        at: this.node.path,
      });
      return;
    }
    entries.push({ dimensions, requests: [{ rate: options.callsPerMinute, period: 'minute' }] });
  }

  /** A limit on what the gateway does not have caps nothing. What it has is known once all is added. */
  public findProblems(tools: readonly ToolOfTarget[], targets: readonly string[]): Problem[] {
    const names = tools.map(({ target, name }) => qualifiedToolName(target, name));
    // A target has no tools when its document cannot be read, and says so itself.
    const unread = targets.filter((name) => !tools.some(({ target }) => target === name));
    const isMissing: Record<string, (value: string) => boolean> = {
      targetName: (value) => !targets.includes(value),
      toolName: (value) => !names.includes(value) && !unread.includes(splitToolName(value)?.target ?? ''),
    };
    const used = [...this.limits.values()].flat().flatMap(({ dimensions }) => Object.entries(dimensions));
    const missing = used
      .filter(([key, value]) => value !== EACH && !Token.isUnresolved(value) && isMissing[key]?.(value))
      .map(([key, value]) => `${key} ${shown(value)}`);
    return [...new Set(missing)].map((what) => ({
      code: 'RATE_LIMIT',
      message: `a rate limit is on what the gateway does not have, and would cap nothing, got ${what}`,
      fix: "Name what is added to this gateway: a tool of addTool by its name, one of a target as '<target>___<tool>'",
      at: this.node.path,
    }));
  }

  private entriesOf(keys: string[]): CfnGatewayRateLimit.LimitEntryProperty[] {
    const name = keys.join(' ');
    const known = this.limits.get(name);
    if (known !== undefined) return known;
    const entries: CfnGatewayRateLimit.LimitEntryProperty[] = [];
    this.limits.set(name, entries);
    new CfnGatewayRateLimit(this, `By-${keys.map((key) => key.replace(/^\$\.context\./, '')).join('-')}`, {
      gatewayIdentifier: this.props.gatewayIdentifier,
      description: 'Caps what calls cost; not a security boundary',
      dimensionKeys: keys,
      entries: Lazy.any({ produce: () => entries }),
    });
    return entries;
  }

  private problemsOf({ by, callsPerMinute }: RateLimitOptions): Problem[] {
    const problem = (message: string, fix: string): Problem => ({
      code: 'RATE_LIMIT',
      message,
      fix,
      at: this.node.path,
    });
    const keys = by.map((dimension) => dimension._key(this.props.callerDimension));
    const firstEach = by.findIndex(({ _value }) => _value === EACH);
    return [
      ...(by.length > 0
        ? []
        : [problem('a rate limit counts by nothing', 'Pass RateLimitDimension.tool() or the like')]),
      ...(keys.includes(undefined)
        ? [problem('callers are not told apart without authentication', 'Use RateLimitDimension.tool()')]
        : []),
      ...keys
        .filter((key) => key !== undefined && !this.hasCallersWith(key))
        .map((key) => problem(`callers of this gateway have no such dimension, got ${shown(key)}`, this.callerFix())),
      ...(new Set(keys).size === keys.length
        ? []
        : [problem(`a dimension is given twice, got ${shown(keys)}`, 'Give each dimension once')]),
      ...(firstEach >= 0 && by.slice(firstEach).some(({ _value }) => _value !== EACH)
        ? [problem('a dimension with one value comes after one with each value', 'Put those with one value first')]
        : []),
      ...(Number.isInteger(callsPerMinute) && callsPerMinute >= 0
        ? []
        : [problem(`calls per minute are a whole number from 0, got ${shown(callsPerMinute)}`, 'Pass a whole number')]),
    ];
  }

  /** The service skips a dimension that a caller does not have: such a limit would cap nothing. */
  private hasCallersWith(key: string): boolean {
    return !key.startsWith(CONTEXT) || familyOf(key) === familyOf(this.props.callerDimension);
  }

  private callerFix(): string {
    const family = familyOf(this.props.callerDimension);
    if (family === 'jwt') return 'Use RateLimitDimension.caller() or claim(): callers come with tokens';
    if (family === 'iam') return 'Use RateLimitDimension.caller(), iamPrincipal() or iamSourceIdentity(): callers sign';
    return 'Use RateLimitDimension.tool() or target(): callers are not authenticated';
  }
}

/** `jwt` of `$.context.jwt.sub`. */
function familyOf(key: string | undefined): string | undefined {
  return key?.slice(CONTEXT.length).split('.')[0];
}
