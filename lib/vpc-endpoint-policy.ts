import { Stack } from 'aws-cdk-lib';
import { CfnResourcePolicy } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyDocument, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Problem } from './core/errors';

export interface VpcEndpointPolicyProps {
  readonly gatewayArn: string;
  readonly endpoints: readonly IVpcEndpoint[];
  /** Callers with tokens are no IAM principals: for them the policy must allow, too, and can name nobody. */
  readonly callersHaveTokens: boolean;
}

/**
 * Refuses calls that do not come through one of these VPC endpoints. A request over the internet has no
 * `aws:SourceVpce`, which the negated condition counts as a mismatch.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/resource-based-policies.html
 */
export function onlyThroughVpcEndpoints(scope: Construct, props: VpcEndpointPolicyProps): void {
  const ids = props.endpoints.map((endpoint) => endpoint.vpcEndpointId);
  const statement = (sid: string, effect: Effect, operator: string) =>
    new PolicyStatement({
      sid,
      effect,
      // Written as "*": the service takes no other principal where callers have tokens.
      principals: [new StarPrincipal()],
      actions: ['bedrock-agentcore:InvokeGateway'],
      resources: [props.gatewayArn],
      conditions: { [operator]: { 'aws:SourceVpce': ids } },
    });
  const document = new PolicyDocument({
    statements: [
      statement('OnlyThroughVpcEndpoints', Effect.DENY, 'StringNotEquals'),
      ...(props.callersHaveTokens ? [statement('CallersWithTokens', Effect.ALLOW, 'StringEquals')] : []),
    ],
  });
  new CfnResourcePolicy(scope, 'ResourcePolicy', {
    resourceArn: props.gatewayArn,
    policy: Stack.of(scope).toJsonString(document),
  });
}

/** An empty list would leave the gateway open to the internet. */
export function endpointProblems(endpoints: readonly IVpcEndpoint[], at: string): Problem[] {
  if (endpoints.length > 0) return [];
  return [
    {
      code: 'VPC_ENDPOINTS',
      message: 'the gateway is limited to VPC endpoints, got none',
      fix: 'Pass the endpoints, or leave vpcEndpoints out for a gateway on the internet',
      at,
    },
  ];
}
