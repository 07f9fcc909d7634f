import { isUnknown } from '../assembly/resolve';
import type { ModelResource, RoleStatement } from '../assembly/template-model';
import { isEverything, isScopable, isWideAction } from './roles';
import { finding, type Outcome, undecided } from './rule';

/** What makes a statement of a role wide: actions, exclusions, resources. `isForbidden` gets actions in lower case. */
export function* wideStatement(statement: RoleStatement, isForbidden: (action: string) => boolean): Iterable<Outcome> {
  if (isUnknown(statement.effect)) yield undecided(statement.holder, `${statement.path}.Effect`, statement.effect);
  if (statement.effect !== 'Allow') return;
  for (const action of statement.actions) {
    if (isUnknown(action)) yield undecided(statement.holder, `${statement.path}.Action`, action);
    else if (isWideAction(action) || isForbidden(action.toLowerCase())) {
      yield finding(statement.holder, `${statement.path}.Action`, `the action ${action}`, `Action::${action}`);
    }
  }
  if (statement.notActions.length > 0)
    yield finding(statement.holder, `${statement.path}.NotAction`, 'NotAction allows all other actions', 'NotAction');
  if (statement.notResources.length > 0)
    yield finding(
      statement.holder,
      `${statement.path}.NotResource`,
      'NotResource allows all other resources',
      'NotResource',
    );
  const scopable = isScopable(statement);
  for (const resource of statement.resources) {
    if (isUnknown(resource)) yield undecided(statement.holder, `${statement.path}.Resource`, resource);
    else if (scopable && isEverything(resource))
      yield finding(
        statement.holder,
        `${statement.path}.Resource`,
        `Resource is "${resource}"`,
        `Resource::${resource}`,
      );
  }
}

/** Judges one entry of `ManagedPolicyArns`; a name that is expected is no finding. */
export function* managedPolicy(
  role: ModelResource,
  arn: unknown,
  isExpected: (name: string) => boolean = () => false,
): Iterable<Outcome> {
  const path = 'Properties.ManagedPolicyArns';
  const name = /:iam::aws:policy\/(.+)$/.exec(String(arn))?.[1];
  if (isUnknown(arn)) yield undecided(role, path, arn);
  else if (name === undefined) yield undecided(role, path, 'a managed policy is not in the assembly');
  else if (!isExpected(name)) yield finding(role, path, `the managed policy ${name}`, name);
}
