import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withoutByteOrderMark } from '../core/byte-order-mark';
import { type ErrorCode, jsonProblem, SecureMcpError, shown } from '../core/errors';

/** A file of a user, in JSON. Throws the given code when it is not there or no JSON. */
export function readJsonFile(path: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(readText(resolve(path)));
  } catch (error) {
    throw new SecureMcpError({
      code,
      message: `${shown(path)} cannot be used: ${jsonProblem(error)}`,
      fix: 'Check the path and the file',
    });
  }
}

export function readText(path: string): string {
  return withoutByteOrderMark(readFileSync(path, 'utf8'));
}
