import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PERMISSIVE = /^(MIT|Apache-2\.0|ISC|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0)$/;

/** The licences of bundled packages, one after another. Throws when one of them is not permissive. */
export function licences(folders: readonly string[]): string {
  const head =
    'The bundled files build/cli/main.js, build/local/index.js and build/testing/index.js contain the following packages.\n';
  return [head, ...folders.map(section)].join(`\n${'-'.repeat(100)}\n\n`);
}

function section(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  // Old packages have an object here.
  const licence: string = manifest.license?.type ?? manifest.license ?? 'none';
  if (!PERMISSIVE.test(licence)) throw new Error(`${manifest.name} is bundled, and its licence is ${licence}`);
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  const author = manifest.author?.name ?? manifest.author;
  const text =
    file === undefined
      ? `${licence} licence, by ${author}; the package has no licence file.`
      : readFileSync(join(folder, file), 'utf8').trim();
  return `${manifest.name} ${manifest.version} (${licence})\n\n${text}\n`;
}
