import { Lazy } from 'aws-cdk-lib';
import { CfnGateway, CfnPolicyEngine } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Problem } from './core/errors';
import { type EncryptionBinding, GatewayEncryption } from './gateway-encryption';
import { GatewayWaf } from './gateway-waf';
import { callerTokens, type InboundBinding } from './inbound/inbound-binding';
import { GatewayInterceptors, type InterceptedTool } from './interceptors/gateway-interceptors';
import { type RenderedMcpOptions, renderMcpOptions } from './mcp-options';
import { policyName } from './names';
import { GatewayRole } from './outbound/gateway-role';
import { PolicyEngineMode } from './policy-engine-mode';
import { type GatewayMetadata, METADATA_KEY, type WeakeningMetadata } from './protocol/template-metadata';
import type { SecureMcpGatewayProps } from './secure-mcp-gateway-props';

export interface GatewayCoreProps extends SecureMcpGatewayProps {
  readonly gatewayName: string;
  /** All tools of the gateway, asked for when the app is complete. */
  readonly tools: () => readonly InterceptedTool[];
  readonly onProblem: (problem: Problem) => void;
}

/** The gateway itself and what it cannot be without: key, issuer of its callers, policy engine, role. */
export class GatewayCore {
  public readonly encryptionKey: IKey;
  public readonly inbound: InboundBinding;
  public readonly policyEngine: CfnPolicyEngine;
  public readonly role: GatewayRole;
  public readonly interceptors: GatewayInterceptors;
  public readonly gateway: CfnGateway;
  /** Left out without web ACL. */
  public readonly webAclArn?: string;

  public constructor(
    private readonly scope: Construct,
    private readonly props: GatewayCoreProps,
  ) {
    const { gatewayName, onProblem } = props;
    const encryption = (props.encryption ?? GatewayEncryption.newKey())._bind(scope, gatewayName);
    this.encryptionKey = encryption.key;
    this.inbound = props.inbound._bind(scope, { gatewayName, onProblem });
    this.policyEngine = new CfnPolicyEngine(scope, 'PolicyEngine', {
      name: policyName(gatewayName, scope.node.path),
      encryptionKeyArn: this.encryptionKey.keyArn,
    });
    this.role = this.makeRole(encryption);
    const waf = (props.waf ?? GatewayWaf.managed())._bind(scope, gatewayName);
    this.webAclArn = waf.webAclArn;
    const mcp = renderMcpOptions(props.mcp ?? {}, this.inbound.authorizerType !== 'NONE', scope.node.path);
    const mode = props.policyMode ?? PolicyEngineMode.enforce();
    const problems = [encryption.problems, waf.problems, mcp.problems, mode._problems(scope.node.path)];
    for (const problem of problems.flat()) onProblem(problem);
    this.interceptors = this.makeInterceptors();
    this.gateway = this.makeGateway(mcp, mode);
    const { weakening } = this.inbound;
    this.recordWeakenings([weakening, encryption.weakening, waf.weakening, mode._weakening, ...mcp.weakenings]);
  }

  private makeRole({ key, keyConditions }: EncryptionBinding): GatewayRole {
    return new GatewayRole(this.scope, 'Outbound', {
      gatewayName: this.props.gatewayName,
      policyEngineArn: this.policyEngine.attrPolicyEngineArn,
      encryptionKey: key,
      keyConditions,
      callerIssuers: this.inbound.issuers,
    });
  }

  private makeInterceptors(): GatewayInterceptors {
    const { gatewayName, mcp, tools, onProblem } = this.props;
    return new GatewayInterceptors(this.scope, 'Interceptors', {
      gatewayName,
      encryptionKey: this.encryptionKey,
      tokens: callerTokens(this.inbound),
      searchNeedsFilter: mcp?.search !== undefined && mcp.search._weakening === undefined,
      tools,
      onProblem,
    });
  }

  private makeGateway({ configuration }: RenderedMcpOptions, { _mode: mode }: PolicyEngineMode): CfnGateway {
    const gateway = new CfnGateway(this.scope, 'Gateway', {
      name: this.props.gatewayName,
      roleArn: this.role.role.roleArn,
      authorizerType: this.inbound.authorizerType,
      authorizerConfiguration: this.inbound.authorizerConfiguration,
      kmsKeyArn: this.encryptionKey.keyArn,
      protocolType: 'MCP',
      protocolConfiguration: { mcp: configuration },
      interceptorConfigurations: this.interceptors.configurations,
      wafConfiguration: { failureMode: 'FAIL_CLOSE' },
      policyEngineConfiguration: { arn: this.policyEngine.attrPolicyEngineArn, mode },
    });
    // The service calls GetPolicyEngine as the role while it creates the gateway.
    gateway.node.addDependency(this.role.policy);
    return gateway;
  }

  private recordWeakenings(all: readonly (WeakeningMetadata | undefined)[]): void {
    const own = all.filter((weakening) => weakening !== undefined);
    const produce = (): GatewayMetadata | undefined => {
      const weakenings = [...own, ...this.interceptors.weakenings];
      return weakenings.length === 0 ? undefined : { weakenings };
    };
    this.gateway.addMetadata(METADATA_KEY, Lazy.any({ produce }));
  }
}
