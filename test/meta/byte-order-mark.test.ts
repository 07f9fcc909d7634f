import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assetSource } from '../../lib/assembly/asset-sources';
import { parseTemplateYaml } from '../../lib/assembly/parse-yaml';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { readToolLock } from '../../lib/assembly/read-tool-lock';
import { CedarPolicies } from '../../lib/authorization/cedar-policies';
import { readTable } from '../../lib/cli/commands/authorization';
import { readBaseline, readConfig } from '../../lib/cli/read-check-files';
import { lockText, NO_TOOLS } from '../../lib/core/tool-lock';
import { readPythonFolder } from '../../lib/least-privilege/read-python-folder';
import { LocalUsers } from '../../lib/local/issuer/local-users';
import { readDocument } from '../../lib/targets/document-file';
import { ToolSchema } from '../../lib/targets/tool-schema';

const ROOT = join(__dirname, '../..');
const TEMPLATE = { Resources: { Q: { Type: 'AWS::SQS::Queue' } } };
const json = JSON.stringify;
const template = (path: string) => readAssembly(path, { parseYaml: parseTemplateYaml }).stacks[0]!.template;

/** What users write with an editor, and how the library reads it. */
const READERS: readonly (readonly [name: string, file: string, text: string, read: (path: string) => unknown])[] = [
  ['a template in JSON', 't.json', json(TEMPLATE), template],
  ['a template in YAML', 't.yaml', 'Resources:\n  Q:\n    Type: AWS::SQS::Queue\n', template],
  ['a folder of templates', 't.json', json(TEMPLATE), (path) => readAssembly(join(path, '..')).stacks[0]!.template],
  ['a lock of tools', 'l.json', lockText(NO_TOOLS), readToolLock],
  ['a configuration of the checks', 'c.json', '{"profile":"strict"}', readConfig],
  ['a baseline', 'b.json', '{"findings":[{"ruleId":"a"}]}', readBaseline],
  ['a table of policy tests', 't.yaml', 'tests: [{ name: a }]', readTable],
  ['a table of policy tests in JSON', 't.json', '{"tests":[{"name":"a"}]}', readTable],
  [
    'a Cedar policy',
    'p.cedar',
    '// a\nforbid (principal, action, resource);\n',
    (path) => CedarPolicies.fromFile(path),
  ],
  [
    'an input schema',
    's.json',
    '{"type":"object","properties":{"id":{"type":"string"}}}',
    (path) => ToolSchema.fromFile(path),
  ],
  ['an OpenAPI document in YAML', 'o.yaml', 'openapi: 3.0.3\n', (path) => readDocument(path, 'OPENAPI_INVALID')],
  ['an OpenAPI document in JSON', 'o.json', '{"openapi":"3.0.3"}', (path) => readDocument(path, 'OPENAPI_INVALID')],
  ['a document in an asset', 'a.json', '{"openapi":"3.0.3"}', (path) => assetSource(path, 'file').text],
  [
    'the code of a tool in Python',
    'h.py',
    'import boto3\n',
    (path) => readPythonFolder(join(path, '..'), 'h.py').files.get('h.py'),
  ],
  ['users of the local issuer', 'u.json', '[{"name":"alice"}]', (path) => LocalUsers.read(path)],
];

test.each(READERS)('%s is read with a byte order mark as without one', (_name, file, text, read) => {
  const path = join(mkdtempSync(join(tmpdir(), 'bom-')), file);
  const readOf = (content: string) => {
    writeFileSync(path, content);
    return read(path);
  };
  const without = readOf(text);

  expect(without).toBeDefined();
  expect(readOf(`\uFEFF${text}`)).toEqual(without);
});

/** Files that nobody but a program writes, or that are only searched. */
const NOT_OF_USERS = /package\.json'|Resources\["'\]|RECORD|record, |USES_AWS/;

test('no other file of a user is read without looking for the mark', () => {
  const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const reads = sources.flatMap((file) =>
    readFileSync(join(ROOT, 'lib', file), 'utf8')
      .split('\n')
      .filter((line) => line.includes("'utf8')") && line.includes('readFileSync('))
      .map((line) => `${file}: ${line.trim()}`),
  );

  expect(reads.length).toBeGreaterThan(5);
  expect(reads.filter((line) => !line.includes('withoutByteOrderMark(') && !NOT_OF_USERS.test(line))).toEqual([]);
});
