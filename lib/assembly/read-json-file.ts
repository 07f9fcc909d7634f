import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ErrorCode, jsonProblem, SecureMcpError, shown } from '../core/errors';

/** A file of a user, in JSON. Throws the given code when it is not there or no JSON. */
export function readJsonFile(path: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(readFileSync(resolve(path), 'utf8'));
  } catch (error) {
    throw new SecureMcpError({
      code,
      message: `${shown(path)} cannot be used: ${jsonProblem(error)}`,
      fix: 'Check the path and the file',
    });
  }
}
