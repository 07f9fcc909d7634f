import type { IncomingMessage, ServerResponse } from 'node:http';
import { iamPrincipal } from '../../core/cedar/request';
import { evaluate } from '../../core/iam/evaluate';
import type { CallerIdentity } from '../common/caller';
import type { Decide } from '../common/decision';
import { readBody, sendJson } from '../common/http';
import { BODY_LIMIT, rpcError } from '../common/json-rpc';
import { isSignedBy, type SignedRequest, scopeOf } from '../common/sigv4';
import type { GatewayModel } from '../model/gateway-model';
import { type Door, withoutIssuer } from './door';
import type { IamCaller, IamCallers } from './iam-callers';

const SIGNING_NAME = 'bedrock-agentcore';
const ACTION = 'bedrock-agentcore:InvokeGateway';

/**
 * `AWS_IAM`: a request that is signed with SigV4 by a role whose policies allow `InvokeGateway` on this gateway.
 * `AUTHENTICATE_ONLY`: the signature is checked and IAM is not asked.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html
 */
export class SignatureDoor implements Door {
  public constructor(
    private readonly origin: string,
    private readonly gateway: GatewayModel,
    private readonly callers: IamCallers,
    private readonly decide: Decide,
  ) {}

  public metadata() {
    return withoutIssuer(this.origin);
  }

  public async admit(request: IncomingMessage, response: ServerResponse): Promise<CallerIdentity | undefined> {
    const body = await readBody(request, BODY_LIMIT);
    if (body === undefined) {
      sendJson(response, 413, rpcError(null, -32600, 'Invalid request - Payload too large'), { connection: 'close' });
      return undefined;
    }
    const signed = { method: request.method ?? '', url: request.url ?? '/', headers: headersOf(request), body };
    const caller = await this.signerOf(signed);
    if (typeof caller === 'string') return this.refuse(response, caller);
    const { roleArn, sessionArn } = caller;
    if (this.gateway.authorizer === 'AWS_IAM') {
      const decision = this.mayInvoke(caller);
      if (decision.decision !== 'allow') return this.refuse(response, decision.reason, roleArn);
    }
    const reason = `the signature is right${this.gateway.authorizer === 'AWS_IAM' ? ` and ${ACTION} is allowed` : ''}`;
    this.decide({ layer: 1, decision: 'allow', caller: roleArn, reason });
    return { principal: iamPrincipal(sessionArn), name: roleArn };
  }

  private async signerOf(request: SignedRequest): Promise<IamCaller | string> {
    const scope = scopeOf(request);
    if (scope === undefined) return 'the request is not signed with SigV4';
    const { region } = this.gateway.resource.environment;
    if (scope.service !== SIGNING_NAME || scope.region !== region) {
      return `the request is signed for ${scope.service} in ${scope.region}, not for ${SIGNING_NAME} in ${region}`;
    }
    const caller = this.callers.find(scope.accessKeyId);
    if (caller === undefined || !(await isSignedBy(request, caller.credentials))) {
      return 'the signature is not one of a role that was assumed here';
    }
    return caller;
  }

  private mayInvoke({ roleArn, sessionArn, account, policies }: IamCaller) {
    const principal = { kind: 'role-session', arn: sessionArn, roleArn, account } as const;
    const context = { 'aws:PrincipalArn': roleArn, 'aws:PrincipalAccount': account };
    const resourceAccount = this.gateway.resource.environment.account;
    return evaluate({ principal, action: ACTION, resource: this.gateway.arn, resourceAccount, context }, policies);
  }

  /** No `WWW-Authenticate`: there is no token that would help. */
  private refuse(response: ServerResponse, reason: string, caller?: string): undefined {
    this.decide({ layer: 1, decision: 'deny', caller, action: ACTION, resource: this.gateway.arn, reason });
    sendJson(response, 403, { message: 'Access denied' }, { 'x-amzn-errortype': 'AccessDeniedException' });
    return undefined;
  }
}

function headersOf(request: IncomingMessage): { [name: string]: string | undefined } {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]));
}
