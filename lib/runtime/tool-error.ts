/** What the gateway passes on to the model when a tool refuses. */
export interface ToolErrorReply {
  readonly error: { readonly message: string };
}

/**
 * A refusal that the model may read and react to: "there is no such order". Anything else that a tool throws stays in
 * its log, and the caller learns only that something went wrong.
 */
export class ToolError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'ToolError';
  }

  public toReply(): ToolErrorReply {
    return { error: { message: this.message } };
  }
}
