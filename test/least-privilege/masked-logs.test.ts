import { GatewayApp } from '../support/gateway-app';

interface DataProtection {
  readonly Configuration: { readonly CustomDataIdentifier: { readonly Name: string; readonly Regex: string }[] };
  readonly Statement: { readonly DataIdentifier: string[] }[];
}

const shop = new GatewayApp();
shop.addTool('lookup').permit(shop.gateway.addAgent('reader'));
const policies = Object.values(shop.template().findResources('AWS::Logs::LogGroup')).map(
  ({ Properties }) => Properties.DataProtectionPolicy as DataProtection,
);
const own = policies[0]!.Configuration.CustomDataIdentifier;

function masked(line: string): string {
  return own.reduce(
    (text, { Regex }) => text.replace(new RegExp(Regex, 'g'), (found) => '*'.repeat(found.length)),
    line,
  );
}

const b64 = (value: string) => Buffer.from(value).toString('base64url');
const SIGNED = [b64('{"alg":"RS256"}'), b64('{"sub":"alice"}'), b64('a signature')].join('.');
const ENCRYPTED = [b64('{"alg":"RSA-OAEP"}'), '8Jv-cek_y', 'iv-iv', 'cipher_text', 'tag-tag'].join('.');

test('tokens are masked in the logs of the gateway and of tools', () => {
  expect(policies).toHaveLength(2);
  for (const { Configuration, Statement } of policies) {
    expect(Configuration.CustomDataIdentifier).toEqual(own);
    for (const { DataIdentifier } of Statement)
      expect(DataIdentifier).toEqual(expect.arrayContaining(own.map(({ Name }) => Name)));
  }
});

test.each([
  ['a signed token', `token=${SIGNED}}`],
  ['an unsecured token', `${b64('{"alg":"none"}')}.${b64('{"sub":"alice"}')}.`],
  ['an encrypted token', `"jwe": "${ENCRYPTED}"`],
  ['an opaque token', 'auth=Bearer 0oa1b2c3d4e5f6g7h8=, tool=lookup'],
])('no part of %s is left', (_what, line) => {
  expect(masked(line)).not.toMatch(/[A-Za-z0-9_-]{9,}/);
});

test('the twin: what is no token is left as it is', () => {
  const line = 'eyJ is how one begins; the bearer of this. v1.2.3 lookup___lookup Bearer token';

  expect(masked(line)).toBe(line);
});

test('the service takes these expressions', () => {
  expect(own.length).toBeLessThanOrEqual(10);
  for (const { Name, Regex } of own) {
    expect(Name).toMatch(/^[a-zA-Z0-9_-]{1,128}$/);
    expect(Regex).toMatch(/^[a-zA-Z0-9_#=@/;, ^$?[\]{}|\\*+.-]{1,200}$/);
  }
});
