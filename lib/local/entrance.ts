import { SecureMcpError } from '../core/errors';
import type { Door } from './inbound/door';
import { foreignIssuer } from './inbound/foreign-issuer';
import { IamCallers } from './inbound/iam-callers';
import { makeDoor } from './inbound/make-door';
import { keySetOf } from './inbound/verify-token';
import type { LocalUsers } from './issuer/local-users';
import type { OAuthClient } from './issuer/oauth-clients';
import { OAuthEndpoint } from './issuer/oauth-endpoint';
import type { TokenIssuer, TokenRecipe } from './issuer/token-issuer';
import type { LocalAgent, LocalGateway, LocalInteractiveAgent } from './local-gateway';
import type { Run } from './run';

/** Layer 1: the door of the gateway, the issuers of the template, and what callers need to come in. */
export interface Entrance {
  readonly door: Door;
  readonly oauth: OAuthEndpoint;
  /** `undefined` for a gateway that takes no tokens. */
  readonly trustedIssuer: string | undefined;
  readonly offers: Pick<
    LocalGateway,
    'issuer' | 'tokenEndpoint' | 'agents' | 'interactiveAgents' | 'mintToken' | 'assumeRole'
  >;
}

/** Throws `LOCAL_UNSUPPORTED`. */
export async function openEntrance(run: Run, users: LocalUsers, origin: string): Promise<Entrance> {
  const { options, assembly, gateway, roles, decide, report } = run;
  const { authorizer } = gateway;
  const foreign = options.issuer === undefined ? undefined : await foreignIssuer(gateway, options.issuer);
  const jwt = typeof authorizer === 'object' && foreign === undefined ? authorizer : undefined;
  const oauth = await OAuthEndpoint.create(origin, assembly, jwt, report, users);
  const own = oauth.trusted;
  const trusted = foreign ?? (own && { issuer: own.issuer, keys: keySetOf(own.keySet) });
  const callers = new IamCallers(assembly, roles);
  const door = makeDoor(origin, gateway, { trusted, callers }, options.advertiseScopes ?? false, decide);
  const offers = {
    issuer: trusted?.issuer ?? '',
    tokenEndpoint: (foreign ?? own)?.tokenEndpoint ?? '',
    agents: (own?.clients ?? []).flatMap(toAgent),
    interactiveAgents: (own?.clients ?? []).flatMap(toInteractiveAgent),
    mintToken: (recipe) => mint(own, recipe),
    assumeRole: (role) => callers.assume(role),
  } satisfies Entrance['offers'];
  return { door, oauth, trustedIssuer: trusted?.issuer, offers };
}

async function mint(issuer: TokenIssuer | undefined, recipe: TokenRecipe): Promise<string> {
  if (issuer === undefined) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: 'this gateway has no issuer of its own that could make a token',
      fix: 'Get a token from the issuer that it trusts, or start it with a CUSTOM_JWT authorizer and no other issuer',
    });
  }
  const agent = issuer.clients.find(({ name }) => name === recipe.clientId);
  return issuer.mint({ ...recipe, clientId: agent?.clientId ?? recipe.clientId });
}

function toAgent({ name, clientId, clientSecret, scopes }: OAuthClient): LocalAgent[] {
  return clientSecret === undefined ? [] : [{ name, clientId, clientSecret, scopes }];
}

function toInteractiveAgent({ name, clientId, scopes, flows, redirectUris }: OAuthClient): LocalInteractiveAgent[] {
  return flows.includes('code') ? [{ name, clientId, scopes, redirectUris }] : [];
}
