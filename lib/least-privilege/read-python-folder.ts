import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import type { PythonCode } from '../analysis/python/program';
import { withoutByteOrderMark } from '../core/byte-order-mark';

/** Folders that hold no code of the handler. */
const SKIPPED = /^(__pycache__|node_modules|\..*)$/;
const USES_AWS = /\b(boto3|botocore|aioboto3|aiobotocore)\b/;

/** The Python files of a folder, apart from installed packages, which are only asked whether they call AWS. */
export function readPythonFolder(folder: string, handler: string): PythonCode {
  const installed = installedPackages(folder);
  const files = new Map<string, string>();
  for (const path of pythonFiles(folder, '', installed))
    files.set(path, withoutByteOrderMark(readFileSync(join(folder, path), 'utf8')));
  return {
    files,
    handler,
    folder: placeOf(folder),
    libraryCallsAws: (name) => (installed.has(name) ? callsAws(folder, name) : undefined),
  };
}

/** How reports name the folder: no trace of the machine. */
function placeOf(folder: string): string {
  const path = relative(process.cwd(), folder).split(sep).join('/');
  return path.startsWith('..') ? basename(folder) : path;
}

function pythonFiles(folder: string, under: string, without: ReadonlySet<string> = new Set()): string[] {
  return entriesOf(join(folder, under)).flatMap((entry) => {
    if (without.has(entry.name.replace(/\.py$/, '')) || SKIPPED.test(entry.name)) return [];
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) return pythonFiles(folder, path);
    return entry.name.endsWith('.py') ? [path] : [];
  });
}

/** Names to import of what `pip install --target` put there; pip lists each package's files in its `RECORD`. */
function installedPackages(folder: string): Set<string> {
  const names = new Set<string>();
  for (const entry of entriesOf(folder)) {
    const record = join(folder, entry.name, 'RECORD');
    if (!entry.name.endsWith('.dist-info') || !existsSync(record)) continue;
    for (const line of readFileSync(record, 'utf8').split('\n')) {
      const [name] = /^"?([^/",]+)/.exec(line) ?? [];
      if (name !== undefined && !/\.dist-info$|^\.\.$/.test(name)) names.add(name.replace(/\.py$/, ''));
    }
  }
  return names;
}

function callsAws(folder: string, name: string): boolean {
  const module = join(folder, `${name}.py`);
  if (existsSync(module)) return USES_AWS.test(readFileSync(module, 'utf8'));
  return pythonFiles(folder, name).some((path) => USES_AWS.test(readFileSync(join(folder, path), 'utf8')));
}

/** By name, so that the result is the same on every machine; a folder that cannot be read is empty. */
function entriesOf(folder: string): Dirent[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
