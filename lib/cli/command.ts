/** What a command says, and how it ends. Only `main` prints. */
export interface CommandResult {
  readonly exitCode: number;
  /** Results: stdout. */
  readonly output?: string;
  /** Everything else: stderr. */
  readonly notice?: string;
}

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  readonly run: (args: readonly string[]) => CommandResult | Promise<CommandResult>;
}
