import { randomUUID } from 'node:crypto';
import type { CallerIdentity } from '../common/caller';

export const SESSION_HEADER = 'mcp-session-id';

interface Session {
  readonly owner: string;
  readonly ends: number;
}

/**
 * Sessions of MCP revisions before 2026-07-28: each belongs to the caller of its `initialize` and ends a fixed time after
 * it. A session is not an authentication: every request needs its token or signature as well.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-using.html
 */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  public constructor(private readonly seconds: number) {}

  public open(caller: CallerIdentity): string {
    const now = Date.now();
    for (const [id, { ends }] of this.sessions) if (ends <= now) this.sessions.delete(id);
    const id = randomUUID();
    this.sessions.set(id, { owner: ownerOf(caller), ends: now + this.seconds * 1000 });
    return id;
  }

  /** A session of somebody else is as good as none. */
  public isOpen(id: string, caller: CallerIdentity): boolean {
    const session = this.sessions.get(id);
    return session !== undefined && session.ends > Date.now() && session.owner === ownerOf(caller);
  }
}

function ownerOf({ principal: { type, id } }: CallerIdentity): string {
  return `${type}::${id}`;
}
