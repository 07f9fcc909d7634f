import { Token } from 'aws-cdk-lib';
import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { type Problem, shown } from '../core/errors';

/** `inboundTokenClaimName` of the service API model. */
const NAME_PATTERN = /^[A-Za-z0-9_.\-:]{1,255}$/;
/** `matchValueString` of the service API model: no spaces, colons, slashes or `@`. */
const VALUE_PATTERN = /^[A-Za-z0-9_.-]{1,255}$/;

type MatchOperator = 'EQUALS' | 'CONTAINS' | 'CONTAINS_ANY';

/**
 * A claim that every token must have to pass the door, besides issuer, audience, clients and scopes; all must match.
 *
 * The service compares strings and lists of strings, and only with values of letters, digits, `_`, `.` and `-`, at most
 * 255: a group named `Team A`, an ARN, a URL or an address cannot be matched here. Use `Caller.claim` in a permit for
 * those. What does not fit is `INBOUND_CLAIM` at synthesis.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html
 */
export class InboundClaim {
  /** A claim that is a string, equal to this value. */
  public static equalTo(name: string, value: string): InboundClaim {
    return new InboundClaim(name, 'EQUALS', [value]);
  }

  /** A claim that is a list of strings, with this value among them. */
  public static listContains(name: string, value: string): InboundClaim {
    return new InboundClaim(name, 'CONTAINS', [value]);
  }

  /** A claim that is a list of strings, with at least one of these values among them. */
  public static listContainsAny(name: string, ...values: string[]): InboundClaim {
    return new InboundClaim(name, 'CONTAINS_ANY', values);
  }

  private constructor(
    private readonly name: string,
    private readonly operator: MatchOperator,
    private readonly values: readonly string[],
  ) {}

  /** @internal */
  public _problems(at: string): Problem[] {
    const problem = (message: string, fix: string): Problem => ({ code: 'INBOUND_CLAIM', message, fix, at });
    const odd = this.values.filter((value) => Token.isUnresolved(value) || !VALUE_PATTERN.test(value));
    return [
      ...(!Token.isUnresolved(this.name) && NAME_PATTERN.test(this.name)
        ? []
        : [problem(`a claim name is not accepted by the service, got ${text(this.name)}`, NAME_FIX)]),
      ...(this.values.length > 0
        ? []
        : [problem(`claim ${text(this.name)} is compared with no values`, 'Give at least one value')]),
      ...odd.map((value) =>
        problem(`claim ${text(this.name)} cannot be compared with ${text(value)} at the door`, VALUE_FIX),
      ),
    ];
  }

  /** Name and value of a claim that is compared with one text. @internal */
  public get _exact(): readonly [string, string] | undefined {
    return this.operator === 'EQUALS' ? [this.name, this.values[0]!] : undefined;
  }

  /** @internal */
  public _render(): CfnGateway.CustomClaimValidationTypeProperty {
    return {
      inboundTokenClaimName: this.name,
      inboundTokenClaimValueType: this.operator === 'EQUALS' ? 'STRING' : 'STRING_ARRAY',
      authorizingClaimMatchValue: {
        claimMatchOperator: this.operator,
        claimMatchValue:
          this.operator === 'CONTAINS_ANY'
            ? { matchValueStringList: [...this.values] }
            : { matchValueString: this.values[0] },
      },
    };
  }
}

const NAME_FIX = 'Use 1 to 255 letters, digits, "_", ".", "-" and ":"';
const VALUE_FIX =
  'Use 1 to 255 letters, digits, "_", "." and "-", known at synthesis, or test the claim in a permit with Caller.claim';

function text(value: string): string {
  return Token.isUnresolved(value) ? 'a deploy-time value' : shown(value);
}
