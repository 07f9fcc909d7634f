import { DISCOVERY_URL_ENV, GATEWAY_URL_ENV } from '../../protocol/interceptor';
import type { RunnableFunction } from '../model/functions';
import type { GatewayModel } from '../model/gateway-model';

export interface LocalAddresses {
  readonly mcpUrl: string;
  /** Left out for a gateway without authorizer. */
  readonly issuer?: string;
}

/** The same functions, with the interceptors among them told where gateway and issuer are on this machine. */
export function forLocalInterceptors(
  functions: ReadonlyMap<string, RunnableFunction>,
  gateway: GatewayModel,
  { mcpUrl, issuer }: LocalAddresses,
): Map<string, RunnableFunction> {
  const interceptors = new Set(gateway.interceptors.map(({ lambdaArn }) => functions.get(lambdaArn)));
  const replaced = new Map<RunnableFunction, RunnableFunction>();
  for (const runnable of functions.values()) {
    if (!interceptors.has(runnable)) continue;
    const environment: { [name: string]: string } = { ...runnable.fn.environment, [GATEWAY_URL_ENV]: mcpUrl };
    if (environment[DISCOVERY_URL_ENV] !== undefined && issuer !== undefined) {
      environment[DISCOVERY_URL_ENV] = `${issuer}/.well-known/openid-configuration`;
    }
    replaced.set(runnable, { ...runnable, fn: { ...runnable.fn, environment } });
  }
  return new Map([...functions].map(([arn, runnable]) => [arn, replaced.get(runnable) ?? runnable]));
}
