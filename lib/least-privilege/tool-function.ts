import { type Duration, Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Alias,
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Problem } from '../core/errors';
import { METADATA_KEY, type ToolFunctionMetadata } from '../protocol/template-metadata';
import { type Access, type AccessRendering, accessStatements } from './access';
import { HandlerBundles } from './handler-bundles';
import type { ToolHandler } from './tool-handler';

export interface ToolFunctionProps {
  readonly toolName: string;
  readonly handler: ToolHandler;
  readonly access: { readonly [env: string]: Access };
  readonly encryptionKey: IKey;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly reservedConcurrency: number;
  /** Further environment variables. */
  readonly environment: { readonly [name: string]: string };
  readonly onProblem: (problem: Problem) => void;
}

/**
 * One tool's function: its own role with only the declared access, its own log group, and an alias on a published
 * version, which is all that the gateway may invoke.
 */
export class ToolFunction extends Construct {
  public readonly function: LambdaFunction;
  public readonly alias: Alias;
  public readonly role: Role;
  public readonly logGroup: LogGroup;
  /** Whether every declared operation only reads. */
  public readonly readOnly: boolean;

  public constructor(scope: Construct, id: string, props: ToolFunctionProps) {
    super(scope, id);
    const access = Object.entries(props.access).map(([env, entry]) => ({ env, ...entry._render() }));
    this.readOnly = access.every((entry) => entry.operations.every((operation) => operation.readOnly));

    this.logGroup = new LogGroup(this, 'Logs', {
      encryptionKey: props.encryptionKey,
      retention: RetentionDays.ONE_YEAR,
    });
    this.role = this.makeRole(access, props.encryptionKey);
    this.function = this.makeFunction(props, access);
    this.alias = new Alias(this, 'Live', { aliasName: 'live', version: this.function.currentVersion });
  }

  private makeRole(access: readonly AccessRendering[], encryptionKey: IKey): Role {
    const { region, urlSuffix } = Stack.of(this);
    const environment = new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['kms:Decrypt'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `lambda.${region}.${urlSuffix}` } },
    });
    const logs = new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.logGroup.logGroupArn],
    });
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        DeclaredAccess: new PolicyDocument({
          statements: [...access.flatMap(accessStatements), logs, environment],
        }),
      },
    });
  }

  private makeFunction(props: ToolFunctionProps, access: readonly (AccessRendering & { env: string })[]) {
    const { entry } = props.handler._render();
    const problems = props.handler._problems(this.node.path);
    for (const problem of problems) props.onProblem(problem);
    const code = HandlerBundles.of(this).add({
      scope: this,
      // A missing file is reported once, by the handler, not again by esbuild.
      entry: problems.length > 0 ? undefined : entry,
      resource: () => this.function.node.defaultChild as CfnFunction,
      onProblem: props.onProblem,
    });
    const fn = new LambdaFunction(this, 'Function', {
      description: `MCP tool ${props.toolName}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code,
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      timeout: props.timeout,
      memorySize: props.memorySize,
      reservedConcurrentExecutions: props.reservedConcurrency,
      environmentEncryption: props.encryptionKey,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        ...props.environment,
        ...Object.fromEntries(access.map((item) => [item.env, item.environmentValue])),
      },
    });
    const metadata: ToolFunctionMetadata = {
      tool: props.toolName,
      access: access.map((item) => ({
        env: item.env,
        service: item.service,
        operations: item.operations.map((operation) => operation.operation),
        resource: item.resourceArn,
        declaration: item.declaration,
      })),
    };
    (fn.node.defaultChild as CfnFunction).addMetadata(METADATA_KEY, metadata);
    return fn;
  }
}
