import { ConcreteAssembly } from '../../../lib/assembly/concrete';
import { readClients } from '../../../lib/local/issuer/oauth-clients';
import { assemblyOf } from '../../support/template-assembly';

const PARAMETER = { Ref: 'OnlyAtDeployment' };
const KNOWN = {
  AccessTokenValidity: 10,
  RefreshTokenValidity: 2,
  TokenValidityUnits: { AccessToken: 'minutes', RefreshToken: 'hours' },
  RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 30 },
};

function read(properties: object) {
  const reports: string[] = [];
  const Client = { Type: 'AWS::Cognito::UserPoolClient', Properties: { ...KNOWN, ...properties } };
  const assembly = new ConcreteAssembly(assemblyOf({ Resources: { Client } }));
  const [client] = readClients(assembly, (what) => void reports.push(what));
  const { accessTokenSeconds, refresh } = client!;
  return { accessTokenSeconds, refresh, reports };
}

const known = { accessTokenSeconds: 600, refresh: { seconds: 7200, graceSeconds: 30 }, reports: [] };

test('times of the template, and those of Cognito where it says none', () => {
  expect(read({})).toEqual(known);
  expect(read({ AccessTokenValidity: undefined, RefreshTokenValidity: undefined })).toEqual({
    accessTokenSeconds: 3600,
    refresh: { seconds: 2_592_000, graceSeconds: 30 },
    reports: [],
  });
});

test.each([
  ['AccessTokenValidity', { AccessTokenValidity: PARAMETER }, { accessTokenSeconds: 300 }],
  ['RefreshTokenValidity', { RefreshTokenValidity: PARAMETER }, { refresh: { seconds: 3600, graceSeconds: 30 } }],
  [
    'RefreshTokenValidity',
    { TokenValidityUnits: { AccessToken: 'minutes', RefreshToken: PARAMETER } },
    { refresh: { seconds: 3600, graceSeconds: 30 } },
  ],
  [
    'RetryGracePeriodSeconds',
    { RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: PARAMETER } },
    { refresh: { seconds: 7200, graceSeconds: 0 } },
  ],
])('an unknown %s is the shortest time, and said', (name, properties, expected) => {
  const reports = [expect.stringContaining(`Client: its ${name} is not known here`)];

  expect(read(properties)).toEqual({ ...known, ...expected, reports });
});
