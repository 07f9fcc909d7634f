import { isObject, own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { CEDAR_ENTITY } from '../../protocol/cedar-entities';
import { splitToolName } from '../../protocol/tool-name';
import type { CallerIdentity } from '../common/caller';
import type { Decide } from '../common/decision';
import type { Report } from '../model/report';

export const RATE_LIMIT = 'AWS::BedrockAgentCore::GatewayRateLimit';
const EACH = '*';
const PERIOD_MS: { readonly [period: string]: number } = { second: 1000, minute: 60_000 };

interface Limit {
  readonly key: string;
  readonly dimensions: readonly string[];
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly values: readonly string[];
  readonly rates: readonly Rate[];
}

interface Rate {
  readonly rate: number;
  readonly periodMs: number;
}

/** What the caller of a call too many learns. */
export interface Exceeded {
  readonly limitKey: string;
  readonly metric: 'requests';
  /** Seconds. */
  readonly retryAfter: number;
}

/**
 * The rate limits of a gateway, counted exactly. The service counts eventually and lets calls through when in doubt: what
 * is refused here may pass there.
 *
 * A call must be within every limit whose dimensions it has; of the entries of one limit the most exact one counts,
 * with all its rates.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-rate-limits.html
 */
export class RateLimiter {
  public static read(
    assembly: ConcreteAssembly,
    gateway: ConcreteResource,
    decide: Decide,
    report: Report,
  ): RateLimiter {
    const identifiers = [gateway.ref, gateway.attribute('GatewayArn')];
    const all = assembly.ofType(RATE_LIMIT);
    for (const { logicalId, unresolved } of all) {
      for (const what of unresolved) report(`${logicalId}: ${what} is only known after a deployment`);
    }
    const limits = all
      .filter(({ properties }) => identifiers.includes(properties.GatewayIdentifier as string))
      .map((limit) => readLimit(limit, report));
    return new RateLimiter(limits, decide);
  }

  private readonly windows = new Map<string, { readonly began: number; count: number }>();

  private constructor(
    private readonly limits: readonly Limit[],
    private readonly decide: Decide,
  ) {}

  /** Counts the call, unless a limit is reached. */
  public exceeded(caller: CallerIdentity, toolName: unknown): Exceeded | undefined {
    const values = dimensionsOf(caller, toolName);
    for (const limit of this.limits) {
      const given = limit.dimensions.map((name) => values[name]);
      // A dimension that a call does not have takes the limit off it, as at the service.
      if (!given.every((value) => value !== undefined)) continue;
      const entry = limit.entries.find((each) => each.values.every((value, i) => value === EACH || value === given[i]));
      if (entry === undefined) continue;
      const retryAfter = this.count(`${limit.key}\n${JSON.stringify(given)}`, entry);
      if (retryAfter === undefined) continue;
      const reason = `the rate limit ${limit.key} is reached`;
      this.decide({ layer: 4, decision: 'deny', caller: caller.name, tool: values.toolName, reason });
      return { limitKey: limit.key, metric: 'requests', retryAfter };
    }
    return undefined;
  }

  /** Seconds until the next call, or `undefined` if this one is fine. A call that is refused counts for no rate. */
  private count(key: string, { rates }: Entry): number | undefined {
    const now = Date.now();
    const windows = rates.map(({ rate, periodMs }, index) => {
      const id = `${key}\n${index}`;
      const known = this.windows.get(id);
      const window = known !== undefined && now - known.began < periodMs ? known : { began: now, count: 0 };
      return { id, window, wait: window.count >= rate ? window.began + periodMs - now : 0 };
    });
    const wait = Math.max(0, ...windows.map((each) => each.wait));
    if (wait > 0) return Math.ceil(wait / 100) / 10;
    for (const { id, window } of windows) {
      window.count += 1;
      this.windows.set(id, window);
    }
    return undefined;
  }
}

function dimensionsOf({ principal }: CallerIdentity, toolName: unknown): { [name: string]: string | undefined } {
  const claims = Object.entries(principal.tags ?? {}).map(([name, value]) => [`$.context.jwt.${name}`, value]);
  const tool = typeof toolName === 'string' ? toolName : undefined;
  const signed = principal.type === CEDAR_ENTITY.iamEntity ? { '$.context.iam.principal': principal.id } : {};
  return {
    ...Object.fromEntries(claims),
    ...signed,
    toolName: tool,
    targetName: tool === undefined ? undefined : splitToolName(tool)?.target,
  };
}

function readLimit({ ref, logicalId, properties }: ConcreteResource, report: Report): Limit {
  const dimensions = list(properties.DimensionKeys).map(String);
  for (const name of dimensions.filter((each) => !isCounted(each))) {
    report(`${logicalId}: calls have no ${name} here, so they are not counted by it`);
  }
  const entries = listed(properties.Entries).map((entry): Entry => {
    for (const metric of ['Tokens', 'Connections'].filter((each) => own(entry, each) !== undefined)) {
      report(`${logicalId}: only Requests are counted, not ${metric}`);
    }
    return {
      values: dimensions.map((name) => String(own(own(entry, 'Dimensions'), name) ?? EACH)),
      rates: isObject(entry) ? listed(entry.Requests).map(readRate) : [readRate(entry)],
    };
  });
  const wildcards = ({ values }: Entry) => values.filter((value) => value === EACH).length;
  return { key: ref, dimensions, entries: entries.sort((a, b) => wildcards(a) - wildcards(b)) };
}

/** What cannot be read refuses all calls, by the minute. */
function readRate(given: unknown): Rate {
  const rate = Number(own(given, 'Rate'));
  return {
    rate: Number.isFinite(rate) ? rate : 0,
    periodMs: PERIOD_MS[String(own(given, 'Period'))] ?? PERIOD_MS.minute!,
  };
}

function isCounted(dimension: string): boolean {
  return /^(toolName|targetName|\$\.context\.iam\.principal|\$\.context\.jwt\..+)$/.test(dimension);
}

/** What is no list stands for one whose items cannot be read. */
function listed(value: unknown): unknown[] {
  return value === undefined || Array.isArray(value) ? list(value) : [value];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
