import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IParameter } from 'aws-cdk-lib/aws-ssm';
import type { IConstruct } from 'constructs';
import {
  type AccessRendering,
  type AccessVerb,
  DeclaredAccess,
  describeCall,
  readable,
  renderVerbs,
} from './declared-access';
import { checkExact } from './exact-text';
import { ownerOf } from './foreign-resource';

/** Options of `Access.parameter` and `Access.parameterPath`. */
export interface ParameterAccessOptions {
  /**
   * Customer managed key of a `SecureString` parameter.
   *
   * @default - the key of the construct, if it has one; the key of AWS, `aws/ssm`, needs no permission
   */
  readonly encryptionKey?: IKey;
}

/**
 * Operations on one parameter of Systems Manager Parameter Store.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
export class ParameterAccess extends DeclaredAccess {
  /** @internal */
  public static _of(parameter: IParameter, options: ParameterAccessOptions): ParameterAccess {
    return new ParameterAccess(parameter, options, []);
  }

  private constructor(
    private readonly parameter: IParameter,
    private readonly options: ParameterAccessOptions,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `GetParameter`. */
  public get(): ParameterAccess {
    return this.with('get()', 'GetParameter', true);
  }

  /** `GetParameters`, the request for several at once; does not include `GetParameter`. */
  public batchGet(): ParameterAccess {
    return this.with('batchGet()', 'GetParameters', true);
  }

  /** `PutParameter`. */
  public put(): ParameterAccess {
    return this.with('put()', 'PutParameter', false);
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    const { parameter } = this;
    return {
      service: 'ssm',
      environmentValue: parameter.parameterName,
      resourceArn: parameter.parameterArn,
      encryptionKey: this.options.encryptionKey ?? (parameter as { encryptionKey?: IKey }).encryptionKey,
      foreign: ownerOf(parameter),
      ...renderVerbs(`Access.parameter(${parameter.node.id})`, this.verbs),
    };
  }

  private with(call: string, operation: string, readOnly: boolean): ParameterAccess {
    const resources = [this.parameter.parameterArn];
    const verb: AccessVerb = {
      call,
      operations: [
        {
          operation,
          actions: [`ssm:${operation}`],
          resources,
          readOnly,
          // A standard parameter is encrypted directly, an advanced one with a data key.
          keyActions: readOnly ? ['kms:Decrypt'] : ['kms:Encrypt', 'kms:GenerateDataKey'],
        },
      ],
    };
    return new ParameterAccess(this.parameter, this.options, [...this.verbs, verb]);
  }
}

/** Options of {@link ParameterPathAccess.getByPath}. */
export interface ParametersByPathOptions {
  /**
   * Also what lies in deeper levels.
   *
   * @default false
   */
  readonly recursive?: boolean;
}

/**
 * Operations on the parameters under one path of the Parameter Store.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
 */
export class ParameterPathAccess extends DeclaredAccess {
  /** @internal */
  public static _of(path: string, options: ParameterAccessOptions): ParameterPathAccess {
    return new ParameterPathAccess(path, options);
  }

  private constructor(
    private readonly path: string,
    private readonly options: ParameterAccessOptions,
    private readonly byPath?: ParametersByPathOptions,
  ) {
    super();
  }

  /** `GetParametersByPath`. */
  public getByPath(options: ParametersByPathOptions = {}): ParameterPathAccess {
    return new ParameterPathAccess(this.path, this.options, options);
  }

  /** @internal */
  public _render(scope: IConstruct): AccessRendering {
    const name = this.path.replace(/^\/|\/$/g, '');
    const arn = Stack.of(scope).formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: name,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    const verbs: AccessVerb[] = this.byPath === undefined ? [] : [this.verb(this.byPath, arn)];
    const rendering = renderVerbs(`Access.parameterPath('${readable(this.path)}')`, verbs);
    return {
      service: 'ssm',
      environmentValue: `/${name}`,
      resourceArn: arn,
      encryptionKey: this.options.encryptionKey,
      ...rendering,
      problems: [...rendering.problems, ...checkExact('a parameter path', name)],
    };
  }

  private verb(options: ParametersByPathOptions, arn: string): AccessVerb {
    return {
      call: describeCall('getByPath', options),
      operations: [
        {
          operation: 'GetParametersByPath',
          actions: ['ssm:GetParametersByPath'],
          // A request may end the path with a slash.
          resources: [arn, `${arn}/`],
          readOnly: true,
          conditions: options.recursive === true ? undefined : { StringEqualsIfExists: { 'ssm:Recursive': 'false' } },
        },
      ],
    };
  }
}
