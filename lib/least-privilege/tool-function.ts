import { Duration } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Alias,
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  Code,
  type FunctionProps,
  Handler,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Problem } from '../core/errors';
import { METADATA_KEY } from '../protocol/template-metadata';
import type { CodeAnalysis } from './code-analysis';
import { type CodeFile, HandlerBundles, type JudgedTool } from './handler-bundles';
import { maskedLogs } from './masked-logs';
import type { NamedAccess } from './tool-environment';
import { toolEnvironment } from './tool-environment';
import { toolFunctionMetadata } from './tool-function-metadata';
import type { ToolFunctionOptions } from './tool-function-options';
import type { HandlerRendering } from './tool-handler';
import { toolRole } from './tool-role';

export interface ToolFunctionProps {
  readonly toolName: string;
  readonly handler: Exclude<HandlerRendering, { kind: 'existing' }>;
  /** Whether the handler is known not to be there: then it is not bundled, for that would be reported twice. */
  readonly handlerMissing: boolean;
  readonly access: readonly NamedAccess[];
  readonly options: ToolFunctionOptions;
  readonly analysis: CodeAnalysis;
  readonly encryptionKey: IKey;
  /** What this library tells its runtime helper. */
  readonly runtimeEnvironment: { readonly [name: string]: string };
  /** @default MCP tool <name> */
  readonly description?: string;
  /** What lies beside the code; asked for when the app is complete. */
  readonly files?: () => readonly CodeFile[];
  /** Appended to the code when it is bundled. */
  readonly footer?: string;
  /** Told the text of the bundle. */
  readonly onBundle?: (text: string) => void;
  readonly onProblem: (problem: Problem) => void;
}

/** What no Python program reads at run time. */
const NOT_PYTHON = ['**/__pycache__', '**/*.pyc', '**/.venv', '**/.pytest_cache', '**/.mypy_cache', '**/.git'];

/**
 * One tool's function: its own role with only the declared access, its own log group, and an alias on a published
 * version, which is all that the gateway may invoke.
 */
export class ToolFunction extends Construct {
  public readonly function: LambdaFunction;
  public readonly alias: Alias;
  public readonly role: Role;
  public readonly logGroup: LogGroup;

  public constructor(scope: Construct, id: string, props: ToolFunctionProps) {
    super(scope, id);
    const { access, options, encryptionKey } = props;
    this.logGroup = new LogGroup(this, 'Logs', {
      encryptionKey,
      retention: options.logRetention ?? RetentionDays.ONE_YEAR,
      dataProtectionPolicy: maskedLogs(),
    });
    this.role = toolRole(this, { access, logGroup: this.logGroup, encryptionKey, options });
    this.function = this.makeFunction(props);
    this.analyse(props);
    this.alias = new Alias(this, 'Live', { aliasName: 'live', version: this.function.currentVersion });
  }

  /** Code that is bundled is analysed when it is. */
  private analyse(props: ToolFunctionProps): void {
    const { handler } = props;
    if (handler.kind === 'entry' || props.handlerMissing) return;
    const bundles = HandlerBundles.of(this);
    if (handler.kind === 'folder') bundles.addPython(this.judged(props), handler.folder, handler.handler);
    else bundles.addUnanalysed(this.judged(props), 'container image');
  }

  private judged({ toolName, access, analysis, onProblem }: ToolFunctionProps): JudgedTool {
    const resource = () => this.function.node.defaultChild as CfnFunction;
    return { tool: toolName, access, analysis, resource, scope: this, onProblem };
  }

  private makeFunction(props: ToolFunctionProps): LambdaFunction {
    const { access, options } = props;
    const environment = toolEnvironment(this, access, options.environment ?? {});
    for (const problem of environment.problems) props.onProblem(problem);
    const { extraEnvironment, ...code } = this.codeProps(props);
    const fn = new LambdaFunction(this, 'Function', {
      description: props.description ?? `MCP tool ${props.toolName}`,
      architecture: Architecture.ARM_64,
      ...code,
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      timeout: options.timeout ?? Duration.seconds(10),
      memorySize: options.memorySize ?? 256,
      reservedConcurrentExecutions: options.concurrency === undefined ? 5 : options.concurrency._reserved,
      environmentEncryption: props.encryptionKey,
      environment: { ...extraEnvironment, ...props.runtimeEnvironment, ...environment.variables },
      ...(props.handler.kind === 'image' ? {} : signedCode(options)),
      ...this.networkProps(options),
    });
    const resource = fn.node.defaultChild as CfnFunction;
    // Set here, not through the construct, which would add a second policy to the role.
    if (options.tracing === true) resource.tracingConfig = { mode: 'Active' };
    if (options.deadLetterQueue !== undefined) {
      resource.deadLetterConfig = { targetArn: options.deadLetterQueue.queueArn };
    }
    resource.addMetadata(
      METADATA_KEY,
      toolFunctionMetadata(props.toolName, access, options.concurrency, props.analysis),
    );
    return fn;
  }

  private codeProps(props: ToolFunctionProps): CodeProps {
    const { handler } = props;
    switch (handler.kind) {
      case 'entry':
        return {
          runtime: Runtime.NODEJS_24_X,
          handler: 'index.handler',
          extraEnvironment: { NODE_OPTIONS: '--enable-source-maps' },
          code: HandlerBundles.of(this).add({
            ...this.judged(props),
            files: props.files,
            footer: props.footer,
            onBundle: props.onBundle,
            entry: props.handlerMissing ? undefined : handler.entry,
          }),
        };
      case 'folder':
        return {
          runtime: handler.runtime,
          handler: handler.handler,
          code: props.handlerMissing
            ? Code.fromInline('# the folder does not exist')
            : Code.fromAsset(handler.folder, { exclude: NOT_PYTHON }),
        };
      case 'image':
        return {
          runtime: Runtime.FROM_IMAGE,
          handler: Handler.FROM_IMAGE,
          architecture: handler.architecture,
          code: Code.fromEcrImage(handler.repository, { tagOrDigest: handler.digest, cmd: handler.command }),
        };
    }
  }

  private networkProps({ network }: ToolFunctionOptions): Partial<FunctionProps> {
    if (network === undefined) return {};
    const { vpc, subnets, securityGroups } = network;
    const closed = () => [
      new SecurityGroup(this, 'SecurityGroup', {
        vpc,
        description: 'MCP tool, closed unless opened',
        allowAllOutbound: false,
      }),
    ];
    return { vpc, vpcSubnets: subnets, securityGroups: securityGroups ?? closed() };
  }
}

interface CodeProps extends Pick<FunctionProps, 'code' | 'runtime' | 'handler' | 'architecture'> {
  readonly extraEnvironment?: { readonly [name: string]: string };
}

/** What only code outside a container image can have. */
function signedCode({ layers, codeSigningConfig }: ToolFunctionOptions): Partial<FunctionProps> {
  return { layers, codeSigningConfig };
}
