import { isObject } from '../../assembly/cloudformation';
import { isUnknown, Unknown } from '../../assembly/resolve';
import { asList, property, within } from '../../assembly/template-model';
import { roleOf } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY } from '../types';

export const lp01 = defineRule({
  id: 'LP01',
  name: 'gateway-role-trust',
  layer: 'least-privilege',
  severity: 'error',
  summary: 'The gateway role can be assumed for another gateway or by another principal',
  explanation:
    'Without conditions on account and source, the service can be made to use the role for a foreign gateway.',
  fix: 'Trust only bedrock-agentcore.amazonaws.com, with aws:SourceAccount and an aws:SourceArn for this gateway',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-prerequisites-permissions.html',
  ],
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      const role = roleOf(model, gateway, 'RoleArn');
      if (role === undefined) {
        const value = property(gateway, 'RoleArn');
        yield undecided(
          gateway,
          'Properties.RoleArn',
          isUnknown(value) ? value : new Unknown('the role is not in the assembly'),
        );
        continue;
      }
      const path = 'Properties.AssumeRolePolicyDocument';
      const statements = property(role, 'AssumeRolePolicyDocument', 'Statement');
      const open = isUnknown(statements) ? statements : asList(statements).find(isUnknown);
      if (open !== undefined) {
        yield undecided(role, path, open);
        continue;
      }
      for (const [index, statement] of asList(statements).entries()) {
        const problem = trustProblem(statement);
        if (problem !== undefined) yield finding(role, `${path}.Statement.${index}`, problem, String(index));
      }
    }
  },
});

function trustProblem(statement: unknown): string | undefined {
  const principal = within(statement, 'Principal');
  const services = asList(within(principal, 'Service'));
  const only = isObject(principal) && Object.keys(principal).length === 1;
  if (!only || services.length !== 1 || services[0] !== 'bedrock-agentcore.amazonaws.com') {
    return 'a principal other than bedrock-agentcore.amazonaws.com is trusted';
  }
  if (conditionValue(statement, ['StringEquals'], 'aws:SourceAccount') === undefined)
    return 'aws:SourceAccount is not checked';
  const source = conditionValue(statement, ['ArnLike', 'ArnEquals', 'StringLike', 'StringEquals'], 'aws:SourceArn');
  if (source === undefined) return 'aws:SourceArn is not checked';
  return /gateway\/[^*?]/.test(source) ? undefined : `aws:SourceArn names no gateway: ${source}`;
}

/** IAM compares condition keys without regard to case. */
function conditionValue(statement: unknown, operators: readonly string[], key: string): string | undefined {
  for (const operator of operators) {
    const conditions = within(statement, 'Condition', operator);
    if (!isObject(conditions)) continue;
    const name = Object.keys(conditions).find((candidate) => candidate.toLowerCase() === key.toLowerCase());
    const value = name === undefined ? undefined : asList(conditions[name]).find((item) => typeof item === 'string');
    if (value !== undefined) return value as string;
  }
  return undefined;
}
