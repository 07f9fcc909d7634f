import type { AnyNode } from 'acorn';
import type { Activation, Cell, ObjectValue, SdkClient, Value } from './values';

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
  /** In Python, what the clients were made with that make the call; `undefined` for what has the credentials of the role. */
  readonly credentials: Set<ObjectValue | undefined>;
}

/** A use where it is found. */
export type FoundUse = Omit<SdkUse, 'senders' | 'credentials'> & { readonly credentials?: ObjectValue };
