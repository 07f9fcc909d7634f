import { copyProperties } from '../copy-properties';
import { holding, type ObjectValue } from '../values';
import type { Transfer } from './boto3-model';
import { argument, type Call, use } from './call';

/** `client.upload_file(…)`: parameters of its operations stand in its positions and in `ExtraArgs`. */
export function transfer(call: Call, { operations, besides = [], positions }: Transfer, input: ObjectValue): void {
  const { machine, args, site } = call;
  for (const [name, position] of Object.entries(positions))
    machine.solver.flow(argument(call, position, name), input.property(name));
  copyProperties(machine, argument(call, -1, 'ExtraArgs'), holding(input), site);
  const last = Math.max(-1, ...Object.values(positions));
  for (const { cell } of args.filter(({ keywords }) => keywords !== true).slice(last + 1)) {
    machine.solver.watch(cell, (value) => {
      if (value.kind === 'object') copyProperties(machine, holding(value), holding(input), site);
    });
  }
  use(call, 's3', operations, input, besides);
}
