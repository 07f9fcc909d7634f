import { clientOf } from './sdk-model';
import type { SdkUse } from './sdk-use';
import type { Cell, ObjectValue, SdkClient } from './values';

interface Command {
  readonly uses: SdkUse[];
  readonly senders: SdkClient[];
}

/** Which clients make which calls, and whether they do it as the role of the function. */
export class Senders {
  private readonly commands = new Map<ObjectValue, Command>();
  private readonly configurations = new Map<SdkClient, Cell[]>();

  /** A command that is made where a use is. */
  public made(command: ObjectValue, use: SdkUse): void {
    const known = this.commandOf(command);
    known.uses.push(use);
    for (const sender of known.senders) use.senders.add(sender);
  }

  /** A client sends what may be a command. */
  public sent(command: ObjectValue, client: SdkClient): void {
    const known = this.commandOf(command);
    known.senders.push(client);
    for (const use of known.uses) use.senders.add(client);
  }

  /** A client is made with a configuration, or from another client. */
  public configured(client: SdkClient, config: Cell | undefined): void {
    const known = this.configurations.get(client) ?? [];
    this.configurations.set(client, config === undefined ? known : [...known, config]);
  }

  /** Whether a call may be made with other credentials than those of the role. Ask when all is solved. */
  public isOfOtherCaller({ client, senders }: SdkUse): boolean {
    const ofService = [...this.configurations.keys()].filter((made) => clientOf(made.package) === client);
    return (senders.size > 0 ? [...senders] : ofService).some((sender) => this.hasCredentials(sender, []));
  }

  private hasCredentials(client: SdkClient, before: readonly SdkClient[]): boolean {
    if (before.includes(client)) return false;
    return (this.configurations.get(client) ?? []).some((config) =>
      [...config.values].some((value) => {
        if (value.kind === 'sdk-client') return this.hasCredentials(value, [...before, client]);
        return value.kind === 'object' && (value.properties.get('credentials')?.values.size ?? 0) > 0;
      }),
    );
  }

  private commandOf(command: ObjectValue): Command {
    let known = this.commands.get(command);
    if (known === undefined) {
      known = { uses: [], senders: [] };
      this.commands.set(command, known);
    }
    return known;
  }
}
