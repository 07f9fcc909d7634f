import { randomBytes } from 'node:crypto';
import type { ConcreteAssembly } from '../../assembly/concrete';
import { SecureMcpError, shown } from '../../core/errors';
import type { IamPolicies } from '../../core/iam/evaluate';
import type { Role } from '../model/roles';

/** Made up at every start; worth nothing anywhere else. */
export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A role that somebody assumed. */
export interface IamCaller {
  readonly roleArn: string;
  readonly sessionArn: string;
  readonly account: string;
  readonly policies: IamPolicies;
  readonly credentials: LocalCredentials;
}

/** Temporary credentials of roles, for callers that sign their requests. */
export class IamCallers {
  private readonly callers = new Map<string, IamCaller>();

  public constructor(
    private readonly assembly: ConcreteAssembly,
    private readonly roles: ReadonlyMap<string, Role>,
  ) {}

  /**
   * Credentials for a role by its name, logical id or ARN. One that is not in the assembly has no policies that are known
   * here. Throws `LOCAL_UNSUPPORTED`, for a name of several roles too.
   */
  public assume(role: string): LocalCredentials {
    const meant = this.assembly
      .ofType('AWS::IAM::Role')
      .filter((each) => [each.ref, each.logicalId, each.attribute('Arn')].includes(role))
      .map((each) => String(each.attribute('Arn')));
    if (meant.length > 1) {
      throw new SecureMcpError({
        code: 'LOCAL_UNSUPPORTED',
        message: `${meant.length} roles of the assembly are meant, got ${shown(role)}`,
        fix: `Pass the ARN of one: ${meant.join(', ')}`,
      });
    }
    const [roleArn = role] = meant;
    const [, partition, account, name] = /^arn:([\w-]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
    if (account === undefined) {
      const names = this.assembly.ofType('AWS::IAM::Role').map(({ logicalId }) => logicalId);
      throw new SecureMcpError({
        code: 'LOCAL_UNSUPPORTED',
        message: `there is no such role in the assembly, got ${shown(role)}`,
        fix: `Pass the ARN of a role, or one of ${names.join(', ')}`,
      });
    }
    const credentials = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
    };
    const sessionArn = `arn:${partition}:sts::${account}:assumed-role/${name}/local`;
    const policies = this.roles.get(roleArn)?.policies ?? { identity: [] };
    this.callers.set(credentials.accessKeyId, { roleArn, sessionArn, account, policies, credentials });
    return credentials;
  }

  public find(accessKeyId: string): IamCaller | undefined {
    return this.callers.get(accessKeyId);
  }
}
