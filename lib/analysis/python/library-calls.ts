import { handOver } from '../unknown-code';
import { Cell, holding, INPUT, UNKNOWN } from '../values';
import { POWERTOOLS_CALLS } from './boto3-model';
import { argument, type Call, python, use } from './call';
import { credentialsOf } from './credentials';

/** Functions that Powertools decorates or routes to are called with what the caller sends. */
export function callPowertools({ machine, args, to, site }: Call): void {
  machine.solver.add(to, machine.constant(python('powertools')));
  for (const { cell } of args) {
    machine.solver.watch(cell, (value) => {
      if (value.kind !== 'function') return handOver(machine, value, INPUT, site);
      machine.solver.add(to, value);
      const given = [INPUT, UNKNOWN, UNKNOWN].map((each) => ({ cell: holding(each), spread: false }));
      machine.invoke(value, new Cell(), given, new Cell(), site, false);
    });
  }
}

export function callPartial({ machine, args, to, site }: Call): void {
  const [fn, ...bound] = args;
  if (fn === undefined) return;
  const bind = machine.constant({ kind: 'native', name: 'function.bind' });
  machine.solver.watch(fn.cell, (value) => {
    const receiver = { cell: new Cell(), spread: false };
    if (value.kind === 'function') machine.call(holding(bind), holding(value), [receiver, ...bound], to, site);
    else machine.call(holding(value), new Cell(), bound, to, site);
  });
}

/** `Thread(target=load, args=(table,), kwargs={…})` */
export function runThread(
  call: Call,
  { target, positions: [fn, args, keywords] }: { target: string; positions: readonly [number, number, number] },
): void {
  const { machine, site, to } = call;
  const given = [
    { cell: argument(call, args, 'args'), spread: true },
    { cell: argument(call, keywords, 'kwargs'), spread: false, keywords: true },
  ];
  machine.call(argument(call, fn, target), new Cell(), given, new Cell(), site);
  machine.solver.add(to, UNKNOWN);
}

export function gather({ machine, args, to, site }: Call): void {
  const all = machine.objectAt(site, 'gathered', true);
  for (const { cell, spread } of args) {
    if (spread) machine.elements(cell, all.rest);
    else machine.solver.flow(cell, all.rest);
  }
  machine.solver.add(to, all);
}

export function callLibrary(call: Call, path: string): void {
  const { machine, args, to, site } = call;
  const provider = /^parameters\.(SSM|Secrets|AppConfig)Provider$/.exec(path)?.[1];
  if (provider !== undefined) {
    machine.solver.add(to, machine.constant(python(`provider ${provider}`, credentialsOf(call, 'library'))));
    return;
  }
  const name = path
    .replace(/^provider\.SSM\.get$/, 'parameters.get_parameter')
    .replace(/^provider\.SSM\.get_multiple$/, 'parameters.get_parameters')
    .replace(/^provider\.SSM\.set$/, 'parameters.set_parameter')
    .replace(/^provider\.SSM\.get_parameters_by_name$/, 'parameters.get_parameters_by_name')
    .replace(/^provider\.Secrets\.get$/, 'parameters.get_secret')
    .replace(/^provider\.Secrets\.set$/, 'parameters.set_secret')
    .replace(/^provider\.AppConfig\.get$/, 'parameters.get_app_config');
  if (!Object.hasOwn(POWERTOOLS_CALLS, name)) {
    if (/^(parameters|idempotency|feature_flags|streaming|data_masking|provider)\./.test(path)) callPowertools(call);
    else machine.call(holding(UNKNOWN), new Cell(), args, to, site);
    return;
  }
  const { client, operations, parameter, argument: argumentName, position = 0 } = POWERTOOLS_CALLS[name]!;
  const input = machine.objectAt(site, 'input');
  machine.solver.flow(argument(call, position, argumentName), input.property(parameter));
  use({ ...call, credentials: credentialsOf(call, 'library') }, client, operations, input);
  machine.solver.add(to, UNKNOWN);
}
