import { Token } from 'aws-cdk-lib';
import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import type { AccessStatement } from './credential-access';
import type { OutboundChoice, OutboundTarget } from './outbound-binding';

/** What the gateway can call with a signature. */
export enum SignedService {
  /** An API of Amazon API Gateway with IAM authorization. */
  API_GATEWAY = 'execute-api',
  /** A function URL of AWS Lambda with IAM authorization. */
  LAMBDA_URL = 'lambda',
}

/** Options of {@link Outbound.iam}. */
export interface IamOutboundOptions {
  /** The service that checks the signature. */
  readonly service: SignedService;
  /** ARNs of that service that the gateway may call: `api.arnForExecuteApi('GET', '/orders', 'prod')` or the ARN of a function. No wildcards. */
  readonly resources: string[];
  /**
   * Region of the service.
   *
   * @default - Region of the gateway
   */
  readonly region?: string;
}

/**
 * A function URL asks for both actions since October 2025. The second one is for calls through the URL only: without its
 * condition the role could invoke the function itself.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
function statementsFor(service: SignedService, resources: readonly string[]): AccessStatement[] {
  if (service === SignedService.API_GATEWAY) return [{ sid: 'CallApis', actions: ['execute-api:Invoke'], resources }];
  return [
    {
      sid: 'CallFunctionUrls',
      actions: ['lambda:InvokeFunctionUrl'],
      resources,
      conditions: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
    },
    {
      sid: 'InvokeThroughFunctionUrls',
      actions: ['lambda:InvokeFunction'],
      resources,
      conditions: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    },
  ];
}

export class IamOutbound implements OutboundChoice {
  public readonly kind = 'iam';

  public constructor(private readonly options: IamOutboundOptions) {}

  public render({ at }: OutboundTarget) {
    const { service, resources, region } = this.options;
    return {
      configuration: {
        credentialProviderType: 'GATEWAY_IAM_ROLE',
        credentialProvider: { iamCredentialProvider: { service, region } },
      },
      access: { statements: statementsFor(service, resources) },
      headers: ['authorization'],
      problems: [...resourceProblems(resources, at), ...serviceProblems(service, resources, at)],
    };
  }
}

/** The role would be allowed to call something else than what its signature is for. */
function serviceProblems(service: SignedService, resources: readonly string[], at: string): Problem[] {
  return resources
    .filter((resource) => !isOfService(resource, service))
    .map((resource) => ({
      code: 'OUTBOUND_RESOURCE',
      message: `the gateway signs for ${service}, and the resource is not an ARN of it, got ${shown(resource)}`,
      fix: `Pass an ARN that begins with arn:aws:${service}:, or another service`,
      at,
    }));
}

/** The service stands in ARNs that the CDK puts together, but not in those that are known only when deployed. */
function isOfService(resource: string, service: string): boolean {
  const named = /^arn:[^:]*:([^:]*):/.exec(resource)?.[1];
  if (named === undefined) return Token.isUnresolved(resource);
  return named === service || Token.isUnresolved(named);
}

/** ARNs that name one thing each. */
export function resourceProblems(resources: readonly string[], at: string): Problem[] {
  const wide = resources.filter((resource) =>
    /[*?]/.test(Token.isUnresolved(resource) ? literalPart(resource) : resource),
  );
  const none = resources.length === 0 ? ['nothing'] : [];
  return [...wide, ...none].map((resource) => ({
    code: 'OUTBOUND_RESOURCE',
    message: `the gateway role gets named resources only, got ${shown(resource)}`,
    fix: 'Name each resource by its ARN, without wildcards',
    at,
  }));
}

/** Placeholders of the CDK hold no wildcard that could be seen; what is written around them can. */
function literalPart(text: string): string {
  return text.replace(/\$\{Token\[[^\]]*\]\}/g, '');
}
