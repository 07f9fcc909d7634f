import { propagatedHeaders, returnedHeaders } from '../../../lib/local/outbound/propagation';

const NAMES = ['x-correlation-id', 'cache-control', 'if-match', 'x-client-ip', 'set-cookie'];
const HEADERS = Object.fromEntries(NAMES.map((name) => [name, 'sent']));

test('what the service never passes on stays behind, although the list of the template names it', () => {
  const model = { requestHeaders: NAMES, responseHeaders: NAMES, queryParameters: [] };

  expect(propagatedHeaders(model, HEADERS)).toEqual({ 'x-correlation-id': 'sent' });
  expect(returnedHeaders(model, new Headers(HEADERS))).toEqual({ 'x-correlation-id': 'sent' });
});
