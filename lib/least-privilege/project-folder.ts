import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The nearest folder with a `package.json`, or the folder of the file. */
export function projectOf(file: string): string {
  let directory = dirname(file);
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) return dirname(file);
    directory = parent;
  }
  return directory;
}

/** The path of a file as its project knows it: the same on every machine. */
export function pathInProject(file: string, project = projectOf(file)): string {
  return relative(project, file).split(sep).join('/');
}
