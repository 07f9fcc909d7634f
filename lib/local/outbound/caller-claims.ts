import { decodeJwt, type JWTPayload } from 'jose';
import type { RequestContext } from '../../core/iam/conditions';
import type { GatewayModel } from '../model/gateway-model';

/** What IAM sees of a token that AgentCore Identity is given. */
export class CallerClaims {
  private standsIn: string | undefined;

  public constructor(private readonly gateway: GatewayModel) {}

  /** The issuer on this machine whose tokens count as those of the template's. */
  public standIn(issuer: string | undefined): void {
    this.standsIn = issuer;
  }

  /**
   * The claims that conditions can be about; nothing for what is no token.
   *
   * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security_iam_service-with-iam.html
   */
  public context(token: string): RequestContext {
    const { iss, sub, aud, client_id: client, scope } = claimsOf(token);
    const key = (claim: string) => `bedrock-agentcore:InboundJwtClaim/${claim}`;
    return {
      [key('iss')]: iss !== undefined && iss === this.standsIn ? this.templateIssuer : iss,
      [key('sub')]: sub,
      [key('aud')]: aud,
      [key('client_id')]: typeof client === 'string' ? client : undefined,
      [key('scope')]: typeof scope === 'string' ? scope.split(' ') : undefined,
    };
  }

  private get templateIssuer(): string | undefined {
    const { authorizer } = this.gateway;
    if (typeof authorizer !== 'object') return undefined;
    return authorizer.discoveryUrl.replace(/\/\.well-known\/openid-configuration$/, '');
  }
}

function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}
