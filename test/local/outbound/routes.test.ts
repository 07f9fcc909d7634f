import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Arrival, Peer } from '../../../examples/outbound/local/peer';
import { fetchFrom } from '../../../lib/local/outbound/pinned-fetch';
import { isPrivateAddress, Routes, textOf, UpstreamError } from '../../../lib/local/outbound/routes';

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

test.each(['http://127.0.0.1:9001', 'https://localhost:8443'])('%s alone stands for no host', (origin) => {
  expect(() => new Routes({ [origin]: undefined })).toThrow(
    new RegExp(`stands for no host of the template.*https://<host of the template>=${origin}.*\\[LOCAL_UNSUPPORTED\\]`),
  );
  expect(new Routes({ [API]: origin }).resolve(API)?.origin).toBe(origin);
});

test('E06: a host whose name leads into this network is not called', async () => {
  const routes = new Routes({ 'https://10.0.0.1': undefined });

  await expect(routes.fetch('https://10.0.0.1/v1')).rejects.toThrow('has an address of an internal network');
});

describe('E06: a name that leads elsewhere at the second look', () => {
  const HOST = 'https://api.rebinding.example';
  const PUBLIC = { address: '203.0.113.7', family: 4 };
  const INSIDE = { address: '127.0.0.1', family: 4 };
  /** A name server that says what an attacker wants, one answer after the other. */
  function rebinding(...answers: LookupAddress[][]) {
    let asked = 0;
    const resolve = async () => answers[Math.min(asked++, answers.length - 1)]!;
    return { resolve, asked: () => asked };
  }

  test('the connection is made to the address that was looked at, which is asked for once', async () => {
    const names = rebinding([PUBLIC], [INSIDE]);
    const connected: (readonly LookupAddress[])[] = [];
    const routes = new Routes(
      { [HOST]: undefined },
      {
        resolve: names.resolve,
        fetchFrom: async (addresses) => {
          connected.push(addresses);
          return new Response('public');
        },
      },
    );

    expect(await (await routes.fetch(`${HOST}/v1`)).text()).toBe('public');
    expect([connected, names.asked()]).toEqual([[[PUBLIC]], 1]);
    await expect(routes.fetch(`${HOST}/v1`)).rejects.toThrow('api.rebinding.example has an address of an internal');
    expect(connected).toHaveLength(1);
  });

  test('a redirect to the same host is looked at again', async () => {
    const names = rebinding([PUBLIC], [PUBLIC, INSIDE]);
    let requests = 0;
    const routes = new Routes(
      { [HOST]: undefined },
      {
        resolve: names.resolve,
        fetchFrom: async () => {
          requests++;
          return new Response(null, { status: 302, headers: { location: '/v2' } });
        },
      },
    );

    await expect(routes.fetch(`${HOST}/v1`)).rejects.toThrow('has an address of an internal network');
    expect(requests).toBe(1);
  });

  test('the twin: the real connection goes to the given address, whatever the name leads to', async () => {
    const inside = await Peer.start(() => ({ status: 201, headers: { 'x-seen': 'yes' }, body: 'inside' }));
    const { port } = new URL(inside.origin);
    const url = new URL(`http://api.rebinding.example:${port}/v1?a=b`);
    const request = { method: 'POST', headers: { 'x-mine': '1' }, body: 'text' };
    const answer = await fetchFrom([INSIDE], url, request);

    expect([answer.status, answer.headers.get('x-seen'), await answer.text()]).toEqual([201, 'yes', 'inside']);
    expect(inside.arrivals).toEqual([
      expect.objectContaining({
        method: 'POST',
        url: '/v1?a=b',
        headers: expect.objectContaining({ host: `api.rebinding.example:${port}`, 'x-mine': '1' }),
        body: 'text',
      }),
    ]);
    // The name is one of this machine, the address is not: no request arrives here.
    const elsewhere = new URL(`http://localhost:${port}/v1`);
    await expect(fetchFrom([PUBLIC], elsewhere, { signal: AbortSignal.timeout(300) })).rejects.toThrow();
    await expect(fetchFrom([], elsewhere, {})).rejects.toThrow('no address');
    expect(inside.arrivals).toHaveLength(1);
    await inside.close();
  });
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

describe('redirects', () => {
  const OTHER = 'https://api.weather.example';
  let location = '';
  let status = 307;
  let peer: Peer;
  beforeAll(async () => {
    peer = await Peer.start(({ url }: Arrival) =>
      url === '/from' ? { status, headers: { location } } : { body: 'there' },
    );
  });
  afterAll(() => peer.close());
  const init = { method: 'POST', headers: { 'x-api-key': 'of the crm', 'content-type': 'text/plain' }, body: 'order' };
  const follow = async () => {
    const before = peer.arrivals.length;
    const response = await new Routes({ [API]: peer.origin, [OTHER]: peer.origin }).fetch(`${API}/from`, init);
    return { text: await response.text(), arrivals: peer.arrivals.slice(before) };
  };

  test('two hosts that one server stands for stay two', async () => {
    status = 307;
    location = `${OTHER}/to`;
    const before = peer.arrivals.length;
    await expect(follow()).rejects.toThrow('redirects to another host, which is not followed');
    expect(peer.arrivals.slice(before).map(({ url }) => url)).toEqual(['/from']);

    for (const same of [`${API}/to`, '/to', `${peer.origin}/to`]) {
      location = same;
      expect((await follow()).text).toBe('there');
    }
  });

  test('303 becomes a GET without body, 307 stays what it was', async () => {
    location = '/to';
    status = 303;
    const [, seen] = (await follow()).arrivals;
    expect(seen).toMatchObject({ method: 'GET', body: '', headers: { 'x-api-key': 'of the crm' } });
    expect(seen!.headers['content-type']).toBeUndefined();

    status = 307;
    expect((await follow()).arrivals[1]).toMatchObject({ method: 'POST', body: 'order' });
  });
});

test.each([
  ['cut off', 100],
  ['whole', 4],
])('an answer that is %s', async (what, length) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': length });
    response.write('text', () => response.socket!.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const routes = new Routes({ [API]: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const text = routes.fetch(API).then(textOf);

  if (what === 'whole') await expect(text).resolves.toBe('text');
  else await expect(text).rejects.toThrow(new UpstreamError('the answer was cut off'));
  if (what !== 'whole') await expect(text).rejects.toBeInstanceOf(UpstreamError);
  server.close();
});
