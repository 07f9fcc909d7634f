import { type ParseArgsConfig, parseArgs } from 'node:util';
import { SecureMcpError, shown } from '../core/errors';
import { nearest } from '../core/suggest';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface ParsedArgs {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/** Parses strictly: an unknown option, or more than `maxPositionals`, is `CLI_USAGE`. */
export function parseCommandLine(args: readonly string[], options: Options, maxPositionals: number): ParsedArgs {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    if (positionals.length > maxPositionals)
      throw usage(`unexpected argument, got ${shown(positionals[maxPositionals])}`);
    return { values, positionals };
  } catch (error) {
    if (error instanceof SecureMcpError) throw error;
    const unknown = /Unknown option '--?([^']+)'/.exec((error as Error).message)?.[1];
    const near = unknown === undefined ? undefined : nearest(unknown, Object.keys(options));
    throw usage(
      unknown === undefined
        ? (error as Error).message.replace(/\.$/, '')
        : `unknown option, got --${unknown}${near === undefined ? '' : `, did you mean --${near}?`}`,
    );
  }
}

export function usage(message: string, fix = 'Run the command with --help'): SecureMcpError {
  return new SecureMcpError({ code: 'CLI_USAGE', message: message.replace(/\?$/, ''), fix });
}

/** The value of an option that takes one of a few words. */
export function choice<T extends string>(name: string, value: unknown, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  if (allowed.includes(value as T)) return value as T;
  throw usage(`--${name} takes ${allowed.join(', ')}, got ${shown(value)}`);
}
