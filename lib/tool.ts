import { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IAlias, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type CallerType, type ICaller, ToolArgument } from './authorization';
import { runtimeInputSchema } from './core/cedar/input-conditions';
import type { Problem } from './core/errors';
import type { DeclaredAccess } from './least-privilege/access/declared-access';
import type { CodeAnalysis } from './least-privilege/code-analysis';
import { toolCode } from './least-privilege/tool-code';
import { functionOptionsOf, type ToolFunctionOptions } from './least-privilege/tool-function-options';
import type { ToolHandler } from './least-privilege/tool-handler';
import type { ForbidUnlessOptions, IMcpTool, PermitOptions } from './mcp-tool';
import { Outbound } from './outbound/outbound';
import { CALLER_CLAIMS_ENV, CALLER_HEADER, CALLER_TOKEN_HEADER, type CallerWish } from './protocol/caller-header';
import { INPUT_SCHEMA_ENV, METADATA_KEY, type TargetMetadata } from './protocol/template-metadata';
import { qualifiedToolName } from './protocol/tool-name';
import { OUTBOUND_ENV } from './protocol/tool-outbound';
import { ToolRisk } from './targets/tool-risk';
import type { ToolSchema } from './targets/tool-schema';
import type { ToolOutbound } from './tool-outbound';
import { ToolPermits } from './tool-permits';

/** `description` of a GatewayTarget: the service API model. */
const TARGET_DESCRIPTION_MAX = 200;

/** Options of {@link SecureMcpGateway.addTool}. */
export interface ToolOptions extends ToolFunctionOptions {
  /** What the tool does, for the model that chooses among tools. Part of every prompt, so keep it short and plain. */
  readonly description: string;

  /** The arguments, as JSON Schema. */
  readonly input: ToolSchema;

  /** The code. */
  readonly handler: ToolHandler;

  /**
   * What the tool may do in AWS, by the name of the environment variable that tells the handler each resource's name.
   *
   * @default - nothing but its own logs
   */
  readonly access?: { [environmentVariable: string]: DeclaredAccess };

  /**
   * How much harm a call can do.
   *
   * @default - READ if every declared access only reads, else WRITE
   */
  readonly risk?: ToolRisk;

  /**
   * How the tool calls an API outside AWS by itself. The gateway calls the tool with its own role in any case.
   *
   * @default - it has no credential for any
   */
  readonly outbound?: ToolOutbound;

  /**
   * Claims of the caller's token that the tool gets, besides subject, client and scopes; `[]` for those alone. The gateway
   * itself never tells a tool who calls: it takes an `Interceptor.request({ verifyCaller: true, … })`, which ends a call
   * whose token lacks a claim. In the tool they are `caller.verified`.
   *
   * A request that the service lets pass when an interceptor fails could carry a header of its own making, so the claims
   * are for what a permit cannot say, not in place of one.
   *
   * @default - the tool does not learn who calls
   */
  readonly callerClaims?: string[];
}

/** What the gateway hands to its tools; not part of the jsii surface. */
export interface ToolConstruction extends ToolOptions {
  readonly toolName: string;
  readonly gatewayIdentifier: string;
  /** For tools that say nothing else. */
  readonly gatewayCodeAnalysis?: CodeAnalysis;
  /** For what has no key of its own. */
  readonly gatewayKey: IKey;
  /** OAuth scope of this tool as tokens carry it. */
  readonly scope?: string;
  /** The one type of callers that the gateway lets in. */
  readonly callerType: CallerType;
  /** The issuer of callers' tokens; absent where they have none. */
  readonly callerIssuers?: readonly string[];
  readonly onProblem: (problem: Problem) => void;
}

/**
 * One MCP tool: a gateway target, a function with its own role, and one Cedar permit that says who may call it with
 * which arguments. Nobody may, until {@link permit} is called.
 */
export class Tool extends Construct implements IMcpTool {
  /** @internal */
  public static _create(scope: Construct, id: string, props: ToolConstruction): Tool {
    return new Tool(scope, id, props);
  }

  /** The name it was added under. */
  public readonly toolName: string;
  /** The name that MCP clients see: `<target>___<tool>`. */
  public readonly qualifiedName: string;
  /** The OAuth scope of the tool, as tokens carry it; `undefined` where the gateway has no scopes. */
  public readonly oauthScope?: string;
  /** The function behind the tool. */
  public readonly function: IFunction;
  /** The alias the gateway invokes. */
  public readonly alias: IAlias;
  /** Declared or derived risk. */
  public readonly risk: ToolRisk;

  /** @internal */
  public readonly _target: CfnGatewayTarget;
  /** @internal */
  public readonly _schema: ToolSchema;
  /** @internal */
  public readonly _checksInput: () => boolean;
  /** @internal */
  public readonly _permits: ToolPermits;
  private readonly props: ToolConstruction;

  private constructor(scope: Construct, id: string, props: ToolConstruction) {
    super(scope, id);
    this.props = props;
    this.toolName = props.toolName;
    this.qualifiedName = qualifiedToolName(props.toolName, props.toolName);
    this.oauthScope = props.scope;
    this._schema = props.input;
    for (const problem of props.input._problems) props.onProblem({ ...problem, at: problem.at ?? this.node.path });

    const code = toolCode(this, 'Handler', {
      toolName: props.toolName,
      handler: props.handler,
      access: this.accessWithOutbound(),
      options: functionOptionsOf(props),
      codeAnalysis: props.gatewayCodeAnalysis,
      encryptionKey: props.gatewayKey,
      runtimeEnvironment: { ...this.runtimeSchema(), ...this.runtimeClaims() },
      onProblem: props.onProblem,
    });
    this.rejectForExisting();
    this.function = code.function;
    this.alias = code.alias;
    this._checksInput = code.checksInput;
    this.risk = props.risk ?? (code.readOnly ? ToolRisk.READ : ToolRisk.WRITE);
    this._target = this.makeTarget();
    const { scope: oauthScope, callerType, onProblem, input } = props;
    this._permits = new ToolPermits({
      tool: {
        target: props.toolName,
        name: props.toolName,
        inputSchema: input._schema,
        constraints: input._constraints,
        dropped: input._dropped,
        scope: oauthScope,
        at: this.node.path,
      },
      callerType,
      onProblem,
    });
  }

  /** Lets a caller call this tool, under conditions on the arguments. Several permits are alternatives. */
  public permit(caller: ICaller, options: PermitOptions = {}): void {
    this._permits.permit(caller, options);
  }

  /** Forbids every call that is not like this, whatever is permitted: see {@link IMcpTool.forbidUnless}. */
  public forbidUnless(options: ForbidUnlessOptions): void {
    this._permits.forbidUnless(options);
  }

  /** One argument of the tool, to state conditions on. A name that the schema lacks fails synthesis. */
  public arg(name: string): ToolArgument {
    return ToolArgument.named(name);
  }

  private makeTarget(): CfnGatewayTarget {
    const outbound = Outbound.gatewayRole()._bind({
      kind: 'Lambda',
      at: this.node.path,
      callersHaveTokens: true,
    });
    const target = new CfnGatewayTarget(this, 'Target', {
      gatewayIdentifier: this.props.gatewayIdentifier,
      name: this.toolName,
      metadataConfiguration: this.allowedHeaders(),
      // The model reads the tool's description, which may be longer than the service takes for a target.
      description: this.props.description.slice(0, TARGET_DESCRIPTION_MAX),
      credentialProviderConfigurations: outbound.configuration === undefined ? [] : [outbound.configuration],
      targetConfiguration: {
        mcp: {
          lambda: {
            lambdaArn: this.alias.functionArn,
            toolSchema: {
              inlinePayload: [
                {
                  name: this.toolName,
                  description: this.props.description,
                  inputSchema: this._schema._schema as CfnGatewayTarget.SchemaDefinitionProperty,
                },
              ],
            },
          },
        },
      },
    });
    const metadata: TargetMetadata = {
      tools: { [this.toolName]: { risk: this.risk, inputSchema: this._schema._source } },
    };
    target.addMetadata(METADATA_KEY, metadata);
    return target;
  }

  /** @internal */
  public get _callerWish(): CallerWish | undefined {
    const { callerClaims, outbound } = this.props;
    const token = outbound?._kind === 'onBehalfOf';
    if (callerClaims === undefined && !token) return undefined;
    return { ...(callerClaims === undefined ? {} : { claims: callerClaims }), ...(token ? { token } : {}) };
  }

  /** Headers that only the interceptor of the gateway writes. */
  private allowedHeaders(): CfnGatewayTarget.MetadataConfigurationProperty | undefined {
    const wish = this._callerWish;
    if (wish === undefined) return undefined;
    const names = [
      ...(wish.claims === undefined ? [] : [CALLER_HEADER]),
      ...(wish.token === true ? [CALLER_TOKEN_HEADER] : []),
    ];
    return { allowedRequestHeaders: names };
  }

  /** A function that is not made here gets neither the environment nor the role that these rest on. */
  private rejectForExisting(): void {
    const { handler, callerClaims, outbound, onProblem } = this.props;
    if (handler._render().kind !== 'existing') return;
    for (const [name, value] of Object.entries({ callerClaims, outbound })) {
      if (value === undefined) continue;
      onProblem({
        code: 'FUNCTION_OPTION',
        message: `${name} does not apply to an existing function`,
        fix: `Remove ${name}, or let the function be made here, for example by ToolHandler.fromEntry`,
        at: this.node.path,
      });
    }
  }

  private runtimeClaims(): { [name: string]: string } {
    const { callerClaims } = this.props;
    return callerClaims === undefined ? {} : { [CALLER_CLAIMS_ENV]: JSON.stringify(callerClaims) };
  }

  /** The credential of an API is an access like any other: a variable, statements, a line of the report. */
  private accessWithOutbound(): { [environmentVariable: string]: DeclaredAccess } {
    const { access = {}, outbound, onProblem } = this.props;
    if (outbound === undefined) return access;
    if (Object.hasOwn(access, OUTBOUND_ENV)) {
      onProblem({
        code: 'ENVIRONMENT_NAME',
        message: `two entries set the same environment variable, got "${OUTBOUND_ENV}"`,
        fix: `Give the access another name: ${OUTBOUND_ENV} is the one of outbound`,
        at: this.node.path,
      });
    }
    return { ...access, [OUTBOUND_ENV]: outbound._access(this.props.callerIssuers) };
  }

  /** What only the runtime helper of the tool can enforce of its input schema. */
  private runtimeSchema(): { [name: string]: string } {
    const { json, problem } = runtimeInputSchema(this._schema._schema, this._schema._constraints);
    if (problem !== undefined) this.props.onProblem({ ...problem, at: this.node.path });
    return json === undefined ? {} : { [INPUT_SCHEMA_ENV]: json };
  }
}
