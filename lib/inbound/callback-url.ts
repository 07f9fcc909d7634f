import { Token } from 'aws-cdk-lib';
import { type Problem, shown } from '../core/errors';

/**
 * Where the issuer may send the authorization code of a person who logged in. URLs are compared character by character,
 * without wildcards: a code that goes elsewhere is somebody else's access.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization
 */
export class CallbackUrl {
  /**
   * A page of a client that is served over https: `https://agent.example.com/oauth/callback`.
   *
   * Errors at synthesis: `CALLBACK_URL` for anything but an exact https URL without wildcard, fragment or user name.
   */
  public static https(url: string): CallbackUrl {
    return new CallbackUrl(url, problemOf(url));
  }

  /**
   * A client on the person's own machine, such as a desktop application or an IDE: `http://localhost:<port><path>`.
   *
   * Any program on that machine can listen on the port. PKCE keeps it from using the code; it does not keep it from
   * starting a login of its own.
   *
   * @param port the port that the client listens on
   * @param path the path; the default is `/callback`
   */
  public static loopback(port: number, path: string = '/callback'): CallbackUrl {
    const url = `http://localhost:${port}${path}`;
    const fits = Number.isInteger(port) && port > 0 && port < 65_536 && /^\/[\w./~-]*$/.test(path);
    return new CallbackUrl(
      url,
      fits ? undefined : { url: shown(url), rule: 'a port from 1 to 65535 and a plain path' },
    );
  }

  private constructor(
    /** The URL as it is registered. */
    public readonly url: string,
    private readonly broken: { readonly url: string; readonly rule: string } | undefined,
  ) {}

  /** @internal */
  public _problems(at: string): Problem[] {
    if (this.broken === undefined) return [];
    return [
      {
        code: 'CALLBACK_URL',
        message: `a callback URL is not usable, got ${this.broken.url}`,
        fix: `Use ${this.broken.rule}`,
        at,
      },
    ];
  }
}

function problemOf(url: string): { url: string; rule: string } | undefined {
  const rule = 'an exact https URL without wildcard, fragment or user name, or CallbackUrl.loopback(port)';
  if (Token.isUnresolved(url)) return { url: 'a deploy-time value', rule };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const exact =
    parsed?.protocol === 'https:' &&
    parsed.username === '' &&
    parsed.password === '' &&
    !/[*#\s\\]/.test(url) &&
    /^https:\/\/[^/?@]+/.test(url);
  return exact ? undefined : { url: shown(url), rule };
}
