import { isObject, own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { parsePolicy } from '../../core/cedar/engine';
import { SecureMcpError } from '../../core/errors';
import type { Report } from './report';
import { text } from './values';

export interface PolicyEngineModel {
  readonly arn: string;
  readonly mode: string;
  readonly policies: readonly PolicyModel[];
}

export interface PolicyModel {
  readonly id: string;
  readonly text: string;
  readonly active: boolean;
}

/** `undefined` for a gateway without one. Throws `LOCAL_UNSUPPORTED` for a policy that cannot be read. */
export function readPolicyEngine(
  assembly: ConcreteAssembly,
  gateway: ConcreteResource,
  report: Report,
): PolicyEngineModel | undefined {
  const configuration = gateway.properties.PolicyEngineConfiguration;
  if (!isObject(configuration)) {
    report(`${gateway.logicalId}: it has no policy engine, so layer 3 lets every call through`);
    return undefined;
  }
  const arn = String(configuration.Arn);
  const engine = assembly
    .ofType('AWS::BedrockAgentCore::PolicyEngine')
    .find((candidate) => candidate.attribute('PolicyEngineArn') === arn);
  if (engine === undefined)
    report(`${gateway.logicalId}: its policy engine is not in the assembly: it has no policies here`);
  const policies = assembly
    .ofType('AWS::BedrockAgentCore::Policy')
    .filter((policy) => engine !== undefined && policy.properties.PolicyEngineId === engine.ref)
    .flatMap((policy) => readPolicy(policy, report));
  return { arn, mode: String(configuration.Mode ?? 'ENFORCE'), policies };
}

function readPolicy(policy: ConcreteResource, report: Report): PolicyModel[] {
  const { Definition } = policy.properties;
  const statement =
    text(own(own(Definition, 'Cedar'), 'Statement')) ?? text(own(own(Definition, 'Policy'), 'Statement'));
  for (const what of policy.unresolved) report(`${policy.logicalId}: ${what} is only known after a deployment`);
  if (statement === undefined) {
    // It may be a forbid, so leaving it out could let calls through.
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `the policy ${policy.logicalId} has no statement that can be read here`,
      fix: 'Give it a Cedar statement, or run the gateway in an AWS account',
      at: policy.logicalId,
    });
  }
  return [{ id: policy.ref, text: statement, active: isActive(policy, statement, report) }];
}

/** Only a permit may be left out when its mode is not known. */
function isActive(policy: ConcreteResource, statement: string, report: Report): boolean {
  const mode = policy.properties.EnforcementMode;
  if (mode === undefined || mode === 'ACTIVE' || mode === 'LOG_ONLY') return mode !== 'LOG_ONLY';
  const effect = parsePolicy(statement).json?.effect;
  if (effect === undefined) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `neither the mode nor the effect of the policy ${policy.logicalId} is known here`,
      fix: 'Give it a Cedar statement that parses, and the EnforcementMode ACTIVE or LOG_ONLY',
      at: policy.logicalId,
    });
  }
  const force = effect === 'forbid' ? 'forbids' : 'does not permit';
  report(`${policy.logicalId}: its EnforcementMode is not known here, so it ${force}`);
  return effect === 'forbid';
}
