import type { SdkUse } from '../sdk-use';
import type { ObjectValue, Value } from '../values';
import { argument, type Call } from './call';

/** Where the credentials are kept that are not those of the role. */
const OTHERS = '[[others]]';

/** Arguments that give other credentials, by their positions; a session of botocore may have any. */
const ARGUMENTS = {
  session: {
    aws_access_key_id: 0,
    aws_secret_access_key: 1,
    aws_session_token: 2,
    botocore_session: 4,
    profile_name: 5,
  },
  client: { aws_access_key_id: 6, aws_secret_access_key: 7, aws_session_token: 8 },
  library: { boto3_session: -1, boto3_client: -1, boto3_resource: -1 },
} as const;

/** Variables in which the Lambda service hands the function the credentials of its role. */
const OF_THE_ROLE = /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$/;

/**
 * The credentials of what a call makes: those that it is given, or those of what it is called on. `undefined` for the
 * role's, which nobody has to give.
 */
export function credentialsOf(call: Call, kind: keyof typeof ARGUMENTS): ObjectValue | undefined {
  const { machine, args, site, credentials: inherited } = call;
  if (args.every(({ keywords }, index) => keywords !== true && index === 0)) return inherited;
  const made = machine.objectAt(site, `credentials ${kind}${placeOf(inherited)}`);
  const others = made.property(OTHERS);
  if (inherited !== undefined) machine.solver.flow(inherited.property(OTHERS), others);
  for (const [name, position] of Object.entries(ARGUMENTS[kind]))
    machine.solver.watch(argument(call, position, name), (value) => {
      if (kind === 'library') {
        if (value.kind === 'python' && value.credentials !== undefined)
          machine.solver.flow(value.credentials.property(OTHERS), others);
      } else if (isOfOthers(value)) machine.solver.add(others, value);
    });
  return made;
}

/** Does something once a session has other credentials than the role's. */
export function watchOthers(call: Call, then: () => void): void {
  const made = credentialsOf(call, 'session');
  if (made !== undefined) call.machine.solver.watch(made.property(OTHERS), then);
}

function isOfOthers(value: Value): boolean {
  return value.kind !== 'env' || !OF_THE_ROLE.test(value.name);
}

/** Whether only clients with credentials of their own make this call. Ask when all is solved. */
export function isByOthers({ credentials }: SdkUse): boolean {
  return credentials.size > 0 && [...credentials].every((each) => (each?.properties.get(OTHERS)?.values.size ?? 0) > 0);
}

const numbers = new WeakMap<ObjectValue, number>();
let next = 0;

/** Tells the credentials apart that one place is reached with. */
export function placeOf(value: ObjectValue | undefined): string {
  if (value === undefined) return '';
  let number = numbers.get(value);
  if (number === undefined) {
    number = next++;
    numbers.set(value, number);
  }
  return ` ${number}`;
}
