import {
  CALLER_HEADER,
  CALLER_TOKEN_HEADER,
  type CallerFacts,
  type CallerWish,
  encodeCaller,
  HEADER_MAX,
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
      const missing = wish.claims?.find((claim) => !Object.hasOwn(caller.claims, claim));
      if (missing !== undefined) return refuse(`the token has no claim ${missing}`);
      const facts = wish.claims === undefined ? '' : encodeCaller(factsOf(caller, wish.claims));
      if (facts === undefined) return refuse('the claims of the token are too long for this tool');
      const token = wish.token === true ? /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] : '';
      if (token === undefined) return refuse('the token of the caller did not arrive');
      if (token.length > HEADER_MAX) return refuse('the token is too long for this tool');
      return proceedWith({
        ...(facts === '' ? {} : { [CALLER_HEADER]: facts }),
        ...(token === '' ? {} : { [CALLER_TOKEN_HEADER]: token }),
      });
    },
  };
}

function factsOf({ subject, clientId, scopes, claims }: VerifiedCaller, wanted: readonly string[]): CallerFacts {
  return { subject, clientId, scopes, claims: Object.fromEntries(wanted.map((claim) => [claim, claims[claim]])) };
}
