import { Stack } from 'aws-cdk-lib';
import type { IConfigurationSet, IEmailIdentity } from 'aws-cdk-lib/aws-ses';
import type { IConstruct } from 'constructs';
import { type AccessRendering, type AccessVerb, DeclaredAccess, describeCall, renderVerbs } from './declared-access';
import { checkExact, checkList } from './exact-text';
import { ownerOf } from './foreign-resource';

/** Options of {@link EmailAccess.send}. */
export interface EmailSendOptions {
  /** The only address that mail may come from. */
  readonly from: string;

  /**
   * Who may receive mail. `*` makes a pattern: `*@example.com`.
   *
   * @default - anyone
   */
  readonly recipients?: string[];

  /**
   * Also messages that the tool puts together itself, with headers and attachments: `SendRawEmail`.
   *
   * @default false
   */
  readonly raw?: boolean;

  /**
   * Configuration set that requests name.
   *
   * @default - none
   */
  readonly configurationSet?: IConfigurationSet;
}

/**
 * Sending mail as one identity of SES. The environment variable carries the identity's name.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html
 * @see https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
 */
export class EmailAccess extends DeclaredAccess {
  /** @internal */
  public static _of(identity: IEmailIdentity): EmailAccess {
    return new EmailAccess(identity, []);
  }

  private constructor(
    private readonly identity: IEmailIdentity,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `SendEmail`, and with `raw` also `SendRawEmail`. */
  public send(options: EmailSendOptions): EmailAccess {
    const { from, recipients, raw, configurationSet } = options;
    const resources = [this.identity.emailIdentityArn];
    if (configurationSet !== undefined) {
      resources.push(
        Stack.of(configurationSet).formatArn({
          service: 'ses',
          resource: 'configuration-set',
          resourceName: configurationSet.configurationSetName,
        }),
      );
    }
    const conditions = {
      StringEquals: { 'ses:FromAddress': from },
      ...(recipients === undefined
        ? {}
        : { 'ForAllValues:StringLike': { 'ses:Recipients': recipients }, Null: { 'ses:Recipients': 'false' } }),
    };
    const verb: AccessVerb = {
      call: describeCall('send', options),
      problems: [
        ...checkExact('the address that mail comes from', from),
        ...checkExact('the name of a configuration set', configurationSet?.configurationSetName),
        ...checkList('recipients', recipients),
        ...checkExact('a recipient', ...(recipients ?? []).filter((recipient) => /^[*?@.]*$/.test(recipient))),
      ],
      operations: ['SendEmail', ...(raw === true ? ['SendRawEmail'] : [])].map((operation) => ({
        operation,
        actions: [`ses:${operation}`],
        resources,
        readOnly: false,
        conditions,
      })),
    };
    return new EmailAccess(this.identity, [...this.verbs, verb]);
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    return {
      service: 'ses',
      environmentValue: this.identity.emailIdentityName,
      resourceArn: this.identity.emailIdentityArn,
      foreign: ownerOf(this.identity),
      ...renderVerbs(`Access.emailIdentity(${this.identity.node.id})`, this.verbs),
    };
  }
}
