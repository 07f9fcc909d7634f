import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { build } from '../../examples/inbound-oidc/app';
import { type Attempt, type Run, run } from '../../examples/inbound-oidc/run-local';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { runRules } from '../../lib/rules/run-rules';

const [GET, CLOSE] = ['incident-get___incident-get', 'incident-close___incident-close'];
const DENIED = /not allowed due to policy enforcement/;

test('no rule of any layer objects', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'inbound-oidc-'));
  const app = new App({ outdir });
  build(app);
  app.synth();

  expect(runRules(readAssembly(outdir))).toEqual([]);
});

describe('on this machine, with an identity provider of its own', () => {
  let result: Run;
  beforeAll(async () => {
    result = await run();
  }, 120_000);
  const of = (who: RegExp): Attempt => result.attempts.find((attempt) => who.test(attempt.who))!;

  test('what reaches the function of a tool is its arguments and the call, no header and no token', () => {
    const { event, clientContext } = JSON.parse(result.arrived);

    expect(event).toEqual({ incidentId: 'i-1', resolution: 'fixed' });
    expect(Object.keys(clientContext)).toEqual(['custom']);
    expect(Object.keys(clientContext.custom).sort()).toEqual([
      'bedrockAgentCoreAwsRequestId',
      'bedrockAgentCoreGatewayId',
      'bedrockAgentCoreMcpMessageId',
      'bedrockAgentCoreMessageVersion',
      'bedrockAgentCoreTargetId',
      'bedrockAgentCoreToolName',
    ]);
    expect(result.token).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    for (const part of result.token.split('.')) expect(result.arrived).not.toContain(part);
    expect(result.arrived).not.toMatch(/eyJ|authorization|auth0\|ann/i);
  });

  test('a responder comes in as herself and closes an incident', () => {
    expect(of(/^ann, a responder/)).toMatchObject({ identity: 'auth0|ann', tools: [CLOSE, GET] });
    expect(JSON.parse(of(/^ann, a responder/).close)).toMatchObject({ incidentId: 'i-1', resolution: 'fixed' });
  });

  test.each([
    ['who is no responder', /^bob/, 'auth0|bob', [GET]],
    ['whose token has one scope', /for reading only/, 'auth0|ann', [GET]],
    ['at a client that is no agent of the gateway', /at another client/, 'auth0|ann', []],
  ])('somebody %s comes in and may do less', (_what, who, identity, tools) => {
    expect(of(who)).toMatchObject({ identity, tools });
    expect(of(who).close).toMatch(DENIED);
  });

  test.each([
    ['another organization', /^eve/, /custom claim org_id/],
    ['a token for another API', /another API/, /no aud of the token/],
    ['an opaque token', /opaque/, /not a bearer JWT/],
    ['an ID token', /ID token/, /no aud of the token/],
    ['the token of another tenant', /another tenant/, /not signed by a key of this issuer/],
    ['no token', /nobody/, /no Authorization header/],
  ])('%s is refused at the door', (_what, who, reason) => {
    expect(of(who).identity).toBeUndefined();
    expect(of(who)).toMatchObject({ tools: [], refusal: expect.stringMatching(reason) });
  });
});
