/** One decision of the local gateway. It never holds a token or a secret. */
export interface Decision {
  /** 1 inbound, 2 outbound, 3 authorization, 4 least privilege. */
  readonly layer: 1 | 2 | 3 | 4;
  readonly decision: 'allow' | 'deny';
  /** `client_id` of a token that was verified; its `sub` when it has none. */
  readonly caller?: string;
  /** `<target>___<tool>`. */
  readonly tool?: string;
  /** IAM action or Cedar action. */
  readonly action?: string;
  readonly resource?: string;
  /** ARN of the role in whose name something is done. */
  readonly identity?: string;
  readonly reason: string;
  /** What to do about a denial. */
  readonly hint?: string;
  /** ISO 8601. */
  readonly at: string;
}

export type Decide = (decision: Omit<Decision, 'at'>) => void;

/** Keeps the last decisions and tells whoever wants to know. */
export class DecisionLog {
  private static readonly KEPT = 10_000;
  private readonly entries: Decision[] = [];

  public constructor(private readonly onDecision: (decision: Decision) => void = () => undefined) {}

  public readonly add: Decide = (decision) => {
    const entry: Decision = { ...decision, at: new Date().toISOString() };
    this.entries.push(entry);
    if (this.entries.length > DecisionLog.KEPT) this.entries.shift();
    this.onDecision(entry);
  };

  public get all(): readonly Decision[] {
    return [...this.entries];
  }
}
