import type { Decide } from '../common/decision';
import type { GatewayModel } from '../model/gateway-model';
import { type Door, OpenDoor } from './door';
import type { IamCallers } from './iam-callers';
import { SignatureDoor } from './signature-door';
import { TokenDoor, type TrustedIssuer } from './token-door';

/** The door that the authorizer of the template asks for. */
export function makeDoor(
  origin: string,
  gateway: GatewayModel,
  { trusted, callers }: { readonly trusted: TrustedIssuer | undefined; readonly callers: IamCallers },
  advertiseScopes: boolean,
  decide: Decide,
): Door {
  const { authorizer } = gateway;
  if (authorizer === 'NONE') return new OpenDoor(origin, decide);
  if (typeof authorizer === 'string') return new SignatureDoor(origin, gateway, callers, decide);
  return new TokenDoor(origin, authorizer, trusted!, advertiseScopes, decide);
}
