import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PolicyDocument } from '../../core/iam/policy-document';
import type { Decide } from '../common/decision';
import { readBody } from '../common/http';
import { isSignedBy, type SignedRequest, scopeOf } from '../common/sigv4';
import { AgentCoreIdentity } from './agent-core-identity';
import { awsError, type IncomingCall, readCall } from './aws-call';
import type { EmbeddedDynamoDb } from './embedded-dynamodb';
import { RoleJudge, type ToolIdentity } from './role-judge';

/** Where allowed calls go. */
export interface AwsBackends {
  readonly dynamodb: EmbeddedDynamoDb;
  /** Resource policies, by ARN. */
  readonly resourcePolicies: ReadonlyMap<string, PolicyDocument>;
  /** AgentCore Identity, for tools that call APIs themselves. */
  readonly identity?: AgentCoreIdentity;
  /** Runs a function by name or ARN; `undefined` when there is none. */
  readonly invoke: (
    name: string,
    payload: string,
    clientContext?: string,
  ) => Promise<{ error?: string; payload: string } | undefined>;
}

const BODY_LIMIT = 16 * 1024 * 1024;

/**
 * The AWS endpoint of the tool processes (`AWS_ENDPOINT_URL`). Every call is bound to a tool by its SigV4 signature,
 * mapped to the IAM actions and resources it needs, and judged against the synthesized role of that tool before anything
 * happens. What cannot be judged is denied.
 */
export class AwsEndpoint {
  private readonly identities = new Map<string, ToolIdentity>();
  private readonly server: Server;
  private readonly judge: RoleJudge;

  public constructor(
    private readonly backends: AwsBackends,
    private readonly decide: Decide,
  ) {
    const { dynamodb, resourcePolicies } = backends;
    this.judge = new RoleJudge(resourcePolicies, (table, index) => dynamodb.partitionKeyOf(table, index), decide);
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        this.decide({
          layer: 4,
          decision: 'deny',
          reason: `the local AWS endpoint failed: ${(error as Error).message}`,
        });
        const answer = awsError(
          'json',
          500,
          'InternalFailure',
          'The local AWS endpoint failed. Its decision log says why.',
        );
        if (!response.headersSent) response.writeHead(answer.status, answer.headers);
        response.end(answer.body);
      });
    });
  }

  public listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public add(identity: Omit<ToolIdentity, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>): ToolIdentity {
    const accessKeyId = `ASIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`;
    const known: ToolIdentity = {
      ...identity,
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
    };
    this.identities.set(accessKeyId, known);
    return known;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming, BODY_LIMIT);
    const headers = incoming.headers as SignedRequest['headers'];
    const request: SignedRequest = {
      method: incoming.method ?? '',
      url: incoming.url ?? '/',
      headers,
      body: body ?? Buffer.alloc(0),
    };
    const scope = scopeOf(request);
    const call = scope === undefined || body === undefined ? undefined : readCall(request, scope);
    const answer = await (scope === undefined || call === undefined
      ? unreadable(body === undefined)
      : this.answer(request, call, scope.accessKeyId));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  private async answer(request: SignedRequest, call: IncomingCall, accessKeyId: string) {
    const identity = this.identities.get(accessKeyId);
    if (identity === undefined || !(await isSignedBy(request, identity))) {
      const text = 'The security token included in the request is invalid, or the signature does not match.';
      this.decide({ layer: 4, decision: 'deny', action: `${call.service}:${call.operation ?? '?'}`, reason: text });
      return awsError(call.protocol, 403, 'UnrecognizedClientException', text);
    }
    const { identity: agentCore } = this.backends;
    if (agentCore !== undefined && AgentCoreIdentity.knows(call)) return this.askIdentity(agentCore, identity, call);
    const { denial, compared } = this.judge.verdict(identity, call);
    if (denial !== undefined) return awsError(call.protocol, 403, 'AccessDeniedException', denial);
    // What was not compared with a resource never reaches a backend.
    if (!compared) return notEmulated(call);
    if (call.service === 'dynamodb') return this.backends.dynamodb.call(call.operation!, request.body.toString());
    if (call.service === 'lambda' && call.operation === 'Invoke') return this.invoke(call);
    return notEmulated(call);
  }

  private async askIdentity(agentCore: AgentCoreIdentity, identity: ToolIdentity, call: IncomingCall) {
    const answer = await agentCore.answer(call, {
      account: identity.role.account,
      region: identity.region,
      partition: identity.partition,
      policies: identity.role.policies.identity,
      decide: (action, resource, context) => this.judge.evaluate(identity, action, resource, context),
    });
    const { action, resource } = answer;
    if (answer.kind !== 'done') {
      const denied = answer.kind === 'denied';
      const hint = denied ? 'declare it: outbound: ToolOutbound…' : undefined;
      this.judge.log(identity, 'deny', action, resource, answer.reason, hint);
      const [status, code] = denied
        ? ([403, 'AccessDeniedException'] as const)
        : ([400, 'ValidationException'] as const);
      return awsError(call.protocol, status, code, answer.reason);
    }
    this.judge.log(identity, 'allow', action, resource, 'the role allows all that the call takes');
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer.body) };
  }

  private async invoke(call: IncomingCall) {
    const { FunctionName, Qualifier, Payload, ClientContext } = call.input as { [name: string]: string | undefined };
    const name = Qualifier === undefined ? FunctionName! : `${FunctionName}:${Qualifier}`;
    const context = ClientContext === undefined ? undefined : Buffer.from(ClientContext, 'base64').toString();
    const result = await this.backends.invoke(name, Payload || '{}', context);
    if (result === undefined)
      return awsError('rest-json', 404, 'ResourceNotFoundException', `Function not found: ${name}`);
    const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '1' };
    return {
      status: 200,
      headers: result.error === undefined ? headers : { ...headers, 'x-amz-function-error': result.error },
      body: result.payload,
    };
  }
}

async function unreadable(tooLarge: boolean) {
  return tooLarge
    ? awsError('json', 413, 'RequestTooLargeException', 'The request is larger than 16 MB.')
    : awsError('json', 403, 'MissingAuthenticationTokenException', 'The request is not a signed AWS API call.');
}

function notEmulated({ protocol, service, operation }: IncomingCall) {
  const what = `${service}${operation === undefined ? '' : ` ${operation}`}`;
  const text = `The role allows it, but the local gateway does not emulate ${what}. Test it in an AWS account.`;
  return awsError(protocol, 501, 'NotImplementedException', text);
}
