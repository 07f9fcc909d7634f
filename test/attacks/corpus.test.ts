import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { RULES } from '../../lib/rules/registry';
import { CORPUS } from './corpus';

/** Tests of attacks that are about one part and stand with its other tests. */
const ELSEWHERE = [
  'local/intercept-answer.test.ts',
  'local/remote/routes.test.ts',
  'local/signed-callers.test.ts',
  'outbound/no-secrets.test.ts',
  'runtime/define-interceptor.test.ts',
];
const FILES = [
  ...readdirSync(__dirname).filter((name) => name.endsWith('.ts') && !name.startsWith('corpus')),
  ...ELSEWHERE.map((name) => join('..', name)),
];

/** What stands between quotes in a file: titles and ids of attacks, not what comments say. */
function stringsOf(name: string): string {
  const strings: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isRegularExpressionLiteral(node))
      strings.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, readFileSync(join(__dirname, name), 'utf8'), ts.ScriptTarget.Latest, false));
  return strings.join('\n');
}

const TEXTS = FILES.map(stringsOf);
const namedIn = (text: string) => new Set(text.match(/\b[A-H][0-9]{2}\b/g));
const about = (id: string) => TEXTS.filter((text) => namedIn(text).has(id));

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

test('every attack that is tested is in the corpus, once', () => {
  const ids = CORPUS.map(({ id }) => id);

  expect([...new Set(ids)]).toEqual(ids);
  expect([...new Set(TEXTS.flatMap((text) => [...namedIn(text)]))].sort()).toEqual(ids);
});
