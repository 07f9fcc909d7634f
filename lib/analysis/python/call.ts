import { copyProperties } from '../copy-properties';
import type { Argument, Machine, Site } from '../machine';
import { Cell, holding, type ObjectValue, type PythonValue } from '../values';
import { clientOfService } from './boto3-model';

/** Where arguments of one call come from. */
export interface Call {
  readonly machine: Machine;
  readonly receiver: Cell;
  readonly args: readonly Argument[];
  readonly to: Cell;
  readonly site: Site;
  /** Of what is called, where they may be others than the role's. */
  readonly credentials?: ObjectValue | undefined;
}

export function python(path: string, credentials?: ObjectValue): PythonValue {
  return { kind: 'python', path, ...(credentials && { credentials }) };
}

/** What a parameter receives, by its position or by its name. */
export function argument({ machine, args, site }: Call, index: number, name: string): Cell {
  const found = new Cell();
  const positional = args.filter(({ keywords }) => keywords !== true);
  const at = positional[index];
  if (at !== undefined && !at.spread) machine.solver.flow(at.cell, found);
  for (const { cell, keywords } of args) if (keywords === true) machine.read(cell, name, found, site);
  return found;
}

/** The parameters of a call: what is given by name. */
export function inputOf({ machine, args, site }: Call): ObjectValue {
  const input = machine.objectAt(site, 'input');
  for (const { cell, keywords } of args) {
    if (keywords === true) copyProperties(machine, cell, holding(input), site);
  }
  return input;
}

export function use(
  { machine, site, credentials }: Call,
  client: string,
  operations: readonly string[],
  input: ObjectValue,
  besides: readonly string[] = [],
): void {
  for (const operation of operations)
    machine.use({ client, operation, besides, input: holding(input), site, ...(credentials && { credentials }) });
}

export function said(machine: Machine, service: string, reason: string, site: Site): void {
  machine.escape(`@aws-sdk/client-${clientOfService(service)}`, reason, site);
}
