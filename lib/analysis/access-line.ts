import type { DeclaredAccessMetadata } from '../protocol/template-metadata';
import { ACCESS_FACTORIES, ACCESS_METHODS, type AccessMethod } from './access-methods';
import type { UsedPermission } from './handler-analysis';

/** The `access` line that allows one more action: of `env`, or of a variable that the code should name the resource by. */
export function accessLineWith(
  access: DeclaredAccessMetadata | undefined,
  env: string | undefined,
  used: UsedPermission,
): string {
  const how = ACCESS_METHODS.get(used.action);
  const isCustom = access?.declaration.startsWith('Access.custom(') === true;
  if (how === undefined || isCustom) return customLine(isCustom ? access : undefined, env, used.action);
  const { env: usualName, args } = ACCESS_FACTORIES[how.factory]!;
  if (access?.declaration.startsWith(`Access.${how.factory}(`)) {
    return `Write ${access.env}: ${access.declaration}.${callOf(how, used)}`;
  }
  if (how.namesOption && access === undefined && env !== undefined)
    return `Write ${usualName}: Access.${how.factory}(${args.replace('$', usualName)}).${callOf(how, used).replace('its ARN', `the ARN of what ${env} names`)}, and set ${env} in the environment of the tool`;
  // A variable names one resource, and one access makes it.
  const name = access === undefined && env !== undefined ? env : freeName(usualName, access?.env);
  const line = `Write ${name}: Access.${how.factory}(${args.replace('$', name)}).${callOf(how, used)}`;
  if (access !== undefined) return `${line}, and read process.env.${name}: ${access.env} is ${access.declaration}`;
  return env === undefined ? `${line}, and name the resource by process.env.${name}` : line;
}

/** The `access` line without one action, or without the line when it is the last. */
export function accessLineWithout(access: DeclaredAccessMetadata, action: string, part: string | undefined): string {
  if (access.declaration.startsWith('Access.custom(')) return `Remove '${action}' from the actions of ${access.env}`;
  const how = ACCESS_METHODS.get(action);
  const call = how === undefined ? undefined : callWith(access.declaration, how, part);
  if (how === undefined || call === undefined) return `Remove ${action} from the access ${access.env}`;
  const option = how.option === undefined || how.factory === 'emailIdentity' ? undefined : nameOfOption(how);
  const rest = access.declaration.replace(call, option === undefined ? '' : withoutOption(call, option));
  return /\)\./.test(rest) ? `Write ${access.env}: ${rest}` : `Remove the access ${access.env}`;
}

function customLine(access: DeclaredAccessMetadata | undefined, env: string | undefined, action: string): string {
  if (access !== undefined) return `Add '${action}' to the actions of ${access.env}: ${access.declaration}`;
  const name = env ?? 'RESOURCE';
  const of = env === undefined ? 'its ARN' : `the ARN of what ${name} names`;
  return `Write ${name}: Access.custom({ actions: ['${action}'], resources: [<${of}>], reason: '<why the tool needs it>' })`;
}

function freeName(usual: string, taken: string | undefined): string {
  return usual === taken ? `${usual}_2` : usual;
}

/** `query({ index: 'byCustomer' })`. */
function callOf(how: AccessMethod, used: UsedPermission): string {
  const options = [limitOf(how, used), how.option].filter((text) => text !== undefined);
  const args = [how.argument, options.length === 0 ? undefined : `{ ${options.join(', ')} }`];
  return `${how.method}(${args.filter((text) => text !== undefined).join(', ')})`;
}

/** The option that limits the call to what the code uses, as far as all of it has one. */
function limitOf({ limit }: AccessMethod, { parts }: UsedPermission): string | undefined {
  const [part] = parts;
  if (limit === undefined || part === undefined || parts.length > 1) return undefined;
  if (limit === 'index') {
    const index = /^\/index\/([^*$]+)$/.exec(part)?.[1];
    return index === undefined ? undefined : `index: '${index}'`;
  }
  const known = /^\/([^*$]*)/.exec(part)?.[1] ?? '';
  if (known === part.slice(1)) return known === '' ? undefined : `key: '${known}'`;
  // A prefix ends with its last slash: `in` is also the start of `inbox/`.
  const prefix = known.slice(0, known.lastIndexOf('/') + 1);
  return prefix === '' ? undefined : `prefix: '${prefix}'`;
}

/** `.query({ index: 'byCustomer' })` in a declaration. */
function callWith(declaration: string, { method, option }: AccessMethod, part: string | undefined): string | undefined {
  const calls = [...declaration.matchAll(new RegExp(`\\.${method}\\([^()]*\\)`, 'g'))].map(([call]) => call);
  const limit = /^\/(?:index\/)?(.+?)\*?$/.exec(part ?? '')?.[1];
  const mine = option === undefined ? calls : calls.filter((call) => call.includes(option.split(':')[0]!));
  if (limit !== undefined && limit !== '*') return mine.find((call) => call.includes(`'${limit}'`));
  return mine.find((call) => !/\b(index|prefix|key): /.test(call)) ?? mine[0];
}

function nameOfOption({ option }: AccessMethod): string {
  return option!.split(':')[0]!;
}

/** `.get({ prefix: 'in/', versions: true })` without `versions`. */
function withoutOption(call: string, option: string): string {
  const options = /\{ (.*) \}/.exec(call)?.[1]?.split(', ') ?? [];
  const rest = options.filter((text) => !text.startsWith(`${option}:`));
  return call.replace(/\(.*\)$/, rest.length === 0 ? '()' : `({ ${rest.join(', ')} })`);
}
