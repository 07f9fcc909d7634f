import { type ModelResource, property } from '../../assembly/template-model';
import { toolFunctions } from '../roles';
import { defineRule, finding } from '../rule';
import { GATEWAY } from '../types';

export const lp05 = defineRule({
  id: 'LP05',
  name: 'roles-not-shared',
  layer: 'least-privilege',
  severity: 'error',
  summary: 'Two trust boundaries share one role',
  explanation: 'When one tool is taken over, the attacker holds the rights of every tool that shares its role.',
  fix: 'Give each tool, interceptor and gateway its own role',
  references: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege'],
  *evaluate(model) {
    const users = new Map<unknown, ModelResource[]>();
    const note = (role: unknown, user: ModelResource) => {
      if (typeof role === 'string') users.set(role, [...(users.get(role) ?? []), user]);
    };
    for (const gateway of model.ofType(GATEWAY)) note(property(gateway, 'RoleArn'), gateway);
    for (const fn of toolFunctions(model)) note(property(fn, 'Role'), fn);
    for (const sharing of users.values()) {
      if (sharing.length < 2) continue;
      for (const user of sharing) {
        const others = sharing.filter((other) => other !== user).map((other) => other.logicalId);
        yield finding(
          user,
          user.type === GATEWAY ? 'Properties.RoleArn' : 'Properties.Role',
          `shared with ${others.join(', ')}`,
        );
      }
    }
  },
});
