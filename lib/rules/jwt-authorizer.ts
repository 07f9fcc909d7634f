import { isUnknown } from '../assembly/resolve';
import { type ModelResource, property, type TemplateModel } from '../assembly/template-model';
import { GATEWAY } from './types';

export interface JwtGateway {
  readonly gateway: ModelResource;
  /** `CustomJWTAuthorizer`, or Unknown. */
  readonly authorizer: unknown;
  readonly path: string;
}

/** Gateways whose authorizer is a JWT authorizer, or may be one. */
export function* jwtGateways(model: TemplateModel): Iterable<JwtGateway> {
  for (const gateway of model.ofType(GATEWAY)) {
    const type = property(gateway, 'AuthorizerType');
    if (type !== 'CUSTOM_JWT' && !isUnknown(type)) continue;
    const authorizer = property(gateway, 'AuthorizerConfiguration', 'CustomJWTAuthorizer');
    yield { gateway, authorizer, path: 'Properties.AuthorizerConfiguration.CustomJWTAuthorizer' };
  }
}

/** Whether the issuer is a Cognito user pool, of this assembly or by its URL. */
export function isCognito(model: TemplateModel, discoveryUrl: unknown): boolean {
  if (typeof discoveryUrl !== 'string') return false;
  if (/^https:\/\/cognito-idp\./.test(discoveryUrl)) return true;
  const issuer = /^\$\{[^${}]+\}/.exec(discoveryUrl)?.[0];
  return model.referenced(issuer)?.type === 'AWS::Cognito::UserPool';
}
