import { resolve } from 'node:path';
import { SecureMcpError, shown } from '../core/errors';
import { parseLock, type ToolLock } from '../core/tool-lock';
import { readText } from './read-json-file';

/**
 * Approved tools, as `secure-mcp lock` writes them.
 *
 * @throws SecureMcpError TOOL_LOCK
 */
export function readToolLock(path: string): ToolLock {
  let text: string;
  try {
    text = readText(resolve(path));
  } catch (error) {
    throw new SecureMcpError({
      code: 'TOOL_LOCK',
      message: `the lock of the tools cannot be read from ${shown(path)}, got ${(error as Error).message}`,
      fix: 'Write it with `npx secure-mcp lock`',
    });
  }
  const { lock, problem } = parseLock(text, path);
  if (lock === undefined) throw new SecureMcpError(problem!);
  return lock;
}
