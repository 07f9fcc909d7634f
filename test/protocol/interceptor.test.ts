import { answerRequest, answerResponse, passRequest, readAnswer } from '../../lib/protocol/interceptor';

const BODY = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const answer = (mcp: unknown, interceptorOutputVersion: unknown = '1.0') => ({ interceptorOutputVersion, mcp });
const request = (given: unknown) => answer({ transformedGatewayRequest: given });
const response = (given: unknown) => answer({ transformedGatewayResponse: given });

describe('the forms that no gateway was seen to refuse', () => {
  test.each([
    ['REQUEST', passRequest(BODY), { kind: 'request', body: BODY }],
    ['REQUEST', passRequest(BODY, {}), { kind: 'request', body: BODY }],
    ['REQUEST', passRequest(BODY, { 'X-A': 'b' }), { kind: 'request', body: BODY, headers: { 'X-A': 'b' } }],
    ['REQUEST', answerRequest(BODY), { kind: 'response', statusCode: 200, body: BODY }],
    ['RESPONSE', answerResponse(BODY), { kind: 'response', body: BODY }],
    ['RESPONSE', answerResponse({}), { kind: 'response', body: {} }],
  ] as const)('%s: %j is taken', (point, given, read) => {
    expect(readAnswer(point, JSON.parse(JSON.stringify(given)))).toEqual(read);
  });

  test('have nothing beside what they need', () => {
    expect([passRequest(BODY), answerRequest(BODY), answerResponse(BODY)]).toEqual([
      request({ body: BODY }),
      response({ statusCode: 200, body: BODY }),
      response({ body: BODY }),
    ]);
  });
});

test('an answer in place of policy and target counts, even beside a request', () => {
  const both = { transformedGatewayRequest: { body: BODY }, transformedGatewayResponse: { statusCode: 403, body: {} } };

  expect(readAnswer('REQUEST', answer(both))).toEqual({ kind: 'response', statusCode: 403, body: {} });
});

const EVENT = {
  interceptorInputVersion: '1.0',
  mcp: { rawGatewayRequest: { body: JSON.stringify(BODY) }, gatewayRequest: { body: BODY }, gatewayResponse: null },
};

/** Each was seen to be refused, or is none of the documented forms. */
test.each([
  ['REQUEST', 'nothing', undefined, 'no object'],
  ['REQUEST', 'null', null, 'no object'],
  ['REQUEST', 'a text', JSON.stringify(passRequest(BODY)), 'no object'],
  ['REQUEST', 'a list', [passRequest(BODY)], 'no object'],
  ['REQUEST', 'an empty object', {}, 'interceptorOutputVersion is not'],
  ['REQUEST', 'its whole input', EVENT, 'interceptorOutputVersion is not'],
  ['REQUEST', 'its input with a version', { ...EVENT, interceptorOutputVersion: '1.0' }, 'neither'],
  ['REQUEST', 'another version', answer({ transformedGatewayRequest: { body: BODY } }, '2.0'), 'OutputVersion'],
  ['REQUEST', 'a version that is a number', answer({ transformedGatewayRequest: { body: BODY } }, 1), 'OutputVersion'],
  ['REQUEST', 'the form of HTTP targets', { interceptorOutputVersion: '1.0', http: {} }, 'there is no mcp'],
  ['REQUEST', 'a body of null', request({ body: null }), 'body of transformedGatewayRequest'],
  ['REQUEST', 'a body as text', request({ body: JSON.stringify(BODY) }), 'body of transformedGatewayRequest'],
  ['REQUEST', 'a batch', request({ body: [BODY] }), 'body of transformedGatewayRequest'],
  ['REQUEST', 'headers that are no texts', request({ body: BODY, headers: { a: 1 } }), 'are no texts'],
  ['REQUEST', 'a refusal without status', response({ body: BODY }), 'has no statusCode'],
  ['REQUEST', 'a refusal with headers', response({ statusCode: 200, headers: {}, body: BODY }), 'has headers'],
  [
    'REQUEST',
    'a refusal of a stream',
    response({ statusCode: 200, isStreamingResponse: false, body: BODY }),
    'has isStreamingResponse',
  ],
  ['REQUEST', 'a status that is none', response({ statusCode: 99, body: BODY }), 'no HTTP status'],
  ['REQUEST', 'a status as text', response({ statusCode: '200', body: BODY }), 'no HTTP status'],
  ['RESPONSE', 'a request', passRequest(BODY), 'no transformedGatewayResponse'],
  ['RESPONSE', 'a status', response({ statusCode: 200, body: BODY }), 'has statusCode'],
  ['RESPONSE', 'headers', response({ headers: {}, body: BODY }), 'has headers'],
  ['RESPONSE', 'a body of null', response({ body: null }), 'body of transformedGatewayResponse'],
  ['RESPONSE', 'no body', response({}), 'body of transformedGatewayResponse'],
] as const)('%s: %s is refused', (point, _what, given, why) => {
  expect(readAnswer(point, given)).toEqual({ kind: 'malformed', why: expect.stringContaining(why) });
});
