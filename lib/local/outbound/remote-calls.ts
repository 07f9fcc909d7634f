import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { constrainedInput } from '../../core/cedar/input-conditions';
import { withoutSecrets } from '../../core/endpoint';
import type { ToolInputSchema } from '../../core/schema/tool-schema';
import { inputViolations } from '../../protocol/input-validation';
import type { CallerIdentity } from '../common/caller';
import type { Decide } from '../common/decision';
import type { ToolResult } from '../common/tool-result';
import type { CredentialModel } from '../model/credential-model';
import type { RemoteBackend, RemoteOperation, RemoteTarget } from '../model/remote-target';
import { type Credential, CredentialDenied, type Credentials } from './credentials';
import { httpCall } from './http-operation';
import type { OutboundIdentity } from './outbound-identity';
import { type ClientRequest, propagatedHeaders, propagatedQuery, returnedHeaders } from './propagation';
import { type Routes, textOf, UpstreamError } from './routes';

/** A tool of a remote target as the gateway offers it. */
export interface RemoteTool {
  readonly name: string;
  readonly qualifiedName: string;
  readonly inputSchema: ToolInputSchema;
  readonly backend: RemoteBackend;
}

export type RemoteOutcome =
  | { readonly ok: true; readonly result: ToolResult; readonly headers: { readonly [name: string]: string } }
  /** What the caller may always know. */
  | { readonly ok: 'invalid'; readonly message: string }
  /** Details only for a gateway in DEBUG. */
  | { readonly ok: false; readonly detail: string };

/**
 * Calls targets that are not functions, as the gateway does: with the credential of the target, with the headers that the
 * target lets through and no other. The token of the caller goes to a target whose credential is `JWT_PASSTHROUGH`, and
 * to no other.
 */
export class RemoteCalls {
  public constructor(
    private readonly identity: OutboundIdentity,
    private readonly credentials: Credentials,
    private readonly routes: Routes,
    private readonly decide: Decide,
  ) {}

  public async run(
    caller: CallerIdentity,
    tool: RemoteTool,
    args: { readonly [name: string]: unknown },
    client: ClientRequest,
  ): Promise<RemoteOutcome> {
    const violations = violationsOf(tool, args);
    if (violations !== undefined) return { ok: 'invalid', message: violations };
    const { qualifiedName } = tool;
    const { target, operation } = tool.backend;
    const log = { layer: 2, caller: caller.name, tool: qualifiedName, identity: this.identity.roleArn } as const;
    try {
      this.demandStage(tool, args);
      const credential = await this.credentials.of(target.credential, { token: caller.token });
      const action = operation === undefined ? 'tools/call' : `${operation.method} ${operation.path}`;
      this.decide({
        ...log,
        decision: 'allow',
        action,
        resource: withoutSecrets(target.url),
        reason: asWhom(target.credential),
      });
      return operation === undefined
        ? await this.callServer(tool, args, client, credential)
        : await this.callOperation(target, operation, args, client, credential);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const [action, resource] =
        error instanceof CredentialDenied ? [error.action, error.resource] : [undefined, withoutSecrets(target.url)];
      this.decide({ ...log, decision: 'deny', action, resource, reason: error.message });
      return { ok: false, detail: error.message };
    }
  }

  /** Descriptions as a server with live listing tells them now, by tool; `undefined` when it cannot be asked. */
  public async describe(
    target: RemoteTarget,
    caller: CallerIdentity,
  ): Promise<ReadonlyMap<string, string> | undefined> {
    const client: ClientRequest = { headers: {}, query: new URLSearchParams() };
    try {
      const credential = await this.credentials.of(target.credential, { token: caller.token });
      const { tools } = await this.withServer(target, client, credential, (server) => server.listTools());
      return new Map(tools.map(({ name, description }) => [name, description ?? '']));
    } catch (error) {
      const { message } = error as Error;
      const log = {
        layer: 2,
        caller: caller.name,
        action: 'tools/list',
        resource: withoutSecrets(target.url),
      } as const;
      this.decide({ ...log, decision: 'deny', reason: error instanceof UpstreamError ? message : 'no answer' });
      return undefined;
    }
  }

  private async callOperation(
    target: RemoteTarget,
    operation: RemoteOperation,
    args: { readonly [name: string]: unknown },
    client: ClientRequest,
    credential: Credential,
  ): Promise<RemoteOutcome> {
    const call = httpCall(target, operation, args, client, credential);
    if (typeof call === 'string') return { ok: 'invalid', message: failedValidation([call]) };
    const response = await this.routes.fetch(call.url, call.init);
    const text = await textOf(response);
    if (!response.ok) return { ok: false, detail: `${target.name} answers ${response.status}: ${text}` };
    return {
      ok: true,
      result: { content: [{ type: 'text', text }], isError: false },
      headers: returnedHeaders(target.propagation, response.headers),
    };
  }

  private async callServer(
    { name, backend: { target } }: RemoteTool,
    args: { readonly [name: string]: unknown },
    client: ClientRequest,
    credential: Credential,
  ): Promise<RemoteOutcome> {
    const returned: { [name: string]: string } = {};
    const keep = (headers: Headers) => Object.assign(returned, returnedHeaders(target.propagation, headers));
    try {
      const { content, structuredContent, isError } = await this.withServer(
        target,
        client,
        credential,
        (server) => server.callTool({ name, arguments: args }),
        keep,
      );
      const structured = structuredContent === undefined ? {} : { structuredContent };
      return {
        ok: true,
        result: { content: content as ToolResult['content'], ...structured, isError: isError === true },
        headers: returned,
      };
    } catch (error) {
      if (error instanceof UpstreamError) throw error;
      // The message of any other error can quote a header.
      const what = error instanceof ProtocolError ? `answers: ${error.message}` : 'gives no answer of MCP';
      return { ok: false, detail: `${target.name} ${what}` };
    }
  }

  private async withServer<T>(
    target: RemoteTarget,
    { headers, query }: ClientRequest,
    credential: Credential,
    use: (server: Client) => Promise<T>,
    keep: (headers: Headers) => void = () => undefined,
  ): Promise<T> {
    const url = new URL(target.url);
    const added = { ...propagatedQuery(target.propagation, query), ...credential.query };
    for (const [name, value] of Object.entries(added)) url.searchParams.set(name, value);
    const own = { ...propagatedHeaders(target.propagation, headers), ...credential.headers };
    let failure: unknown;
    const transport = new StreamableHTTPClientTransport(url, {
      requestInit: { headers: own },
      fetch: async (address, init) => {
        try {
          const response = await this.routes.fetch(String(address), init);
          keep(response.headers);
          return response;
        } catch (error) {
          failure = error;
          throw error;
        }
      },
    });
    const server = new Client({ name: 'local-gateway', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    try {
      await server.connect(transport);
      return await use(server);
    } catch (error) {
      throw failure ?? error;
    } finally {
      await server.close();
    }
  }

  /** A stage of API Gateway that is called with the gateway's own role. */
  private demandStage(
    { backend: { target, operation } }: RemoteTool,
    args: { readonly [name: string]: unknown },
  ): void {
    if (target.credential.kind !== 'role' || operation?.executeArn === undefined) return;
    const path = operation.path.replace(/\{([^}]*)\}/g, (_match, name: string) => String(args[name] ?? ''));
    const resource = `${operation.executeArn}${path}`;
    const missing = this.identity.missing('execute-api:Invoke', [resource]);
    if (missing !== undefined) throw new CredentialDenied(missing.reason, 'execute-api:Invoke', resource);
  }
}

/** What the schema of the target says beyond what the policy engine carries. */
function violationsOf({ inputSchema, backend }: RemoteTool, args: unknown): string | undefined {
  const schema = constrainedInput(inputSchema, backend.constraints);
  const violations = schema === undefined ? [] : inputViolations(schema, args);
  if (violations.length === 0) return undefined;
  return failedValidation(violations.map(({ argument, message }) => `Field '/${argument}' ${message}`));
}

function failedValidation(lines: readonly string[]): string {
  const list = lines.map((line) => `- ${line}`).join('\n');
  return `ValidationException - Parameter validation failed: Invalid request parameters:\n${list}`;
}

function asWhom(credential: CredentialModel): string {
  switch (credential.kind) {
    case 'api-key':
      return `with the API key of ${credential.provider.name}, not the caller's token`;
    case 'oauth': {
      const { provider, grant } = credential;
      const scopes = grant.scopes.join(' ');
      return grant.type === 'CLIENT_CREDENTIALS'
        ? `as the client of ${provider.name}, scopes "${scopes}", not with the caller's token`
        : `for the caller, with a token that ${provider.name} exchanged, scopes "${scopes}"`;
    }
    case 'jwt-passthrough':
      return "with the caller's own token (JWT_PASSTHROUGH)";
    default:
      return credential.kind === 'role' ? "with the gateway's own role; the request is not signed here" : 'as nobody';
  }
}
