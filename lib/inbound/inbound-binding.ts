import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';

/** What an inbound choice needs to know of its gateway. */
export interface InboundContext {
  readonly gatewayName: string;
}

/** An OAuth client made for one agent. */
export interface AgentClient {
  readonly clientId: string;
}

/** What an inbound choice gives the gateway. */
export interface InboundBinding {
  readonly authorizerType: string;
  readonly authorizerConfiguration?: CfnGateway.AuthorizerConfigurationProperty;
  /** The dimension that tells callers apart in rate limits. */
  readonly callerDimension: string;
  /** Defines the scope of one tool and returns it as tokens carry it. */
  addToolScope(toolName: string, description: string): string;
  /** Makes the OAuth client of one machine agent; its scopes are asked for when the template is written. */
  addMachineClient(scope: Construct, agentName: string, scopes: () => string[]): AgentClient;
}
