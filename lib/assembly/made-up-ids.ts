import { createHash } from 'node:crypto';

/**
 * Ids for resources that were never deployed. They depend only on the stack and the logical id, so that an ARN inside a
 * Cedar policy or a snapshot is the same in every run.
 */
export class MadeUpIds {
  private readonly digest: Buffer;

  public constructor(stackName: string, logicalId: string) {
    this.digest = createHash('sha512').update(`${stackName}/${logicalId}`).digest();
  }

  public hex(length: number): string {
    return this.digest.toString('hex').slice(0, length);
  }

  /** Lower case letters and digits. */
  public base36(length: number): string {
    return BigInt(`0x${this.digest.toString('hex')}`)
      .toString(36)
      .slice(0, length);
  }

  public uuid(): string {
    const hex = this.hex(32);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}
