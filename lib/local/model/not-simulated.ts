import { own } from '../../assembly/cloudformation';
import type { ConcreteAssembly } from '../../assembly/concrete';
import type { GatewayModel } from './gateway-model';
import type { Report } from './report';

/** Properties of a gateway that have no effect here, with what that means. */
const PROPERTIES: readonly (readonly [path: readonly string[], meaning: string])[] = [
  [['WafConfiguration'], 'there is no web ACL in front'],
  [['ProtocolConfiguration', 'Mcp', 'StreamingConfiguration'], 'answers are not streamed'],
];

/** Resources that belong to a gateway and have no effect here. */
const RESOURCES: readonly (readonly [type: string, meaning: string])[] = [
  ['AWS::BedrockAgentCore::GatewayRateLimit', 'calls are not counted'],
  ['AWS::BedrockAgentCore::GatewayRule', 'rules do not route'],
  ['AWS::BedrockAgentCore::ResourcePolicy', 'the resource policy is not evaluated'],
];

/** Says everything in the template that the deployed gateway would do and this one does not. */
export function reportNotSimulated(
  assembly: ConcreteAssembly,
  gateway: GatewayModel,
  functions: ReadonlyMap<string, unknown>,
  report: Report,
  simulated: readonly string[] = [],
): void {
  const { properties, logicalId, unresolved } = gateway.resource;
  for (const what of unresolved) report(`${logicalId}: ${what} is only known after a deployment`);
  for (const [path, meaning] of PROPERTIES) {
    const value = path.reduce<unknown>((inner, name) => own(inner, name), properties);
    if (value !== undefined) report(`${logicalId}: ${path.at(-1)} has no effect here, ${meaning}`);
  }
  for (const { points, lambdaArn } of gateway.interceptors.filter(({ lambdaArn }) => !functions.has(lambdaArn))) {
    report(`${logicalId}: its ${points.join(' and ')} interceptor ${lambdaArn} cannot be run, so requests are refused`);
  }
  if (gateway.interceptors.some(({ points }) => points.includes('REQUEST'))) {
    report(
      `${logicalId}: an Authorization header that its REQUEST interceptor returns has no effect here, the service puts it in place of the credential of a target`,
    );
  }
  for (const [type, meaning] of RESOURCES.filter(([type]) => !simulated.includes(type))) {
    for (const resource of assembly.ofType(type)) report(`${resource.logicalId}: it has no effect here, ${meaning}`);
  }
}
