import { type Run, run } from '../../examples/outbound/run-local';

let result: Run;
beforeAll(async () => {
  result = await run();
});

const of = (tool: string) => result.observed.find((observed) => observed.tool === tool)!;

test('every host gets the credential that the template gives it, and answers accordingly', () => {
  expect(result.observed.map(({ caller, tool, answer }) => [caller, tool, answer])).toEqual([
    ['service-desk', 'crm___getCustomer', '{"name":"Ada","segment":"business","askedBy":"mcp-gateway"}'],
    ['service-desk', 'weather___getForecast', '{"forecast":"rain"}'],
    ['service-desk', 'handbook___search_handbook', 'search_handbook for mcp-gateway: {"query":"vacation"}'],
    ['alice', 'expenses___listReports', '{"reportsOf":"alice","through":"mcp-gateway"}'],
    ['bob', 'expenses___submitReport', '{"reportsOf":"bob","through":"mcp-gateway"}'],
  ]);
});

test('the key of the vault arrives, the one of the caller does not', () => {
  const [arrival] = of('weather___getForecast').arrivals;

  expect(arrival!.headers['x-api-key']).toMatch(/^[0-9a-f]{32}$/);
  expect(result.everythingSent).not.toContain('a key of the caller');
});

test("no host behind the gateway gets the caller's token", () => {
  for (const { callerToken } of result.observed) {
    expect(callerToken).toMatch(/^eyJ/);
    expect(result.everythingSent).not.toContain(callerToken);
  }
  expect(result.everythingSent).not.toContain('eyJ');
});

test('arguments arrive in their places', () => {
  expect(of('crm___getCustomer').arrivals.map(({ method, url }) => [method, url])).toEqual([
    ['GET', '/v1/customers/C-000042'],
  ]);
  expect(of('weather___getForecast').arrivals[0]!.url).toBe('/v2/forecast?place=Berlin&days=2');
  const [submitted] = of('expenses___submitReport').arrivals;
  expect(JSON.parse(submitted!.body)).toEqual({ purpose: 'Train', amount: 42.5, currency: 'EUR' });
});

test('decisions say as whom, and hold no credential', () => {
  const outbound = result.decisions.filter(({ layer }) => layer === 2);
  expect(outbound.map(({ reason }) => reason)).toEqual([
    'as the client of crm-login, scopes "customers.read", not with the caller\'s token',
    "with the API key of weather-login, not the caller's token",
    'as the client of handbook-login, scopes "pages.read", not with the caller\'s token',
    'for the caller, with a token that corporate-login exchanged, scopes "reports.write"',
    'for the caller, with a token that corporate-login exchanged, scopes "reports.write"',
  ]);
  const log = JSON.stringify(result.decisions);
  for (const secret of [...result.secrets, ...result.observed.map(({ callerToken }) => callerToken)]) {
    expect(log).not.toContain(secret);
  }
});

test('of layer 2, what an interceptor could do to credentials is left out, and said; this one does nothing to them', () => {
  expect(result.unsupported.filter((text) => /target/.test(text))).toEqual([
    expect.stringContaining('an Authorization header that its REQUEST interceptor returns has no effect here'),
  ]);
});
