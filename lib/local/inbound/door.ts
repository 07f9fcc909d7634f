import type { IncomingMessage, ServerResponse } from 'node:http';
import { unauthenticatedPrincipal } from '../../core/cedar/request';
import type { CallerIdentity } from '../common/caller';
import type { Decide } from '../common/decision';

/** Layer 1: who may reach the gateway. */
export interface Door {
  /** RFC 9728 */
  metadata(): { readonly [name: string]: unknown };
  /** The caller, or `undefined` once the request was answered as the service refuses it. */
  admit(request: IncomingMessage, response: ServerResponse): Promise<CallerIdentity | undefined>;
}

/** `NONE`: nobody is asked who they are. */
export class OpenDoor implements Door {
  public constructor(
    private readonly origin: string,
    private readonly decide: Decide,
  ) {}

  public metadata() {
    return withoutIssuer(this.origin);
  }

  public async admit(): Promise<CallerIdentity> {
    const name = 'unauthenticated';
    this.decide({ layer: 1, decision: 'allow', caller: name, reason: 'the gateway has no authorizer (NONE)' });
    return { principal: unauthenticatedPrincipal(), name };
  }
}

export function withoutIssuer(origin: string): { readonly [name: string]: unknown } {
  return { resource: `${origin}/mcp`, authorization_servers: [], bearer_methods_supported: ['header'] };
}
