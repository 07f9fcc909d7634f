import type { IncomingMessage, ServerResponse } from 'node:http';
import { oauthPrincipal } from '../../core/cedar/request';
import { GATEWAY_ERROR } from '../../protocol/mcp';
import type { CallerIdentity } from '../common/caller';
import type { Decide } from '../common/decision';
import { sendJson } from '../common/http';
import { rpcError } from '../common/json-rpc';
import type { JwtAuthorizer } from '../model/authorizer-model';
import type { Door } from './door';
import { type KeySet, type TokenVerdict, verifyToken } from './verify-token';

/** Whose tokens are accepted. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly keys: KeySet;
}

/** `CUSTOM_JWT`: a token of one issuer that is as the authorizer of the template asks. */
export class TokenDoor implements Door {
  public constructor(
    private readonly origin: string,
    private readonly authorizer: JwtAuthorizer,
    private readonly trusted: TrustedIssuer,
    private readonly advertiseScopes: boolean,
    private readonly decide: Decide,
  ) {}

  public metadata(): { readonly [name: string]: unknown } {
    return {
      resource: `${this.origin}/mcp`,
      authorization_servers: [this.trusted.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: this.scopes,
    };
  }

  public async admit(request: IncomingMessage, response: ServerResponse): Promise<CallerIdentity | undefined> {
    const { issuer, keys } = this.trusted;
    const verdict = await verifyToken(request.headers.authorization, this.authorizer, issuer, keys);
    const principal = verdict.ok ? oauthPrincipal(verdict.claims) : undefined;
    if (verdict.ok && principal !== undefined) {
      const name = String(verdict.claims.client_id ?? verdict.claims.sub);
      this.decide({ layer: 1, decision: 'allow', caller: name, reason: 'the token is valid for this gateway' });
      return { principal, name, token: request.headers.authorization?.replace(/^Bearer /i, '') };
    }
    this.refuse(
      response,
      verdict.ok ? { ok: false, status: 401, error: 'invalid_token', reason: 'the token has no sub' } : verdict,
    );
    return undefined;
  }

  private refuse(response: ServerResponse, verdict: Extract<TokenVerdict, { ok: false }>): void {
    this.decide({ layer: 1, decision: 'deny', reason: verdict.reason });
    const metadata = `${this.origin}/.well-known/oauth-protected-resource`;
    const scope = this.scopes === undefined ? '' : `, scope="${this.scopes.join(' ')}"`;
    const text = verdict.status === 401 ? 'Invalid Bearer token' : 'Insufficient scope';
    sendJson(response, verdict.status, rpcError(null, GATEWAY_ERROR.invalidBearerToken, text), {
      'www-authenticate': `Bearer error="${verdict.error}"${scope}, resource_metadata="${metadata}"`,
    });
  }

  private get scopes(): string[] | undefined {
    if (!this.advertiseScopes) return undefined;
    const { allowedScopes, advertisedScopes } = this.authorizer;
    return allowedScopes?.map((scope) => advertisedScopes[scope] ?? scope);
  }
}
