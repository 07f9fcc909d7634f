import { type Problem, shown } from '../core/errors';
import type { TokenClaims } from './inbound-binding';

/** `allowedScopes` of the service API model, the scope-token of RFC 6749. */
const SCOPE_PATTERN = /^[\x21\x23-\x5B\x5D-\x7E]{1,255}$/;
/** What a custom claim can be compared with. */
const CLAIM_VALUE_PATTERN = /^[A-Za-z0-9_.-]{1,255}$/;
/** Scopes that every client of an issuer holds or can ask for: they prove nothing about this gateway. */
const OMNIBUS = /^(\*|all|admin|full[_-]access|openid|profile|email|phone|offline_access|.*\/(\*|\.default))$/i;

/** Options of {@link IssuerScopes.perTool}. */
export interface PerToolScopesOptions {
  /**
   * What stands before the tool name in the scopes of a token.
   *
   * @default '' - the scope is the tool name
   */
  readonly prefix?: string;

  /**
   * What clients must put before the tool name when they ask for a scope, if that differs from what the token then
   * holds: Entra ID is asked for `api://<application>/order-lookup` and writes `order-lookup`. The gateway tells
   * clients this form in its protected resource metadata.
   *
   * @default - the same as in the token
   */
  readonly advertisedPrefix?: string;

  /**
   * The claim that holds the scopes, where it is not the standard one. A claim other than `scope` is compared by custom
   * claims, so prefix and names may then hold letters, digits, `_`, `.` and `-` only.
   *
   * @default ScopeClaim.SCOPE
   */
  readonly claim?: ScopeClaim;
}

/** Options of {@link IssuerScopes.shared}. */
export interface SharedScopeOptions {
  /**
   * The form of the scope that clients must ask for, if that differs from what the token then holds.
   *
   * @default - the same as in the token
   */
  readonly advertisedAs?: string;
}

/** Options of {@link IssuerScopes.none}. */
export interface NoScopesOptions {
  /** Why tokens carry no scope for this gateway, and what limits them instead. */
  readonly reason: string;
}

/** Where an issuer writes the scopes of an access token. */
export enum ScopeClaim {
  /** `scope`, one text with spaces, as RFC 9068 has it. The service reads the `scp` text of Entra ID the same way. */
  SCOPE = 'scope',
  /** `scp`, one text with spaces, as Entra ID writes it. */
  SCP_TEXT = 'scp-text',
  /** `scp`, a list, as Okta writes it. */
  SCP_LIST = 'scp-list',
}

/**
 * How the scopes of an external issuer stand for tools. The scopes must be defined at the issuer; this library cannot
 * do that.
 */
export class IssuerScopes {
  /**
   * One scope per tool, the best choice: a stolen token opens the tools of its scopes only. Agents pass for a tool if
   * their token has its scope.
   */
  public static perTool(options: PerToolScopesOptions = {}): IssuerScopes {
    const prefix = options.prefix ?? '';
    return new IssuerScopes({
      scopeOfTool: (tool) => `${prefix}${tool}`,
      advertised: (scope) =>
        options.advertisedPrefix === undefined ? undefined : `${options.advertisedPrefix}${scope.slice(prefix.length)}`,
      claim: options.claim ?? ScopeClaim.SCOPE,
      always: [],
    });
  }

  /** One scope for the whole gateway; permits tell callers apart by client, group, role or claim. */
  public static shared(scope: string, options: SharedScopeOptions = {}): IssuerScopes {
    return new IssuerScopes({
      scopeOfTool: () => undefined,
      advertised: () => options.advertisedAs,
      claim: ScopeClaim.SCOPE,
      always: [scope],
    });
  }

  /** Tokens carry no scopes, as those of service principals of Entra ID and of Google. Weaker, so it needs a reason. */
  public static none(options: NoScopesOptions): IssuerScopes {
    return new IssuerScopes(
      { scopeOfTool: () => undefined, advertised: () => undefined, claim: undefined, always: [] },
      options.reason,
    );
  }

  private constructor(
    private readonly rules: {
      readonly scopeOfTool: (tool: string) => string | undefined;
      readonly advertised: (scope: string) => string | undefined;
      readonly claim: ScopeClaim | undefined;
      readonly always: readonly string[];
    },
    /** @internal */
    public readonly _reasonForNone?: string,
  ) {}

  /** @internal */
  public _scopeOf(tool: string): string | undefined {
    return this.rules.scopeOfTool(tool);
  }

  /** The scopes that open the door, of these tools. @internal */
  public _atTheDoor(tools: readonly string[]): string[] {
    const ofTools = tools.map((tool) => this.rules.scopeOfTool(tool)).filter((scope) => scope !== undefined);
    return [...new Set([...this.rules.always, ...ofTools])].sort();
  }

  /** @internal */
  public _advertised(scopes: readonly string[]): Record<string, string> {
    const entries = scopes.map((scope) => [scope, this.rules.advertised(scope)] as const);
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  /** The door compares this claim by custom claims, since it is a list. @internal */
  public get _doorClaim(): string | undefined {
    return this.rules.claim === ScopeClaim.SCP_LIST ? 'scp' : undefined;
  }

  /** @internal */
  public get _claim(): TokenClaims['scopes'] {
    if (this.rules.claim === undefined) return undefined;
    return {
      name: this.rules.claim === ScopeClaim.SCOPE ? 'scope' : 'scp',
      isList: this.rules.claim === ScopeClaim.SCP_LIST,
    };
  }

  /** @internal */
  public _problems(tools: readonly string[], at: string): Problem[] {
    const [pattern, allowed] =
      this._doorClaim === undefined
        ? [SCOPE_PATTERN, 'printable ASCII without space, quote and backslash, at most 255']
        : [CLAIM_VALUE_PATTERN, 'letters, digits, "_", "." and "-", at most 255'];
    const problem = (message: string, fix: string): Problem => ({ code: 'INBOUND_SCOPE', message, fix, at });
    const scopes = this._atTheDoor(tools);
    const shownToClients = Object.values(this._advertised(scopes));
    return [
      ...scopes
        .filter((scope) => !pattern.test(scope))
        .map((scope) => problem(`a scope cannot be compared by the service, got ${shown(scope)}`, `Use ${allowed}`)),
      ...shownToClients
        .filter((scope) => !SCOPE_PATTERN.test(scope))
        .map((scope) =>
          problem(`an advertised scope is no scope, got ${shown(scope)}`, 'Use printable ASCII without space'),
        ),
      ...scopes
        .filter((scope) => OMNIBUS.test(scope))
        .map((scope) =>
          problem(`every client of the issuer can hold scope ${shown(scope)}`, 'Use a scope of your own API'),
        ),
      ...(shownToClients.length > 50
        ? [problem(`the service advertises 50 scopes at most, got ${shownToClients.length}`, 'Use IssuerScopes.shared')]
        : []),
    ];
  }
}
