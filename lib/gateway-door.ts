import type { Construct } from 'constructs';
import type { Problem } from './core/errors';
import { associateWebAcl } from './gateway-waf';
import type { InboundBinding } from './inbound/inbound-binding';
import { RateLimitDimension, type RateLimits } from './rate-limits';
import type { SecureMcpGatewayProps } from './secure-mcp-gateway-props';
import { endpointProblems, onlyThroughVpcEndpoints } from './vpc-endpoint-policy';

export interface GatewayDoorProps extends Pick<SecureMcpGatewayProps, 'callsPerMinutePerCaller' | 'vpcEndpoints'> {
  readonly gatewayArn: string;
  readonly inbound: InboundBinding;
  readonly rateLimits: RateLimits;
  /** Left out without web ACL. */
  readonly webAclArn?: string;
  readonly callersHaveTokens: boolean;
  readonly onProblem: (problem: Problem) => void;
}

/** What stands before authentication or beside it: web ACL, calls of one caller, network. */
export function guardDoor(scope: Construct, props: GatewayDoorProps): void {
  const { gatewayArn, webAclArn, vpcEndpoints: endpoints, callersHaveTokens } = props;
  const callsPerMinute = props.callsPerMinutePerCaller ?? 300;
  if (webAclArn !== undefined) associateWebAcl(scope, webAclArn, gatewayArn);
  if (props.inbound.callerDimension !== undefined) {
    props.rateLimits.add({ by: [RateLimitDimension.caller()], callsPerMinute });
  }
  if (endpoints === undefined) return;
  for (const problem of endpointProblems(endpoints, scope.node.path)) props.onProblem(problem);
  onlyThroughVpcEndpoints(scope, { gatewayArn, endpoints, callersHaveTokens });
}
