import { readOpenApi } from '../../../lib/core/openapi/read-openapi';
import { TICKETS } from '../../support/remote-targets';

type Change = (document: Doc) => void;
// biome-ignore lint/suspicious/noExplicitAny: a test changes any place of a document
type Doc = any;

function read(change: Change = () => {}, options: Partial<Parameters<typeof readOpenApi>[1]> = {}) {
  const document = structuredClone(TICKETS) as Doc;
  change(document);
  return readOpenApi(document, { pathPatterns: {}, privateEndpoint: false, at: 'api.yaml', ...options });
}

const messages = (...args: Parameters<typeof read>) => read(...args).problems.map((problem) => problem.message);
const get = (document: Doc) => document.paths['/tickets/{id}'].get;
const post = (document: Doc) => document.paths['/tickets'].post;
const ticket = (document: Doc) => document.components.schemas.Ticket;

describe('operations become tools', () => {
  const { operations, problems, document } = read();

  test('parameters and the properties of the body are the arguments', () => {
    expect(problems).toEqual([]);
    expect(operations.map(({ id, risk }) => [id, risk])).toEqual([
      ['getTicket', 'READ'],
      ['createTicket', 'WRITE'],
    ]);
    expect(operations[0]!.inputSchema).toEqual({
      type: 'object',
      properties: { id: { type: 'string' } },
      required: ['id'],
    });
    expect(operations[1]!.inputSchema).toEqual({
      type: 'object',
      properties: { title: { type: 'string' }, priority: { type: 'string' }, points: { type: 'integer' } },
      required: ['title', 'priority'],
    });
  });

  test('what the schema demands beyond types is kept for the policy', () => {
    expect(operations[1]!.constraints.map(({ keyword, value }) => [keyword, value])).toEqual([
      ['maxLength', 80],
      ['enum', ['low', 'high']],
      ['minimum', 0],
      ['maximum', 10],
    ]);
  });

  test('what is published has no references, responses or types of its own for arguments', () => {
    const text = JSON.stringify(document);

    expect(text).not.toMatch(/\$ref|components|"enum"|"format"/);
    expect(text).toContain('"pattern":"^(?:low|high)$"');
    expect(text).toContain('One of: \\"low\\", \\"high\\".');
  });

  test('a path parameter that is left open cannot leave its segment', () => {
    const [parameter] = (document as Doc).paths['/tickets/{id}'].get.parameters;
    const pattern = new RegExp(parameter.schema.pattern, 'u');

    for (const value of ['..', 'a/b', 'a%2fb', 'a\\b', '.', '']) expect(pattern.test(value)).toBe(false);
    for (const value of ['T-1', 'a.b', 'x_~']) expect(pattern.test(value)).toBe(true);
  });

  test('only the named operations are published', () => {
    const { operations: some, document: published } = read(undefined, { operations: ['getTicket'] });

    expect(some.map(({ id }) => id)).toEqual(['getTicket']);
    expect(Object.keys((published as Doc).paths)).toEqual(['/tickets/{id}']);
  });

  test('a body can be kept apart', () => {
    const { operations: some } = read(undefined, { bodyArgument: 'ticket' });

    expect(some[1]!.inputSchema.properties!.ticket!.type).toBe('object');
    expect(some[1]!.inputSchema.required).toEqual(['ticket']);
  });

  test('a nullable property, a single allOf and bounds of OpenAPI 3.0 are read', () => {
    const { problems: none, operations: some } = read((document) => {
      Object.assign(ticket(document).properties, {
        note: { type: 'string', nullable: true },
        owner: { allOf: [{ $ref: '#/components/schemas/Owner' }], description: 'Who has it' },
        hours: { type: 'number', minimum: 0, exclusiveMinimum: true },
      });
      document.components.schemas.Owner = { type: 'string' };
    });

    expect(none).toEqual([]);
    expect(some[1]!.inputSchema.properties).toMatchObject({
      note: { type: 'string' },
      owner: { type: 'string', description: 'Who has it' },
    });
    expect(some[1]!.constraints).toContainEqual(expect.objectContaining({ keyword: 'exclusiveMinimum', value: 0 }));
  });

  test('rules of a body as a whole are rules of all arguments', () => {
    const closed = read((document) => {
      ticket(document).additionalProperties = false;
    });

    expect(closed.operations[1]!.constraints).toContainEqual({
      path: [],
      type: 'object',
      keyword: 'additionalProperties',
      value: false,
    });
    expect(operations[1]!.constraints.map(({ keyword }) => keyword)).not.toContain('additionalProperties');
  });

  test('what is neither published nor enforced is listed, where the author wrote it', () => {
    const { operations: read2, problems: none } = read((document) => {
      document.paths['/tickets/{id}'].servers = [{ url: 'https://other.example' }];
      document.components.parameters = {
        Id: {
          ...get(document).parameters[0],
          example: 'T1',
          schema: { type: 'string', pattern: '^[a-z/]+$', nullable: true },
        },
      };
      get(document).parameters = [
        { $ref: '#/components/parameters/Id' },
        { name: 'page', in: 'query', explode: false, deprecated: true, schema: { type: 'integer', format: 'int64' } },
      ];
      Object.assign(get(document), { tags: ['t'], security: [], 'x-internal': true, callbacks: {} });
      post(document).requestBody.description = 'b';
      post(document).requestBody.content['application/xml'] = {};
      post(document).requestBody.content['application/json'].examples = {};
      ticket(document).properties.title.readOnly = true;
    });
    const listed = (index: number) => read2[index]!.dropped.map(({ pointer, why }) => `${pointer} ${why}`).sort();

    expect(none).toEqual([]);
    expect(listed(0)).toEqual([
      '/components/parameters/Id/example annotation',
      '/components/parameters/Id/schema/nullable null',
      '/components/parameters/Id/schema/pattern openPath',
      '/paths/~1tickets~1{id}/get/callbacks unpublished',
      '/paths/~1tickets~1{id}/get/parameters/1/deprecated annotation',
      '/paths/~1tickets~1{id}/get/parameters/1/explode connection',
      '/paths/~1tickets~1{id}/get/parameters/1/schema/format format',
      '/paths/~1tickets~1{id}/get/responses unpublished',
      '/paths/~1tickets~1{id}/get/security connection',
      '/paths/~1tickets~1{id}/get/tags unpublished',
      '/paths/~1tickets~1{id}/get/x-internal extension',
      '/paths/~1tickets~1{id}/servers connection',
    ]);
    expect(listed(1)).toEqual([
      '/components/schemas/Ticket/properties/points/format format',
      '/components/schemas/Ticket/properties/title/readOnly annotation',
      '/paths/~1tickets/post/requestBody/content/application~1json/examples annotation',
      '/paths/~1tickets/post/requestBody/content/application~1xml connection',
      '/paths/~1tickets/post/requestBody/description annotation',
      '/paths/~1tickets/post/responses unpublished',
    ]);
  });
});

describe('what is refused', () => {
  test.each<[string, Change, string]>([
    [
      'a rule of a body as a whole that nothing enforces',
      (document) => {
        ticket(document).minProperties = 1;
      },
      "nothing would enforce the keyword 'minProperties'",
    ],
    [
      'Swagger 2.0',
      (d) => Object.assign(d, { openapi: undefined, swagger: '2.0' }),
      'the gateway takes OpenAPI 3.0 and 3.1, got "2.0"',
    ],
    ['no server', (d) => delete d.servers, 'exactly one server, got 0'],
    ['two servers', (d) => d.servers.push({ url: 'https://b.example' }), 'exactly one server, got 2'],
    ['a server on http', (d) => Object.assign(d.servers[0], { url: 'http://api.tickets.example' }), 'is not https'],
    [
      'a server with a variable',
      (d) => Object.assign(d.servers[0], { url: 'https://{host}/v1' }),
      'holds a placeholder',
    ],
    ['an internal server', (d) => Object.assign(d.servers[0], { url: 'https://tickets.internal' }), 'internal network'],
    ['no operationId', (d) => delete get(d).operationId, 'an operationId is the name of a tool'],
    [
      'an operationId that is no tool name',
      (d) => Object.assign(get(d), { operationId: 'get ticket' }),
      'got "get ticket"',
    ],
    [
      'an operationId used twice',
      (d) => Object.assign(post(d), { operationId: 'getTicket' }),
      'two operations have the id',
    ],
    ['no description', (d) => delete get(d).summary, 'needs a summary or description'],
    ['oneOf', (d) => Object.assign(ticket(d).properties, { x: { type: 'string', oneOf: [] } }), "'oneOf'"],
    [
      'a reference to another document',
      (d) => Object.assign(ticket(d).properties, { x: { $ref: 'https://e.example/x.json#/X' } }),
      'leaves the document',
    ],
    [
      'a reference to nothing',
      (d) => Object.assign(ticket(d).properties, { x: { $ref: '#/components/schemas/Nope' } }),
      'names nothing',
    ],
    [
      'a schema within itself',
      (d) => Object.assign(ticket(d).properties, { x: { $ref: '#/components/schemas/Ticket' } }),
      'refers to itself',
    ],
    [
      'a body that is not JSON',
      (d) => Object.assign(post(d).requestBody, { content: { 'text/xml': {} } }),
      'application/json',
    ],
    [
      'a body that is a list',
      (d) => Object.assign(d.components.schemas, { Ticket: { type: 'array', items: { type: 'string' } } }),
      'a body is an object with properties',
    ],
    [
      'a cookie',
      (d) => get(d).parameters.push({ name: 'session', in: 'cookie', schema: { type: 'string' } }),
      'stands in "cookie"',
    ],
    [
      'a header that speaks for somebody',
      (d) => get(d).parameters.push({ name: 'X-Forwarded-For', in: 'header', schema: { type: 'string' } }),
      'a model must not set',
    ],
    [
      'a header that says where a request goes',
      (d) => get(d).parameters.push({ name: 'X-Rewrite-URL', in: 'header', schema: { type: 'string' } }),
      'a model must not set',
    ],
    [
      'a path parameter that is not declared',
      (d) => Object.assign(get(d), { parameters: [] }),
      'path parameter "id" is not declared',
    ],
    [
      'two arguments of one name',
      (d) => Object.assign(post(d), { parameters: [{ name: 'title', in: 'query', schema: { type: 'string' } }] }),
      'two arguments have the name "title"',
    ],
    ['no operation', (d) => Object.assign(d, { paths: {} }), 'has no operation'],
  ])('%s', (_name, change, message) => {
    const found = messages(change);

    expect(found.join('\n')).toContain(message);
  });

  test('a condition on what is changed may be a parameter', () => {
    const found = messages((d) =>
      get(d).parameters.push({ name: 'If-Match', in: 'header', schema: { type: 'string' } }),
    );

    expect(found).toEqual([]);
  });

  test('an operation that is not there, with the nearest', () => {
    const { problems } = read(undefined, { operations: ['getTickets'] });

    expect(problems).toEqual([expect.objectContaining({ code: 'OPENAPI_INVALID', fix: 'Did you mean "getTicket"?' })]);
  });

  test('a problem of an operation that is left out is none', () => {
    const broken: Change = (d) => delete post(d).requestBody.content['application/json'];

    expect(messages(broken)).not.toEqual([]);
    expect(messages(broken, { operations: ['getTicket'] })).toEqual([]);
  });

  test.each(['.*', '^[^/]+$', '(', '[0-9]+', '^T-'])('the pattern %s of an author for a path parameter', (pattern) => {
    expect(messages(undefined, { pathPatterns: { id: pattern } })).toEqual([
      'path parameter "id" gets a pattern that is not proven to keep to its segment',
    ]);
  });

  test('a pattern of the document that is not bound to both ends is replaced', () => {
    const patterned = (pattern: string) =>
      JSON.stringify(
        read((document) => {
          get(document).parameters[0].schema.pattern = pattern;
        }).document,
      );

    expect(patterned('^[0-9]+$')).toContain('^[0-9]+$');
    expect(patterned('[0-9]+')).toContain('^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}$');
  });

  test('a closed pattern of an author is published', () => {
    const { document, problems } = read(undefined, { pathPatterns: { id: '^T-[0-9]{1,9}$' } });

    expect(problems).toEqual([]);
    expect(JSON.stringify(document)).toContain('^T-[0-9]{1,9}$');
    const replaced: Change = (d) => {
      get(d).parameters[0].schema.pattern = '^[0-9]+$';
    };
    const { operations } = read(replaced, { pathPatterns: { id: '^T-[0-9]{1,9}$' } });
    expect(operations[0]!.dropped).toContainEqual({
      pointer: '/paths/~1tickets~1{id}/get/parameters/0/schema/pattern',
      keyword: 'pattern',
      why: 'replaced',
    });
  });

  test('text that is no document', () => {
    expect(readOpenApi('nothing', { pathPatterns: {}, privateEndpoint: false, at: 'x' }).problems).toHaveLength(1);
  });
});
