import { isUnknown } from '../../assembly/resolve';
import { asList, property } from '../../assembly/template-model';
import { functionOf, interceptorArn, isWide, lambdaArnOf, roleOf, targetsOf } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY } from '../types';

export const lp02 = defineRule({
  id: 'LP02',
  name: 'gateway-invokes-own-functions',
  layer: 'least-privilege',
  severity: 'error',
  summary: 'The gateway role can invoke functions that are not its tools',
  explanation: 'A mistake in a target or a policy then reaches every function of the account.',
  fix: 'Allow lambda:InvokeFunction on the aliases of the targets of this gateway only',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors.html'],
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      const role = roleOf(model, gateway, 'RoleArn');
      if (role === undefined) continue; // LP01 says so
      const interceptors = asList(property(gateway, 'InterceptorConfigurations')).map(interceptorArn);
      const own = new Set(
        [...targetsOf(model, gateway).map(lambdaArnOf), ...interceptors].map((arn) => functionOf(model, arn)),
      );
      const { statements, unknown } = model.statementsOf(role);
      for (const value of unknown) yield undecided(role, 'Properties', value);
      for (const statement of statements) {
        const invokes = statement.actions.some((action) => !isUnknown(action) && matchesInvoke(action));
        if (statement.effect !== 'Allow' || !invokes) continue;
        for (const resource of statement.resources) {
          const path = `${statement.path}.Resource`;
          if (isUnknown(resource)) yield undecided(statement.holder, path, resource);
          else if (isWide(resource.replace(/:\*$/, '')))
            yield finding(statement.holder, path, resource, `Resource::${resource}`);
          else if (!own.has(functionOf(model, resource))) {
            yield finding(statement.holder, path, `${resource} is no target of the gateway`, `Resource::${resource}`);
          }
        }
      }
    }
  },
});

function matchesInvoke(action: string): boolean {
  return ['*', 'lambda:*', 'lambda:invoke*', 'lambda:invokefunction'].includes(action.toLowerCase());
}
