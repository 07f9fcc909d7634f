import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { RULES } from '../../lib/rules/registry';
import { CORPUS } from './corpus';

/** Attacks on one part are tested with that part, not in this folder. */
const FILES = readdirSync(join(__dirname, '..'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !basename(name).startsWith('corpus'),
);

/** What stands between quotes in a file: titles and ids of attacks, not what comments say. */
function stringsOf(name: string): string {
  const code = readFileSync(join(__dirname, '..', name), 'utf8');
  const strings: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isRegularExpressionLiteral(node))
      strings.push(node.text);
    ts.forEachChild(node, visit);
  };
  if (ID.test(code)) visit(ts.createSourceFile(name, code, ts.ScriptTarget.Latest, false));
  return strings.join('\n');
}

const ID = /\b[A-H][0-9]{2}\b/;
const idsIn = (text: string): string[] => text.match(new RegExp(ID, 'g')) ?? [];
const TEXTS = new Map(FILES.map((name) => [name, stringsOf(name)]));
const about = (id: string) => [...TEXTS.values()].filter((text) => idsIn(text).includes(id));

test.each(CORPUS.map(({ id, attack }) => [id, attack]))('%s has a test: %s', (id) => {
  expect(about(id!)).not.toEqual([]);
});

test.each(CORPUS.flatMap(({ id, controls }) => controls.map((control) => [id, control])))(
  'where %s is tested it is also tested without %s',
  (id, control) => {
    expect(RULES.map((rule) => rule.id)).toContain(control);
    expect(about(id!).filter((text) => text.includes(control!))).not.toEqual([]);
  },
);

test('every attack that is tested here is in the corpus, once', () => {
  const ids = CORPUS.map(({ id }) => id);
  const tested = [...TEXTS].flatMap(([name, text]) => (name.startsWith('attacks') ? idsIn(text) : []));

  expect([...new Set(ids)]).toEqual(ids);
  expect(tested.filter((id) => !ids.includes(id))).toEqual([]);
});
