import type { LocalGateway, TokenRecipe } from '../../lib/local';
import type { EditableTemplate, RpcOptions } from '../support/local-shop';

/** What the cases are written with: ids and tokens that are only known once a gateway runs. */
export interface AttackContext {
  readonly gateway: LocalGateway;
  /** A good token of an agent, by the client credentials grant. */
  readonly token: (agent: string) => Promise<string>;
  /** A token that is wrong on purpose; by default one of `reader` with its scopes. */
  readonly mint: (recipe?: Partial<TokenRecipe>) => Promise<string>;
  readonly clientId: (agent: string) => string;
}

export interface AttackRequest extends RpcOptions {
  readonly method?: string;
  readonly tool?: string;
  readonly arguments?: unknown;
}

type Edit = (template: EditableTemplate) => void;

/** What runs: an attack without the one thing that is wrong with it. */
export type GoodRequest = Pick<Attack, 'title' | 'request'>;

/** One attack of the corpus. The same request must get through on the template that lacks the one control. */
export interface Attack {
  readonly id: string;
  readonly title: string;
  readonly request: (context: AttackContext) => AttackRequest | Promise<AttackRequest>;
  readonly expected: {
    /** The layer that says no; `protocol` for what is refused before any layer. */
    readonly layer: 1 | 2 | 3 | 'protocol';
  } & ({ readonly status: number; readonly code?: number } | { readonly status?: number; readonly code: number });
  readonly twin?: {
    /** The control that is taken away. */
    readonly without: string;
    readonly edit: Edit;
    /** What another layer has against the call. With this alone the layer of the attack still says no. */
    readonly besides?: Edit;
    /** Nobody enforces what the layer says any more, so it allows nothing, either. */
    readonly unenforced?: true;
  };
}
