import type { Assembly } from '../assembly/read-assembly';
import type { Seed } from './aws/embedded-dynamodb';
import type { Decision } from './common/decision';
import type { LocalCredentials } from './inbound/iam-callers';
import type { LocalUser } from './issuer/local-users';
import type { TokenRecipe } from './issuer/token-issuer';
import type { VaultValues } from './outbound/vault';

export interface LocalGatewayOptions {
  /** Path of a cloud assembly (`cdk.out`) or of a template, or an assembly that was read already. */
  readonly assembly: string | Assembly;
  /** @default any free port of 127.0.0.1 */
  readonly port?: number;
  /** Name or logical id of the gateway. @default the only one of the assembly */
  readonly gateway?: string;
  /** Rows by table, or a JSON file with them. @default empty tables */
  readonly seed?: string | Seed;
  /** Files that are run in place of a tool's code, under the tool's synthesized role: what is left when a tool is hostile. */
  readonly replaceHandlers?: { readonly [tool: string]: string };
  /**
   * Advertises all allowed scopes, as the service does. The official client then asks for all of them, whatever its own
   * scope is, and is refused if it may not have them all.
   *
   * @default false
   */
  readonly advertiseScopes?: boolean;
  /**
   * Who can log in at the local issuer, with groups and claims, or a JSON file with the list: `login_hint` picks one, a page
   * asks where it is missing. There are no passwords.
   *
   * @default anybody, under the name in `login_hint`
   */
  readonly users?: string | readonly LocalUser[];
  /**
   * The claim `iss` of an issuer that runs by itself, on this machine or over https, in place of the one of the template:
   * its discovery document and keys are asked for over HTTP.
   *
   * @default - the user pool of the template, or a local issuer that stands in for another one
   */
  readonly issuer?: string;
  /**
   * Whether the rate limits of the template refuse calls. They are counted exactly here; the service counts eventually.
   *
   * @default false, so that a test may call as often as it likes
   */
  readonly rateLimits?: boolean;
  /** How targets that are not functions are called from this machine. @default they are not called */
  readonly outbound?: LocalOutboundOptions;
  /**
   * What happens to a request when an interceptor runs into its time limit: `refuse`, or `pass`, as gateways with other
   * kinds of targets were seen to do. With `pass` a test shows what is left without the interceptor.
   *
   * @default 'refuse'
   */
  readonly interceptorTimeout?: 'refuse' | 'pass';
  readonly onDecision?: (decision: Decision) => void;
  /** Output of the tools. */
  readonly onLog?: (functionName: string, text: string) => void;
}

export interface LocalOutboundOptions {
  /**
   * Hosts of the template that are called, and the server on this machine that stands for each:
   * `{ 'https://api.crm.example': 'http://127.0.0.1:9001' }`. `undefined` calls the host itself. No other host is called.
   */
  readonly forward?: { readonly [origin: string]: string | undefined };
  /**
   * Credentials by name of the credential provider, or a JSON file with them that git ignores. Variables
   * `SECURE_MCP_VAULT_<PROVIDER>_<FIELD>` of the environment come first.
   */
  readonly vault?: string | VaultValues;
  /** Token endpoints by name of the credential provider, where the template does not say them or others are to be used. */
  readonly tokenEndpoints?: { readonly [provider: string]: string };
}

export interface LocalAgent {
  readonly name: string;
  readonly clientId: string;
  /** Made up at every start; worth nothing anywhere else. */
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

/** A client that people log in to, with authorization code and PKCE. */
export interface LocalInteractiveAgent {
  readonly name: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Where codes are sent. */
  readonly redirectUris: readonly string[];
}

export interface LocalGateway {
  readonly mcpUrl: string;
  /** Empty for a gateway without authorizer. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
  /** Machine agents. */
  readonly agents: readonly LocalAgent[];
  readonly interactiveAgents: readonly LocalInteractiveAgent[];
  /** What the deployed gateway would do and this one does not. */
  readonly unsupported: readonly string[];
  readonly decisions: readonly Decision[];
  /**
   * A token of the local issuer, bad ones too: every part of it may be wrong on purpose. Throws `LOCAL_UNSUPPORTED` where
   * there is no such issuer.
   */
  mintToken(recipe: TokenRecipe): Promise<string>;
  /**
   * Credentials to sign requests with (SigV4, `bedrock-agentcore`, Region of the template) as a role: by name, logical id or
   * ARN. A role that is not in the assembly has no policies here. Throws `LOCAL_UNSUPPORTED`.
   */
  assumeRole(role: string): LocalCredentials;
  close(): Promise<void>;
}
