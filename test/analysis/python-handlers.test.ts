import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DeclaredAccess } from '../../lib/analysis/access-finding';
import { analyzePython } from '../../lib/analysis/analyze-python';
import { compareAccess } from '../../lib/analysis/compare';
import { readPythonFolder } from '../../lib/least-privilege/read-python-folder';
import { lines } from './bundle';

const FOLDER = join(__dirname, '../fixtures/handlers-python');

function access(env: string, service: string, ...operations: string[]): DeclaredAccess {
  return { env, service, operations, resource: `arn:aws:${service}:eu-west-1:111111111111:x`, declaration: 'Access.x' };
}

function analyze(name: string, handler = 'handler.handler') {
  const analysis = analyzePython(readPythonFolder(join(FOLDER, name), handler));
  const short = (text: string) => text.replace(/ \S*handlers-python\/[\w-]+\//, ' ');
  return { analysis, used: lines(analysis).map(short) };
}

/** What a declaration has to say against the code: kind, action and line. */
function findings(name: string, declared: readonly DeclaredAccess[], handler?: string): string[] {
  return compareAccess(declared, analyze(name, handler).analysis).map(
    ({ kind, severity, env, action, at }) =>
      `${severity} ${kind} ${[env, action].filter(Boolean).join(' ')}${at === undefined ? '' : ` ${at.line}`}`,
  );
}

interface Expected {
  readonly what: string;
  readonly handler?: string;
  readonly used: readonly string[];
  /** What the code needs, declared. */
  readonly declared: readonly DeclaredAccess[];
  /** What is to say about that all the same. */
  readonly left?: readonly string[];
  /** One access more, and what is said about it. */
  readonly more: readonly [DeclaredAccess, string];
}

const HANDLERS: { readonly [name: string]: Expected } = {
  'order-lookup': {
    what: 'Powertools, a repository and settings of a package',
    handler: 'handler.lambda_handler',
    used: [
      'may dynamodb:DeleteItem IDEMPOTENCY handler.py:17',
      'may dynamodb:GetItem IDEMPOTENCY handler.py:17',
      'may dynamodb:PutItem IDEMPOTENCY handler.py:17',
      'may dynamodb:UpdateItem IDEMPOTENCY handler.py:17',
      'may dynamodb:GetItem ORDERS orders/repository.py:23',
      'may dynamodb:Query ORDERS /index/byOrder orders/repository.py:32',
    ],
    declared: [
      access('ORDERS', 'dynamodb', 'GetItem', 'Query'),
      access('IDEMPOTENCY', 'dynamodb', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
    ],
    // `cancel` of the repository, which no tool calls.
    more: [access('ORDERS', 'dynamodb', 'DeleteItem'), 'info unverifiable ORDERS dynamodb:DeleteItem 39'],
  },
  'document-share': {
    what: 'threads, a paginator, signed links, and a client behind a cache',
    used: [
      'may s3:ListBucket DOCUMENTS handler.py:19',
      'may s3:GetObject DOCUMENTS /* handler.py:25',
      'may s3:GetObject DOCUMENTS /* handler.py:26',
    ],
    declared: [access('DOCUMENTS', 's3', 'GetObject', 'ListBucket')],
    more: [access('DOCUMENTS', 's3', 'PutObject'), 'warning excess DOCUMENTS s3:PutObject'],
  },
  'invoice-notify': {
    what: 'a thread of its own class, a batch writer, and parameters that are put together',
    used: [
      'may dynamodb:BatchWriteItem AUDIT handler.py:23',
      'may sqs:SendMessage REMINDERS handler.py:31',
      'may events:PutEvents BUS handler.py:41',
    ],
    declared: [
      access('AUDIT', 'dynamodb', 'BatchWriteItem'),
      access('REMINDERS', 'sqs', 'SendMessage'),
      access('BUS', 'events', 'PutEvents'),
    ],
    more: [access('REMINDERS', 'sqs', 'ReceiveMessage'), 'warning excess REMINDERS sqs:ReceiveMessage'],
  },
  'tenant-export': {
    what: 'a session with the credentials of another role, in a context manager',
    used: ['may sts:AssumeRole TENANT_ROLE handler.py:13', 'may dynamodb:Scan EXPORTS handler.py:40'],
    declared: [access('TENANT_ROLE', 'sts', 'AssumeRole'), access('EXPORTS', 'dynamodb', 'Scan')],
    // What the other role does is named.
    left: ['info unverifiable  35'],
    more: [access('EXPORTS', 'dynamodb', 'GetItem'), 'warning excess EXPORTS dynamodb:GetItem'],
  },
  'stock-async': {
    what: 'coroutines of aioboto3 that are gathered',
    used: ['may dynamodb:GetItem STOCK handler.py:11', 'may ssm:GetParameter LIMIT handler.py:18'],
    declared: [access('STOCK', 'dynamodb', 'GetItem'), access('LIMIT', 'ssm', 'GetParameter')],
    more: [access('STOCK', 'dynamodb', 'Query'), 'warning excess STOCK dynamodb:Query'],
  },
  'ticket-router': {
    what: 'commands that decorators register, and one that nobody does',
    used: [
      'may dynamodb:PutItem TICKETS handler.py:22',
      'may dynamodb:GetItem TICKETS handler.py:27',
      'may sns:Publish ALARMS helpers.py:26',
    ],
    declared: [access('TICKETS', 'dynamodb', 'PutItem', 'GetItem'), access('ALARMS', 'sns', 'Publish')],
    left: ['info unverifiable  31'],
    more: [access('TICKETS', 'dynamodb', 'DeleteItem'), 'info unverifiable TICKETS dynamodb:DeleteItem 31'],
  },
  'report-render': {
    what: 'another program, and methods by a name of the caller',
    used: ['may s3:PutObject REPORTS /report.pdf handler.py:17'],
    declared: [access('REPORTS', 's3', 'PutObject')],
    left: ['info unverifiable  10', 'info unverifiable  10', 'info unverifiable  15'],
    more: [access('VALUES', 'dynamodb', 'GetItem'), ''],
  },
};

describe.each(Object.entries(HANDLERS))(
  '%s',
  (name, { what, handler, used, declared, left = [], more: [more, said] }) => {
    test(`calls of ${what}`, () => {
      expect(analyze(name, handler).used).toEqual(used);
    });

    test('a declaration of these calls leaves no more to say', () => {
      expect(findings(name, declared, handler).sort()).toEqual(left);
    });

    test('each declared action that is left out is missed, and never an error', () => {
      for (const entry of declared)
        for (const operation of entry.operations) {
          const operations = entry.operations.filter((other) => other !== operation);
          const less = declared.map((other) => (other === entry ? { ...entry, operations } : other));
          const missed = findings(name, less, handler).filter((finding) => !left.includes(finding));
          expect([operation, missed]).toEqual([
            operation,
            expect.arrayContaining([
              expect.stringContaining(`info possibly-missing ${entry.env} ${entry.service}:${operation} `),
            ]),
          ]);
        }
    });

    test('one action more is excess only where all code is followed', () => {
      const found = findings(name, [...declared, more], handler).filter((finding) => !left.includes(finding));

      expect(found).toEqual(said === '' ? [] : [said]);
    });
  },
);

test('every handler in the folder is in the table', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(HANDLERS).sort());
});
