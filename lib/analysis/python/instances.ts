import type { ClassNode } from '../ast';
import type { Machine, Site } from '../machine';
import { handOverMethods } from '../unknown-code';
import { type FunctionValue, type ObjectValue, UNKNOWN } from '../values';
import { python } from './call';

/** What an instance has of classes that are not the handler's own: of boto3, or of code that may call its methods. */
export function inherit(machine: Machine, type: FunctionValue, instance: ObjectValue, site: Site): void {
  machine.solver.watch(type.superclass, (base) => {
    if (base.kind === 'function') inherit(machine, base, instance, site);
    else if (base.kind === 'python' && /^boto3\.\w*Session$/.test(base.path))
      machine.solver.add(instance.prototypes, machine.constant(python('boto3')));
    else if (base.kind !== 'global' && (type.node as ClassNode).openBase === true)
      handOverMethods(machine, instance.prototypes, instance, UNKNOWN, site);
  });
}
