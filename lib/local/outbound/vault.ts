import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isObject, own } from '../../assembly/cloudformation';
import { readText } from '../../assembly/read-json-file';
import { SecureMcpError, shown } from '../../core/errors';

/** What a credential provider can need here; in AWS it stands in Secrets Manager or in KMS, or is issued by AWS. */
export type VaultField = 'apiKey' | 'clientSecret' | 'privateKey' | 'identityToken';

/** By name of the credential provider. */
export interface VaultValues {
  readonly [provider: string]: { readonly [field in VaultField]?: string };
}

const FIELDS: readonly VaultField[] = ['apiKey', 'clientSecret', 'privateKey', 'identityToken'];

/**
 * Credentials of a local run, in place of those in AWS: from a file that git ignores or from the environment, never from
 * the template. No message shows a value.
 */
export class Vault {
  /** Throws `LOCAL_UNSUPPORTED`. */
  public static open(
    source: string | VaultValues | undefined,
    environment: { readonly [name: string]: string | undefined } = process.env,
  ): Vault {
    const values = typeof source === 'string' ? readFile(source) : checked(source ?? {}, 'the vault');
    return new Vault(values, environment);
  }

  private constructor(
    private readonly values: VaultValues,
    private readonly environment: { readonly [name: string]: string | undefined },
  ) {}

  /** `undefined` when there is none; the environment wins over the file. An empty variable is none. */
  public get(provider: string, field: VaultField): string | undefined {
    const given = this.environment[variableOf(provider, field)];
    const stored = own(own(this.values, provider), field);
    return given || (typeof stored === 'string' ? stored : undefined);
  }

  /** What to do about a value that is missing. */
  public static hint(provider: string, field: VaultField): string {
    return `Put { "${provider}": { "${field}": … } } into the file of --vault, or set ${variableOf(provider, field)}`;
  }
}

/** `SECURE_MCP_VAULT_CRM_LOGIN_CLIENT_SECRET` for `clientSecret` of `crm-login`. */
function variableOf(provider: string, field: VaultField): string {
  const upper = (text: string) => text.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();
  return `SECURE_MCP_VAULT_${upper(provider)}_${upper(field.replace(/[A-Z]/g, '_$&'))}`;
}

function readFile(file: string): VaultValues {
  let values: unknown;
  try {
    values = JSON.parse(readText(file));
  } catch (error) {
    // The message of a JSON error is an excerpt of the file.
    const why = error instanceof SyntaxError ? 'it is not JSON' : String((error as NodeJS.ErrnoException).code);
    throw unusable(`the vault file cannot be read, got ${shown(file)}: ${why}`, SHAPE);
  }
  if (!isIgnored(file)) {
    throw unusable(
      `git does not ignore the vault file, or cannot be asked, got ${shown(file)}`,
      'Add it to .gitignore: what is committed once stays in the history',
    );
  }
  return checked(values, shown(file));
}

const SHAPE = `Pass a JSON file: { "<credential provider>": { "${FIELDS.join('" | "')}": "<value>" } }`;

function checked(values: unknown, what: string): VaultValues {
  const fits =
    isObject(values) &&
    Object.values(values).every(
      (entry) =>
        isObject(entry) &&
        Object.entries(entry).every(
          ([field, value]) => FIELDS.includes(field as VaultField) && typeof value === 'string',
        ),
    );
  if (!fits) throw unusable(`${what} does not hold credentials by provider`, SHAPE);
  return values as VaultValues;
}

/** Outside of a repository nothing can be committed; in one it is git that says so. */
function isIgnored(file: string): boolean {
  // A link from outside leads into a repository as well.
  const path = realpathSync(file);
  if (!isInRepository(dirname(path))) return true;
  return spawnSync('git', ['check-ignore', '-q', basename(path)], { cwd: dirname(path) }).status === 0;
}

function isInRepository(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInRepository(dirname(folder)));
}

function unusable(message: string, fix: string): SecureMcpError {
  return new SecureMcpError({ code: 'LOCAL_UNSUPPORTED', message, fix });
}
