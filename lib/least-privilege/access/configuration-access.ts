import { Stack } from 'aws-cdk-lib';
import type { IConfiguration, IEnvironment } from 'aws-cdk-lib/aws-appconfig';
import type { IConstruct } from 'constructs';
import { type AccessRendering, type AccessVerb, DeclaredAccess, renderVerbs } from './declared-access';
import { ownerOf } from './foreign-resource';

/**
 * Reading one AppConfig configuration in one environment.
 *
 * The environment variable carries the id of the configuration profile; two more, its name followed by `_APPLICATION`
 * and `_ENVIRONMENT`, carry the other two ids that the request names.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsappconfig.html
 */
export class ConfigurationAccess extends DeclaredAccess {
  /** @internal */
  public static _of(configuration: IConfiguration, environment: IEnvironment): ConfigurationAccess {
    return new ConfigurationAccess(configuration, environment, []);
  }

  private constructor(
    private readonly configuration: IConfiguration,
    private readonly environment: IEnvironment,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `StartConfigurationSession` and `GetLatestConfiguration`: one does not work without the other. */
  public read(): ConfigurationAccess {
    const verb: AccessVerb = {
      call: 'read()',
      operations: ['StartConfigurationSession', 'GetLatestConfiguration'].map((operation) => ({
        operation,
        actions: [`appconfig:${operation}`],
        resources: [this.arn],
        readOnly: true,
      })),
    };
    return new ConfigurationAccess(this.configuration, this.environment, [...this.verbs, verb]);
  }

  /** @internal */
  public _render(_scope: IConstruct): AccessRendering {
    const { configuration, environment } = this;
    return {
      service: 'appconfig',
      environmentValue: configuration.configurationProfileId,
      companions: { _APPLICATION: environment.applicationId, _ENVIRONMENT: environment.environmentId },
      resourceArn: this.arn,
      foreign: ownerOf(environment),
      ...renderVerbs(`Access.configuration(${configuration.node.id}, ${environment.node.id})`, this.verbs),
    };
  }

  private get arn(): string {
    const { applicationId, environmentId } = this.environment;
    return Stack.of(this.environment).formatArn({
      service: 'appconfig',
      resource: 'application',
      resourceName: `${applicationId}/environment/${environmentId}/configuration/${this.configuration.configurationProfileId}`,
    });
  }
}
