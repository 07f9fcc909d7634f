import { hasFormat, INPUT_FORMATS } from '../../lib/protocol/input-format';

test.each<[string, string[], string[]]>([
  ['date', ['2026-02-28', '2024-02-29'], ['2026-02-29', '2026-2-8', '2026-02-28T00:00:00Z', '2026-02-28\n']],
  [
    'date-time',
    ['2026-11-24T10:00:00Z', '2026-11-24t10:00:00.123+01:00'],
    [
      '2026-11-24T24:00:00Z',
      '2026-11-24T10:00:00',
      '2026-11-24 10:00:00Z',
      '2026-11-24T10:00:60Z',
      '2026-11-24T10:00:00+24:00',
    ],
  ],
  ['email', ['a.b+c@d.example'], ['a@b', '@b.c', 'a b@c.d', 'a@b.c\n', `${'a'.repeat(65)}@b.c`]],
  ['hostname', ['a.example', 'localhost'], ['-a.example', 'a..b', 'a_b', `${'a'.repeat(64)}.b`]],
  ['ipv4', ['127.0.0.1', '255.255.255.255'], ['256.0.0.1', '1.2.3', '1.2.3.4.', '01.2.3.4', '1.2.3.4\n']],
  [
    'uri',
    ['https://a.example/b?c#d', 'urn:x:y'],
    ['/relative', 'https://a b', 'https://a\n', 'javascript', 'http://<x>'],
  ],
  [
    'uuid',
    ['123e4567-e89b-12d3-a456-426614174000'],
    ['123e4567e89b12d3a456426614174000', '123e4567-e89b-12d3-a456-42661417400g'],
  ],
])('%s', (format, good, bad) => {
  expect(good.filter((value) => !hasFormat(format, value))).toEqual([]);
  expect(bad.filter((value) => hasFormat(format, value))).toEqual([]);
});

test('every format is tested here, and an unknown one matches nothing', () => {
  expect(INPUT_FORMATS).toEqual(['date', 'date-time', 'email', 'hostname', 'ipv4', 'uri', 'uuid']);
  expect(hasFormat('constructor', 'x')).toBe(false);
});
