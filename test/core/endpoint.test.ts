import { endpointProblems } from '../../lib/core/endpoint';

const check = { what: 'the endpoint', at: 'Shop/Target' };
const problemOf = (url: string, privateEndpoint = false) => endpointProblems(url, { ...check, privateEndpoint })[0];

test.each([
  'https://api.partner.example/v1',
  'https://api.partner.example:8443/v1?version=2',
  'https://xn--bcher-kva.example/',
])('%s is safe', (url) => {
  expect(problemOf(url)).toBeUndefined();
});

test.each([
  ['http://api.partner.example/v1', 'is not https'],
  ['ftp://api.partner.example/v1', 'is not https'],
  ['api.partner.example/v1', 'is not a URL'],
  ['https://10.0.0.1/', 'names an address'],
  ['https://169.254.169.254/latest', 'names an address'],
  ['https://2852039166/latest', 'names an address'], // 169.254.169.254 in decimal
  ['https://0xa9fea9fe/', 'names an address'],
  ['https://0251.0376.0251.0376/', 'names an address'],
  ['https://[::1]/', 'names an address'],
  ['https://[::ffff:169.254.169.254]/', 'names an address'],
  ['https://8.8.8.8/', 'names an address'],
  ['https://8.8.8.8./', 'names an address'],
  ['https://localhost/', 'names the machine itself'],
  ['https://api.localhost./', 'names the machine itself'],
  ['https://metadata.google.internal/', 'names a host of an internal network'],
  ['https://crm/', 'names a host of an internal network'],
  ['https://crm.corp/', 'names a host of an internal network'],
  ['https://{tenant}.partner.example/', 'holds a placeholder'],
  ['https://*.partner.example/', 'holds a placeholder'],
  ['https://api.partner.example\\@evil.example/', 'holds a placeholder'],
  ['https://user:pass@api.partner.example/', 'holds user information'],
  ['https://api.partner.example/#part', 'has a fragment'],
  ['https://api.partner.example/?api_key=1', 'carries a credential'],
])('%s %s', (url, message) => {
  expect(problemOf(url)).toMatchObject({ code: 'ENDPOINT_UNSAFE', at: 'Shop/Target' });
  expect(problemOf(url)!.message).toContain(message);
});

test('an internal name is fine over a private endpoint; an address and the machine itself are not', () => {
  expect(problemOf('https://crm.corp/', true)).toBeUndefined();
  expect(problemOf('https://10.0.0.1/', true)?.message).toContain('names an address');
  expect(problemOf('https://localhost/', true)?.message).toContain('names the machine itself');
});

test('a message shows neither user information nor query', () => {
  const { message } = problemOf('http://user:hunter2@api.partner.example/?token=hunter3')!;

  expect(message).toContain('api.partner.example');
  expect(message).not.toContain('hunter');
});
