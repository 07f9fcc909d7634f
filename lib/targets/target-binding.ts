import type { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { Problem } from '../core/errors';
import type { DroppedKeyword } from '../core/schema/dropped-keyword';
import type { InputConstraint } from '../core/schema/input-constraint';
import type { ToolInputSchema } from '../core/schema/tool-schema';
import type { PrivateEndpointRendering } from '../network/private-endpoint';
import type { CredentialAccess } from '../outbound/credential-access';
import type { ToolRiskLevel, WeakeningMetadata } from '../protocol/template-metadata';

/** What a target needs to know of its gateway. */
export interface TargetContext {
  /** Construct of the target, for what it has to create. */
  readonly scope: Construct;
  /** Whether callers of the gateway have a token. */
  readonly callersHaveTokens: boolean;
}

/** One tool of a target, as policies and rules see it. */
export interface TargetTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ToolInputSchema;
  readonly constraints: readonly InputConstraint[];
  /** What its author wrote and nothing publishes or enforces. */
  readonly dropped: readonly DroppedKeyword[];
  readonly risk: ToolRiskLevel;
}

/** What a target amounts to. */
export interface TargetBinding {
  readonly configuration: CfnGatewayTarget.TargetConfigurationProperty;
  readonly credential?: CfnGatewayTarget.CredentialProviderConfigurationProperty;
  readonly propagation?: CfnGatewayTarget.MetadataConfigurationProperty;
  readonly privateEndpoint?: PrivateEndpointRendering;
  /** What the gateway role needs. */
  readonly access: readonly CredentialAccess[];
  readonly tools: readonly TargetTool[];
  /** Name of the argument that is a body as a whole. */
  readonly bodyArgument?: string;
  readonly weakenings: readonly WeakeningMetadata[];
  readonly problems: readonly Problem[];
}
