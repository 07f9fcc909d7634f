import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { GatewayAlarmOptions } from './gateway-alarms';
import type { GatewayEncryption } from './gateway-encryption';
import type { GatewayWaf } from './gateway-waf';
import type { Inbound } from './inbound/inbound';
import type { Interceptor } from './interceptors/interceptor';
import type { CodeAnalysis } from './least-privilege/code-analysis';
import type { McpOptions } from './mcp-options';
import type { PolicyEngineMode } from './policy-engine-mode';

/** Options of {@link SecureMcpGateway}. */
export interface SecureMcpGatewayProps {
  /** Who may reach the gateway. */
  readonly inbound: Inbound;

  /**
   * Name of the gateway: lower case letters, digits and single hyphens, at most 48 characters, known when the template
   * is written. Ids and ARNs of the service are lower case and IAM compares them case by case.
   *
   * @default - derived from the construct path
   */
  readonly gatewayName?: string;

  /**
   * The key for what the service stores of the gateway and its policies, for the environment of the tools and for all
   * logs.
   *
   * @default GatewayEncryption.newKey()
   */
  readonly encryption?: GatewayEncryption;

  /**
   * Revisions of MCP, sessions and streaming.
   *
   * @default - 2026-07-28, 2025-11-25 and 2025-06-18, without sessions and streaming
   */
  readonly mcp?: McpOptions;

  /**
   * The web ACL in front of the gateway.
   *
   * @default GatewayWaf.managed()
   */
  readonly waf?: GatewayWaf;

  /**
   * Whether policies decide.
   *
   * @default PolicyEngineMode.enforce()
   */
  readonly policyMode?: PolicyEngineMode;

  /**
   * Functions that see every request or every response, one at each point.
   *
   * @default - none
   */
  readonly interceptors?: Interceptor[];

  /**
   * The VPC endpoints (`com.amazonaws.<region>.bedrock-agentcore.gateway`) through which alone the gateway can be called.
   *
   * @default - the gateway can be reached over the internet
   */
  readonly vpcEndpoints?: IVpcEndpoint[];

  /**
   * What happens when the code of a tool does not fit its declared access; a tool can say otherwise.
   *
   * @default CodeAnalysis.enforce()
   */
  readonly codeAnalysis?: CodeAnalysis;

  /**
   * Calls per minute that one caller may make. The service enforces it eventually and lets calls through when in doubt:
   * it caps costs, it is not a security boundary.
   *
   * @default 300
   */
  readonly callsPerMinutePerCaller?: number;

  /**
   * From how many denied, failed and refused calls on alarms go off, and what they do.
   *
   * @default - alarms without actions
   */
  readonly alarms?: GatewayAlarmOptions;

  /**
   * Whether spans of calls are delivered to AWS X-Ray. CloudWatch Transaction Search must be on in the account. Spans
   * carry no identity of callers.
   *
   * @default false
   */
  readonly traces?: boolean;

  /**
   * Path of the lock of the tools, which `npx secure-mcp lock` writes. A tool whose name, description, risk or arguments are
   * not as the lock has them fails synthesis until somebody has read the change and written the lock anew.
   *
   * @default - the context `cdk-secure-mcp:toolLock` of the app, else tools are not compared
   */
  readonly toolLock?: string;
}
