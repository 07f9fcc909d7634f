import { isObject } from '../../assembly/cloudformation';
import { readText } from '../../assembly/read-json-file';
import { SecureMcpError, shown } from '../../core/errors';

/** A person who can log in at the local issuer, without a password. */
export interface LocalUser {
  /** What the person is picked by, and the `username` of the tokens. */
  readonly name: string;
  /** @default the name */
  readonly sub?: string;
  /** `cognito:groups` of the tokens. @default none */
  readonly groups?: readonly string[];
  /** Further claims of the access tokens, for instance those of another provider. @default none */
  readonly claims?: { readonly [name: string]: unknown };
}

/** Who can log in. Without a list anybody can, under any name. */
export class LocalUsers {
  /** From a list, or a JSON file with one. Throws `LOCAL_UNSUPPORTED`. */
  public static read(source: string | readonly LocalUser[] | undefined): LocalUsers {
    const users = typeof source === 'string' ? readFile(source) : source;
    const odd = users?.find((user) => !isUser(user));
    if (odd !== undefined) throw unreadable(`a user has no name or is of another shape, got ${shown(odd)}`);
    return new LocalUsers(users);
  }

  private constructor(private users: readonly LocalUser[] | undefined) {}

  /** For a pool with self sign-up: whoever wants to be a user becomes one, under a name that is free. */
  public signUp(name: string): boolean {
    if (name === '' || this.users?.some((user) => user.name === name)) return false;
    if (this.users !== undefined) this.users = [...this.users, { name }];
    return true;
  }

  /** The one of that name; the only one without a name. An empty list: somebody has to choose, or there is nobody. */
  public candidates(hint: string | null): readonly LocalUser[] {
    if (this.users === undefined) return [{ name: hint ?? 'local-user' }];
    return hint === null ? this.users : this.users.filter(({ name }) => name === hint);
  }
}

/** The claims of a person in an access token. */
export function claimsOfUser({ name, groups = [], claims = {} }: LocalUser): { [name: string]: unknown } {
  return { username: name, ...(groups.length === 0 ? {} : { 'cognito:groups': groups }), ...claims };
}

/** Where a person says who they are: a link for each, to the same request with a `login_hint`. */
export function loginPage(users: readonly LocalUser[], query: URLSearchParams): string {
  const links = users.map((user) => {
    const chosen = new URLSearchParams(query);
    chosen.set('login_hint', user.name);
    const groups = user.groups === undefined || user.groups.length === 0 ? '' : ` (${user.groups.join(', ')})`;
    return `<li><a href="/oauth2/authorize?${escaped(chosen.toString())}">${escaped(user.name + groups)}</a></li>`;
  });
  return `<!doctype html><title>Local login</title><h1>Log in as</h1><ul>${links.join('')}</ul>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function isUser(user: unknown): boolean {
  if (!isObject(user) || typeof user.name !== 'string' || user.name === '') return false;
  const { sub, groups, claims } = user;
  const listed = groups === undefined || (Array.isArray(groups) && groups.every((group) => typeof group === 'string'));
  return listed && (sub === undefined || typeof sub === 'string') && (claims === undefined || isObject(claims));
}

function readFile(file: string): LocalUser[] {
  let users: unknown;
  try {
    users = JSON.parse(readText(file));
  } catch (error) {
    throw unreadable(`the file of users cannot be read, got ${shown(file)}: ${(error as Error).message}`);
  }
  if (!Array.isArray(users)) throw unreadable(`the file of users holds no list, got ${shown(file)}`);
  return users;
}

function unreadable(message: string): SecureMcpError {
  const fix = 'Pass a JSON list: [ { "name": "ann", "groups": ["managers"], "claims": { "<claim>": "value" } } ]';
  return new SecureMcpError({ code: 'LOCAL_UNSUPPORTED', message, fix });
}
