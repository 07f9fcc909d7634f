/** Environment variable of a tool that calls an API itself: where its credential comes from, as JSON. Never a secret. */
export const OUTBOUND_ENV = 'OUTBOUND';

export interface ToolOutboundConfiguration {
  readonly kind: 'apiKey' | 'clientCredentials' | 'onBehalfOf';
  /** Name of the workload identity of the tool. */
  readonly workload: string;
  /** Name of the credential provider. */
  readonly provider: string;
  /** Of OAuth tokens. */
  readonly scopes?: readonly string[];
  /** More parameters for the authorization server. */
  readonly parameters?: { readonly [name: string]: string };
}
