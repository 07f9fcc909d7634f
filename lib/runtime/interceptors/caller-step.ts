import {
  CALLER_HEADER,
  CALLER_TOKEN_HEADER,
  type CallerFacts,
  type CallerWish,
  encodeCaller,
} from '../../protocol/caller-header';
import { proceed, proceedWith, type RequestStep, refuse, type VerifiedCaller } from './step';

/** By qualified tool name. */
export interface CallerWishes {
  readonly [tool: string]: CallerWish;
}

/**
 * Tells tools that ask for it who calls, in a header that only their targets let through. It comes after every other step,
 * so that it goes by the tool that is called in the end, and it writes the header for every call of such a tool: what a
 * client sent under that name is replaced. A call whose caller was not verified, or whose token lacks a claim, ends here.
 */
export function callerHeaders(wishes: CallerWishes): RequestStep {
  return {
    name: 'caller',
    run: ({ call, caller, headers }) => {
      const wish = call !== undefined && Object.hasOwn(wishes, call.name) ? wishes[call.name] : undefined;
      if (wish === undefined) return proceed();
      if (caller === undefined) return refuse('the caller of this tool was not verified');
      const { claims = [] } = wish;
      const missing = claims.find((claim) => !Object.hasOwn(caller.claims, claim));
      if (missing !== undefined) return refuse(`the token has no claim ${missing}`);
      const facts = encodeCaller(factsOf(caller, claims));
      if (facts === undefined) return refuse('the claims of the token are too long for this tool');
      const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
      return proceedWith({
        ...(wish.claims === undefined ? {} : { [CALLER_HEADER]: facts }),
        ...(wish.token === true && token !== undefined ? { [CALLER_TOKEN_HEADER]: token } : {}),
      });
    },
  };
}

function factsOf({ subject, clientId, claims }: VerifiedCaller, wanted: readonly string[]): CallerFacts {
  const scopes = [claims.scope ?? claims.scp ?? []].flat().flatMap((text) => String(text).split(' '));
  return {
    subject,
    clientId,
    scopes: scopes.filter((scope) => scope !== ''),
    claims: Object.fromEntries(wanted.map((claim) => [claim, claims[claim]])),
  };
}
