import { isUnknown, Unknown } from '../../assembly/resolve';
import { property } from '../../assembly/template-model';
import { isWideAction, roleOf, toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';

/** Actions with which a role gains rights that it was not given. */
const ESCALATING = [
  /^iam:/,
  /^sts:assumerole$/,
  /^lambda:(update|addpermission|createfunction)/,
  /^cloudformation:/,
  /^bedrock-agentcore:(create|update|delete|put)/,
];

/** Actions that IAM cannot limit to a resource. */
const UNSCOPABLE = new Set(['xray:puttracesegments', 'xray:puttelemetryrecords', 'cloudwatch:putmetricdata']);

export const lp06 = defineRule({
  id: 'LP06',
  name: 'tool-role-no-wildcards',
  layer: 'least-privilege',
  severity: 'error',
  summary: 'The role of a tool is wider than a tool needs',
  explanation: 'When the other layers fail, the role is what is left: it decides how much damage one tool can do.',
  fix: 'Name the actions and the resource, for example access: { ORDERS: Access.table(orders).get() }',
  references: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege'],
  *evaluate(model) {
    for (const fn of toolFunctions(model)) {
      const role = roleOf(model, fn, 'Role');
      if (role === undefined) {
        const value = property(fn, 'Role');
        yield undecided(
          fn,
          'Properties.Role',
          isUnknown(value) ? value : new Unknown('the role is not in the assembly'),
        );
        continue;
      }
      const { statements, unknown } = model.statementsOf(role);
      for (const value of unknown) yield undecided(role, 'Properties', value);
      for (const statement of statements) {
        if (statement.effect !== 'Allow') continue;
        for (const action of statement.actions) {
          if (isUnknown(action)) yield undecided(statement.holder, `${statement.path}.Action`, action);
          else if (isWideAction(action) || ESCALATING.some((pattern) => pattern.test(action.toLowerCase()))) {
            yield finding(statement.holder, `${statement.path}.Action`, action, `Action::${action}`);
          }
        }
        if (statement.notActions.length > 0) {
          yield finding(
            statement.holder,
            `${statement.path}.NotAction`,
            'NotAction allows all other actions',
            'NotAction',
          );
        }
        if (statement.notResources.length > 0) {
          yield finding(
            statement.holder,
            `${statement.path}.NotResource`,
            'NotResource allows all other resources',
            'NotResource',
          );
        }
        const scopable = !statement.actions.every(
          (action) => !isUnknown(action) && UNSCOPABLE.has(action.toLowerCase()),
        );
        for (const resource of statement.resources) {
          if (isUnknown(resource)) yield undecided(statement.holder, `${statement.path}.Resource`, resource);
          else if (resource === '*' && scopable) {
            yield finding(statement.holder, `${statement.path}.Resource`, 'Resource is "*"', 'Resource::*');
          }
        }
      }
    }
  },
});
