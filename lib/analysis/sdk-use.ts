import type { AnyNode } from 'acorn';
import type { Activation, Cell, SdkClient, Value } from './values';

/** Where something happens: an expression, as run in one activation. */
export interface Site {
  readonly node: AnyNode;
  readonly activation: Activation;
}

export type SdkExport = Extract<Value, { kind: 'sdk-export' }>;

/** One use of the SDK: a command that is made, a client's method or a helper that is called. */
export interface SdkUse {
  readonly client: string;
  readonly operation: string;
  readonly input: Cell | undefined;
  /** Other operations that a helper may need besides. */
  readonly besides: readonly string[];
  readonly site: Site;
  /** The export that is made or called. */
  readonly from?: SdkExport;
  /** Clients that are seen to make the call. */
  readonly senders: Set<SdkClient>;
}
