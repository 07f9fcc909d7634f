import { isPrivateAddress, Routes } from '../../../lib/local/remote/routes';

const API = 'https://api.crm.example';

test('only hosts that are named lead anywhere', () => {
  const routes = new Routes({ [API]: 'http://127.0.0.1:9001', 'https://api.weather.example': undefined });

  expect(routes.resolve(`${API}/v1/a?b=c`)?.href).toBe('http://127.0.0.1:9001/v1/a?b=c');
  expect(routes.resolve('https://api.weather.example/v2')?.href).toBe('https://api.weather.example/v2');
  for (const url of ['http://api.crm.example/v1', `${API}:8443/v1`, 'https://api.crm.example.evil/v1', 'no url']) {
    expect(routes.resolve(url)).toBeUndefined();
  }
});

test.each([
  [{ [API]: 'https://attacker.example' }],
  [{ [API]: 'http://10.0.0.1:80' }],
  [{ [API]: 'http://127.0.0.1:9001/prefix' }],
  [{ [API]: 'http://127.0.0.1.attacker.example' }],
  [{ [`${API}/v1`]: 'http://127.0.0.1:9001' }],
  [{ 'http://api.crm.example': undefined }],
  [{ 'https://user:password@api.crm.example': undefined }],
  [{ 'api.crm.example': 'http://127.0.0.1:9001' }],
])('%j is refused', (forward) => {
  expect(() => new Routes(forward)).toThrow(/a host is forwarded to a server on this machine.*\[LOCAL_UNSUPPORTED\]/);
});

test('E06: a host whose name leads into this network is not called', async () => {
  const routes = new Routes({ 'https://localhost': undefined });

  await expect(routes.fetch('https://localhost/v1')).rejects.toThrow('has an address of an internal network');
});

test('a host that does not answer is named without anything else', async () => {
  const routes = new Routes({ [API]: 'http://127.0.0.1:1' });

  await expect(routes.fetch(`${API}/v1`)).rejects.toThrow(/^127\.0\.0\.1:1 cannot be reached: /);
});

test.each([
  ['10.1.2.3', true],
  ['169.254.169.254', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:169.254.169.254', true],
  ['fd00:ec2::254', true],
  ['93.184.216.34', false],
  ['2606:2800:220:1::1', false],
])('%s is of an internal network: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});
