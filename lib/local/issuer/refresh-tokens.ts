import { randomBytes, randomUUID } from 'node:crypto';
import type { LocalUser } from './local-users';
import type { OAuthClient } from './oauth-clients';

/** A person who is logged in to a client. */
export interface Login {
  readonly client: OAuthClient;
  readonly user: LocalUser;
  readonly scopes: readonly string[];
  /** Seconds since 1970. */
  readonly authTime: number;
  /** The same in all tokens of one login. */
  readonly originJti: string;
}

interface Kept {
  readonly login: Login;
  readonly expires: number;
  /** Once it was rotated: how long it still works, so that a lost answer does not log the person out. */
  until?: number;
}

export function newLogin(client: OAuthClient, user: LocalUser, scopes: readonly string[]): Login {
  return { client, user, scopes, authTime: Math.floor(Date.now() / 1000), originJti: randomUUID() };
}

/**
 * Refresh tokens as a user pool has them: for one client each, as long as the client says. Where the client rotates them,
 * each use gives another one for the rest of that time, and the old one ends after the grace period.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
 */
export class RefreshTokens {
  private readonly tokens = new Map<string, Kept>();

  /** `undefined` for a client whose logins cannot be refreshed. */
  public issue(login: Login): string | undefined {
    const { refresh } = login.client;
    return refresh === undefined ? undefined : this.keep(login, Date.now() + refresh.seconds * 1000);
  }

  /** The login behind a token, and the token that takes its place. `undefined` for one that is not good. */
  public use(token: string, client: OAuthClient): { readonly login: Login; readonly next?: string } | undefined {
    const kept = this.tokens.get(token);
    const now = Date.now();
    if (kept === undefined || kept.login.client !== client || client.refresh === undefined) return undefined;
    if (kept.expires <= now || (kept.until !== undefined && kept.until <= now)) return undefined;
    const { graceSeconds } = client.refresh;
    if (graceSeconds === undefined) return { login: kept.login };
    kept.until ??= now + graceSeconds * 1000;
    return { login: kept.login, next: this.keep(kept.login, kept.expires) };
  }

  /** Ends the login behind the token, with all its refresh tokens. */
  public revoke(token: string, client: OAuthClient): void {
    const login = this.tokens.get(token)?.login;
    if (login?.client !== client) return;
    for (const [other, kept] of this.tokens) if (kept.login === login) this.tokens.delete(other);
  }

  private keep(login: Login, expires: number): string {
    const token = randomBytes(48).toString('base64url');
    this.tokens.set(token, { login, expires });
    return token;
  }
}
