import { isObject, own } from '../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../assembly/concrete';
import { CEDAR_ENTITY } from '../protocol/cedar-entities';
import { splitToolName } from '../protocol/tool-name';
import type { CallerIdentity } from './authorization';
import type { Decide } from './decision';

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
 * A call must be within every limit whose dimensions it has; of the entries of one limit the most exact one counts.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-rate-limits.html
 */
export class RateLimiter {
  public static read(assembly: ConcreteAssembly, gateway: ConcreteResource, decide: Decide): RateLimiter {
    const limits = assembly
      .ofType(RATE_LIMIT)
      .filter(({ properties }) => properties.GatewayIdentifier === gateway.ref)
      .map(readLimit);
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

  /** Seconds until the next call, or `undefined` if this one is fine. */
  private count(key: string, { rate, periodMs }: Entry): number | undefined {
    const now = Date.now();
    const known = this.windows.get(key);
    const window = known !== undefined && now - known.began < periodMs ? known : { began: now, count: 0 };
    if (window.count >= rate) return Math.ceil((window.began + periodMs - now) / 100) / 10;
    window.count += 1;
    this.windows.set(key, window);
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

function readLimit({ ref, properties }: ConcreteResource): Limit {
  const dimensions = list(properties.DimensionKeys).map(String);
  const entries = list(properties.Entries).flatMap((entry) => {
    const values = dimensions.map((name) => String(own(own(entry, 'Dimensions'), name) ?? EACH));
    return list(own(entry, 'Requests'))
      .filter(isObject)
      .map(({ Rate, Period }): Entry => {
        const rate = Number(Rate);
        return {
          values,
          rate: Number.isFinite(rate) ? rate : 0,
          periodMs: PERIOD_MS[String(Period)] ?? PERIOD_MS.minute!,
        };
      });
  });
  const wildcards = ({ values }: Entry) => values.filter((value) => value === EACH).length;
  return { key: ref, dimensions, entries: entries.sort((a, b) => wildcards(a) - wildcards(b)) };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
