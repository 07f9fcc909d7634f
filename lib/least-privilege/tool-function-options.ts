import type { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ICodeSigningConfig, ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { CodeAnalysis } from './code-analysis';
import type { ToolConcurrency } from './tool-concurrency';

/** Where a tool runs inside a VPC. */
export interface ToolNetworkOptions {
  /** The VPC. */
  readonly vpc: IVpc;

  /**
   * Subnets of the VPC.
   *
   * @default - the private ones with a way out, as for every function
   */
  readonly subnets?: SubnetSelection;

  /**
   * What the tool may reach.
   *
   * @default - a new group that lets nothing in or out; open it with `tool.function.connections`
   */
  readonly securityGroups?: ISecurityGroup[];
}

/** The function behind a tool. None of this applies to `ToolHandler.fromFunction`. */
export interface ToolFunctionOptions {
  /**
   * Longest run of one call, up to 30 seconds: the caller waits for it.
   *
   * @default Duration.seconds(10)
   */
  readonly timeout?: Duration;

  /**
   * Memory in MiB, 128 to 10240.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * How many calls may run at once.
   *
   * @default ToolConcurrency.reserved(5)
   */
  readonly concurrency?: ToolConcurrency;

  /**
   * Plain settings for the handler, encrypted at rest. Never a secret: declare access to the secret in its place.
   *
   * @default - what the declared access sets
   */
  readonly environment?: { [name: string]: string };

  /**
   * What the role of the tool may have at most, whatever is added to it.
   *
   * @default - none, or what `PermissionsBoundary.of(scope)` applies
   */
  readonly permissionsBoundary?: IManagedPolicy;

  /**
   * Runs the tool inside a VPC. Adds the permissions on network interfaces that the Lambda service needs; the handler's
   * own code cannot use them.
   *
   * @default - no VPC
   */
  readonly network?: ToolNetworkOptions;

  /**
   * Sends traces to AWS X-Ray. Adds the two permissions that it takes.
   *
   * @default false
   */
  readonly tracing?: boolean;

  /**
   * Takes calls that failed, when something calls the function asynchronously. The gateway does not.
   *
   * @default - none
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * Layers. Their code runs with the permissions of the tool.
   *
   * @default - none
   */
  readonly layers?: ILayerVersion[];

  /**
   * Who must have signed the code. Not for container images, which are pinned by their digest.
   *
   * @default - unsigned code is accepted; its hash pins the published version
   */
  readonly codeSigningConfig?: ICodeSigningConfig;

  /**
   * What happens when the code does not fit the declared access. TypeScript, JavaScript and Python are compared.
   *
   * @default - what the gateway says, and CodeAnalysis.enforce() when it says nothing
   */
  readonly codeAnalysis?: CodeAnalysis;

  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;

  /**
   * Key for logs and environment. Its policy must let CloudWatch Logs use it.
   *
   * @default - the key of the gateway
   */
  readonly encryptionKey?: IKey;
}

/** The function's options among others. */
export function functionOptionsOf(options: ToolFunctionOptions): ToolFunctionOptions {
  const { timeout, memorySize, concurrency, environment, permissionsBoundary, network, tracing } = options;
  const { deadLetterQueue, layers, codeSigningConfig, codeAnalysis, logRetention, encryptionKey } = options;
  return {
    timeout,
    memorySize,
    concurrency,
    environment,
    permissionsBoundary,
    network,
    tracing,
    deadLetterQueue,
    layers,
    codeSigningConfig,
    codeAnalysis,
    logRetention,
    encryptionKey,
  };
}
