import type { SignatureScope, SignedRequest } from '../common/sigv4';

/** The wire protocol of a call, which decides how an error looks. */
export type AwsProtocol = 'json' | 'rest-json' | 'query' | 'rest-xml';

/** An AWS API call as it came in over the wire. */
export interface IncomingCall {
  /** Signing name: `dynamodb`. */
  readonly service: string;
  /** `undefined` for a REST call of a service that is not known here. */
  readonly operation?: string;
  readonly input: { readonly [name: string]: unknown };
  readonly protocol: AwsProtocol;
}

/** `/2015-03-31/functions/<name>/invocations` */
const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations\/?(?:\?(.*))?$/;

/** Operations of AgentCore Identity by path; all are POST. */
const IDENTITY_OPERATIONS: { readonly [path: string]: string } = {
  '/identities/CompleteResourceTokenAuth': 'CompleteResourceTokenAuth',
  '/identities/GetWorkloadAccessToken': 'GetWorkloadAccessToken',
  '/identities/GetWorkloadAccessTokenForJWT': 'GetWorkloadAccessTokenForJWT',
  '/identities/GetWorkloadAccessTokenForUserId': 'GetWorkloadAccessTokenForUserId',
  '/identities/api-key': 'GetResourceApiKey',
  '/identities/oauth2/token': 'GetResourceOauth2Token',
};

/** Reads service, operation and parameters. `undefined` when the body is not what its protocol asks for. */
export function readCall(request: SignedRequest, { service }: SignatureScope): IncomingCall | undefined {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) {
    const input = parseJson(request.body);
    const operation = target.slice(target.lastIndexOf('.') + 1);
    return input === undefined ? undefined : { service, operation, input, protocol: 'json' };
  }
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const form = new URLSearchParams(request.body.toString());
    const operation = form.get('Action') ?? undefined;
    return { service, operation, input: Object.fromEntries(form), protocol: 'query' };
  }
  const invoke = service === 'lambda' && request.method === 'POST' ? INVOKE.exec(request.url) : null;
  if (invoke !== null) {
    const qualifier = new URLSearchParams(invoke[2] ?? '').get('Qualifier');
    const input = {
      FunctionName: decodeURIComponent(invoke[1]!),
      ...(qualifier === null ? {} : { Qualifier: qualifier }),
      Payload: request.body.toString(),
      ClientContext: request.headers['x-amz-client-context'],
      InvocationType: request.headers['x-amz-invocation-type'],
    };
    return { service, operation: 'Invoke', input, protocol: 'rest-json' };
  }
  if (service === 'bedrock-agentcore' && Object.hasOwn(IDENTITY_OPERATIONS, request.url)) {
    const input = parseJson(request.body);
    const operation = IDENTITY_OPERATIONS[request.url];
    return input === undefined ? undefined : { service, operation, input, protocol: 'rest-json' };
  }
  return { service, input: {}, protocol: service === 's3' ? 'rest-xml' : 'rest-json' };
}

/** An error in the shape in which the service's SDK expects it. */
export function awsError(
  protocol: AwsProtocol,
  status: number,
  code: string,
  message: string,
): { readonly status: number; readonly headers: { readonly [name: string]: string }; readonly body: string } {
  switch (protocol) {
    case 'json': {
      const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, Message: message, message });
      // The services of this protocol answer 400 where others answer 403.
      return { status: status === 403 ? 400 : status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
    }
    case 'rest-json':
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
        body: JSON.stringify({ Message: message, message }),
      };
    case 'query':
      return {
        status,
        headers: { 'content-type': 'text/xml' },
        body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code.replace(/Exception$/, '')}</Code><Message>${xml(message)}</Message></Error><RequestId>local</RequestId></ErrorResponse>`,
      };
    case 'rest-xml':
      return {
        status,
        headers: { 'content-type': 'application/xml' },
        body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code.replace(/Exception$/, '')}</Code><Message>${xml(message)}</Message></Error>`,
      };
  }
}

function parseJson(body: Buffer): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body.length === 0 ? '{}' : body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as { [name: string]: unknown })
      : undefined;
  } catch {
    return undefined;
  }
}

function xml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
