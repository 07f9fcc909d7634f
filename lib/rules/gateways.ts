import { isUnknown, Unknown } from '../assembly/resolve';
import { asList, type ModelResource, property, type TemplateModel, within } from '../assembly/template-model';
import { groupedBy } from '../core/grouped-by';
import { perModel } from './per-model';
import { GATEWAY, POLICY_ENGINE, TARGET, USER_POOL } from './types';

/** The gateway that a resource belongs to by `GatewayIdentifier`. */
export function gatewayOf(model: TemplateModel, resource: ModelResource): ModelResource | undefined {
  return gatewayNamed(model, property(resource, 'GatewayIdentifier'));
}

/** The gateway behind an ARN, an id or a reference. */
export function gatewayNamed(model: TemplateModel, value: unknown): ModelResource | undefined {
  const text = String(value);
  const atom = /(\$\{[^${}]+\})$/.exec(text)?.[1];
  const resource = model.referenced(value) ?? model.referenced(atom);
  return resource?.type === GATEWAY ? resource : undefined;
}

const targetsByGateway = perModel((model) => groupedBy(model.ofType(TARGET), (target) => gatewayOf(model, target)));

export function targetsOf(model: TemplateModel, gateway: ModelResource): readonly ModelResource[] {
  return targetsByGateway(model).get(gateway) ?? [];
}

/** `Lambda`, `OpenApiSchema`, `McpServer`, `Passthrough` …; undefined when it is unknown. */
export function targetKind(target: ModelResource): string | undefined {
  const configuration = property(target, 'TargetConfiguration');
  for (const protocol of ['Mcp', 'Http', 'Inference']) {
    const value = within(configuration, protocol);
    if (typeof value === 'object' && value !== null && !isUnknown(value)) return Object.keys(value)[0];
  }
  return undefined;
}

export function engineOf(model: TemplateModel, gateway: ModelResource): ModelResource | undefined {
  return engineNamed(model, property(gateway, 'PolicyEngineConfiguration', 'Arn'));
}

const gatewaysByEngine = perModel((model) => groupedBy(model.ofType(GATEWAY), (gateway) => engineOf(model, gateway)));

/** The gateways that an engine decides for. */
export function gatewaysOf(model: TemplateModel, engine: ModelResource | undefined): readonly ModelResource[] {
  return (engine && gatewaysByEngine(model).get(engine)) ?? [];
}

export function engineNamed(model: TemplateModel, value: unknown): ModelResource | undefined {
  const resource = model.referenced(value) ?? model.referenced(/(\$\{[^${}]+\})$/.exec(String(value))?.[1]);
  return resource?.type === POLICY_ENGINE ? resource : undefined;
}

export interface JwtGateway {
  readonly gateway: ModelResource;
  /** `CustomJWTAuthorizer`, or Unknown. */
  readonly authorizer: unknown;
  readonly path: string;
}

/** Below `Properties`. */
export const JWT = 'AuthorizerConfiguration.CustomJWTAuthorizer';

/** Gateways whose authorizer is a JWT authorizer, or may be one. */
export function* jwtGateways(model: TemplateModel): Iterable<JwtGateway> {
  for (const gateway of model.ofType(GATEWAY)) {
    const type = property(gateway, 'AuthorizerType');
    if (type !== 'CUSTOM_JWT' && !isUnknown(type)) continue;
    const authorizer = property(gateway, 'AuthorizerConfiguration', 'CustomJWTAuthorizer');
    yield { gateway, authorizer, path: `Properties.${JWT}` };
  }
}

/** Whether the issuer is a Cognito user pool, of this assembly or by its URL. */
export function isCognito(model: TemplateModel, discoveryUrl: unknown): boolean {
  if (typeof discoveryUrl !== 'string') return false;
  return /^https:\/\/cognito-idp[.-]/.test(discoveryUrl) || poolOf(model, discoveryUrl) !== undefined;
}

/** The user pool of this assembly that a discovery URL names. */
export function poolOf(model: TemplateModel, discoveryUrl: unknown): ModelResource | undefined {
  if (typeof discoveryUrl !== 'string') return undefined;
  for (const [atom] of discoveryUrl.matchAll(/\$\{[^${}]+\}/g)) {
    const resource = model.referenced(atom);
    if (resource?.type === USER_POOL) return resource;
  }
  return undefined;
}

/**
 * User pools that a gateway trusts as issuer. Where the issuer is not known, every pool may be it: a parameter must not
 * switch off the checks on pools and clients.
 */
export function issuerPools(model: TemplateModel): Set<ModelResource> {
  const urls = [...jwtGateways(model)].map(({ authorizer }) => within(authorizer, 'DiscoveryUrl'));
  if (urls.some(isUnknown)) return new Set(model.ofType(USER_POOL));
  return new Set(urls.map((url) => poolOf(model, url)).filter((pool) => pool !== undefined));
}

/** Clients of the pools that gateways trust, and clients that gateways let in by name; their pool may be elsewhere. */
export function issuerClients(model: TemplateModel): { client: ModelResource; pool?: ModelResource }[] {
  const pools = issuerPools(model);
  const named = new Set(
    [...jwtGateways(model)].flatMap(({ authorizer }) =>
      asList(within(authorizer, 'AllowedClients')).map((id) => model.referenced(id)),
    ),
  );
  return model.ofType('AWS::Cognito::UserPoolClient').flatMap((client) => {
    const pool = model.referenced(property(client, 'UserPoolId'));
    if (pool !== undefined && pools.has(pool)) return [{ client, pool }];
    return pool === undefined && named.has(client) ? [{ client }] : [];
  });
}

/** Why it cannot be told to which gateway a target belongs; undefined when it can. */
export function unknownGateway(model: TemplateModel, target: ModelResource): Unknown | undefined {
  const value = property(target, 'GatewayIdentifier');
  if (isUnknown(value) || value === undefined) return value;
  return gatewayOf(model, target) === undefined ? new Unknown('its gateway is not in the assembly') : undefined;
}
