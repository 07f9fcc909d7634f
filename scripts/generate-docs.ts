/**
 * Writes the documents that are made from code. With `--check` it writes nothing and fails when one is out of date.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ERRORS } from '../lib/core/errors';
import { renderRuleDocs } from '../lib/rules/docs';

const ROOT = join(__dirname, '..');

/** Written by `npm start`; its made-up ids are the same in every run. */
const START_OUTPUT = join(ROOT, '.cache', 'npm-start.txt');

interface Document {
  readonly path: string;
  readonly text: string;
}

function errors(): Document {
  const rows = Object.entries(ERRORS).map(([code, summary]) => `| \`${code}\` | ${summary} |`);
  return {
    path: 'docs/errors.md',
    text: `# Errors

Every error names its code, the value received, what to do next, and where. All problems of one synthesis are reported
together.

| code | meaning |
| --- | --- |
${rows.join('\n')}
`,
  };
}

/** README snippets are the code of the examples, between \`// begin: name\` and \`// end: name\`. */
function readme(): Document {
  const path = 'README.md';
  const withOutput = readFileSync(join(ROOT, path), 'utf8').replace(
    /(<!-- output: npm start -->\n```text\n)[\s\S]*?```/,
    (whole, head: string) => (existsSync(START_OUTPUT) ? `${head}${readFileSync(START_OUTPUT, 'utf8')}\`\`\`` : whole),
  );
  const text = withOutput.replace(
    /<!-- snippet: (\S+) (\S+) -->\n```(\w+)\n[\s\S]*?```/g,
    (_whole, file: string, region: string, language: string) =>
      `<!-- snippet: ${file} ${region} -->\n\`\`\`${language}\n${snippet(file, region)}\`\`\``,
  );
  return { path, text };
}

function snippet(file: string, region: string): string {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const found = new RegExp(`^ *// begin: ${region}\\n([\\s\\S]*?)^ *// end: ${region}$`, 'm').exec(source)?.[1];
  if (found === undefined) throw new Error(`${file} has no region ${region}`);
  const lines = found.split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}

const stale: string[] = [];
for (const { path, text } of [errors(), readme(), ...renderRuleDocs()]) {
  const file = join(ROOT, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (process.argv.includes('--check')) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`out of date: ${stale.join(', ')}. Run npm run docs`);
  process.exitCode = 1;
}
