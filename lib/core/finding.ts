export type Layer = 'inbound' | 'outbound' | 'authorization' | 'least-privilege';

/** The four layers, in the order in which a call meets them. */
export const LAYERS: readonly Layer[] = ['inbound', 'outbound', 'authorization', 'least-privilege'];

export type Severity = 'error' | 'warning';

/** What a rule says about one resource: the JSON shape of `secure-mcp check --format json`. */
export interface Finding {
  /** Pack name and id, e.g. `SecureMcp-IN01`. */
  readonly ruleId: string;
  readonly severity: Severity;
  readonly layer: Layer;
  /** Logical id of the resource. */
  readonly resource: string;
  /** Stack name, and the property that was judged: `OrderSupport/Gateway.Properties.AuthorizerType`. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}
