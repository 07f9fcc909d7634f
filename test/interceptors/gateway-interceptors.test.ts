import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Inbound,
  Interceptor,
  InterceptorHeaders,
  IssuerScopes,
  ScopeClaim,
  SearchTool,
  ToolConcurrency,
} from 'cdk-secure-mcp';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { runRules } from '../../lib/rules/run-rules';
import { GatewayApp, schema } from '../support/gateway-app';
import { interceptedApp } from '../support/intercepted-shop';
import { type EditableTemplate, resources } from '../support/local-shop';
import { RenderedRole } from '../support/rendered-role';

const directory = interceptedApp().synth().directory;
const assembly = readAssembly(directory);
const template = JSON.parse(readFileSync(join(directory, 'Shop.template.json'), 'utf8')) as EditableTemplate;
const gateway = resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!;
const [request, response] = gateway.Properties.InterceptorConfigurations;
const idOf = (type: string, part: string) =>
  Object.entries(template.Resources).find(([id, { Type }]) => Type === type && id.includes(part))![0];

describe('rendered', () => {
  test('each point has one alias of a function of its own', () => {
    expect([request.InterceptionPoints, response.InterceptionPoints]).toEqual([['REQUEST'], ['RESPONSE']]);
    expect(request.Interceptor.Lambda.Arn).toEqual({ Ref: idOf('AWS::Lambda::Alias', 'InterceptorsRequest') });
    expect(response.Interceptor.Lambda.Arn).toEqual({ Ref: idOf('AWS::Lambda::Alias', 'InterceptorsResponse') });
  });

  test('the gateway role may invoke exactly those aliases and the tools', () => {
    const [policy] = resources(template, 'AWS::IAM::Policy', 'Outbound');
    const invoke = policy!.Properties.PolicyDocument.Statement.filter(
      ({ Action }: { Action: string }) => Action === 'lambda:InvokeFunction',
    );
    const aliases = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Alias');

    expect(invoke).toHaveLength(1);
    expect(invoke[0].Resource.map(({ Ref }: { Ref: string }) => Ref).sort()).toEqual(aliases.map(([id]) => id).sort());
    expect(aliases).toHaveLength(4);
  });

  test.each(['InterceptorsRequest', 'InterceptorsResponse'])('the role of %s allows its log and its key', (part) => {
    const role = new RenderedRole(template as never, idOf('AWS::IAM::Role', part));
    const actions = role.statements.flatMap(({ Action }) => Action);

    expect(actions).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents', 'kms:Decrypt']);
  });

  test('the search filter, which asks the gateway, has twice the calls', () => {
    const reserved = (part: string) =>
      resources(template, 'AWS::Lambda::Function', part).map((each) => each.Properties.ReservedConcurrentExecutions);

    expect([reserved('InterceptorsRequest'), reserved('InterceptorsResponse')]).toEqual([[10], [20]]);
  });

  test('the gateway waits for the permission to invoke them', () => {
    expect(gateway.DependsOn).toContain(idOf('AWS::IAM::Policy', 'Outbound'));
  });

  test('the reason for headers stands in the metadata of the gateway', () => {
    expect(gateway.Metadata?.['cdk-secure-mcp']).toEqual({
      weakenings: [
        { weakening: 'InterceptorHeaders.passed', reason: 'The token of the caller is verified once more' },
        { weakening: 'InterceptorHeaders.passed', reason: 'The token of the caller is verified once more' },
      ],
    });
  });

  test('AZ13 finds the headers, and the rules find nothing else about interceptors', () => {
    const about = runRules(assembly).filter((each) =>
      /interceptor/i.test(`${each.resource} ${each.message} ${each.path}`),
    );

    expect(about.map(({ ruleId }) => ruleId)).toEqual(['SecureMcp-AZ13[0]', 'SecureMcp-AZ13[1]']);
  });
});

test('what verifies tokens knows in which claims the issuer writes client and scopes', () => {
  const shop = new GatewayApp('shop', {
    inbound: Inbound.oidc({
      issuer: 'https://id.example.com',
      audience: ['orders'],
      clientClaim: 'cid',
      scopes: IssuerScopes.perTool({ claim: ScopeClaim.SCP_LIST }),
    }),
    interceptors: [
      Interceptor.request({ verifyCaller: true, headers: InterceptorHeaders.passed({ reason: 'For this test' }) }),
    ],
  });
  shop.addTool('look-up').permit(shop.gateway.addExternalAgent('robot', { clientId: 'c' }));
  const functions = Object.values(shop.template().findResources('AWS::Lambda::Function'));
  const [rules] = functions.flatMap(({ Properties }) => Properties.Environment.Variables.SECURE_MCP_TOKEN_RULES ?? []);

  expect(JSON.parse(rules)).toEqual({ audience: ['orders'], claims: {}, clientClaim: 'cid', scopeClaim: 'scp' });
});

test('nothing of the shipped steps is undecided to the analysis of code', () => {
  const shop = new GatewayApp('shop', {
    interceptors: [Interceptor.request({ entry: 'test/fixtures/interceptors/never-answers.ts' })],
  });
  shop.addTool('look-up').permit(shop.gateway.addAgent('robot'));
  const { messages } = shop.app.synth().getStackArtifact(shop.stack.artifactId);

  expect(messages.map(({ entry }) => String(entry.data)).filter((text) => text.includes('cannot be told'))).toEqual([]);
});

describe('code that synthesis takes for the result of the helper', () => {
  const load = (entry: string) => {
    const shop = new GatewayApp('shop', { interceptors: [Interceptor.request({ entry })] });
    shop.addTool('look-up').permit(shop.gateway.addAgent('robot'));
    const { directory: out } = shop.app.synth();
    const code = readdirSync(out).find((name) => existsSync(join(out, name, 'interceptor.json')))!;
    const run = ['-e', `require(${JSON.stringify(join(out, code, 'index.js'))})`];
    return spawnSync(process.execPath, run, { env: { LAMBDA_TASK_ROOT: join(out, code) }, encoding: 'utf8' });
  };

  test('does not start when it is not', () => {
    const entry = join(mkdtempSync(join(tmpdir(), 'fake-')), 'index.ts');
    const fake = 'const defineRequestInterceptor = (run: object) => async () => run;';
    writeFileSync(entry, `${fake}\nexport const handler = defineRequestInterceptor({});`);
    const { status, stderr } = load(entry);

    expect(status).not.toBe(0);
    expect(stderr).toContain('not made by defineRequestInterceptor, so the shipped checks would not run');
  });

  test('the twin: starts when it is', () => {
    expect(load('test/fixtures/interceptors/never-answers.ts')).toMatchObject({ status: 0, stderr: '' });
  });
});

test('without headers nothing is found, and nothing is passed', () => {
  const shop = new GatewayApp('shop', { interceptors: [Interceptor.request(), Interceptor.response()] });
  shop.addTool('look-up').permit(shop.gateway.addAgent('robot'));
  const { directory: out } = shop.app.synth();
  const [{ Properties, Metadata }] = resources(
    JSON.parse(readFileSync(join(out, 'Shop.template.json'), 'utf8')),
    'AWS::BedrockAgentCore::Gateway',
  ) as never as [{ Properties: { InterceptorConfigurations: unknown[] }; Metadata?: object }];

  expect(Properties.InterceptorConfigurations).toEqual([
    expect.objectContaining({ InputConfiguration: { PassRequestHeaders: false } }),
    expect.objectContaining({ InputConfiguration: { PassRequestHeaders: false } }),
  ]);
  expect(Metadata).toBeUndefined();
  expect(runRules(readAssembly(out)).filter(({ ruleId }) => /AZ1[34]|LP0[258]/.test(ruleId))).toEqual([]);
});

test('a gateway without interceptors has no configuration of them', () => {
  const shop = new GatewayApp();
  shop.addTool('look-up').permit(shop.gateway.addAgent('robot'));

  expect(JSON.stringify(shop.template().toJSON())).not.toContain('InterceptorConfigurations');
});

describe('refused', () => {
  const passed = InterceptorHeaders.passed({ reason: 'The token is verified once more' });
  const errorOf = (props: ConstructorParameters<typeof GatewayApp>[1], withAgent = true) => {
    const shop = new GatewayApp('shop', props);
    const tool = shop.addTool('look-up', { input: schema({ id: { type: 'string' } }, ['id']) });
    if (withAgent) tool.permit(shop.gateway.addAgent('robot'));
    return shop.synthError();
  };

  test.each<[string, ConstructorParameters<typeof GatewayApp>[1], RegExp]>([
    [
      'two at one point',
      { interceptors: [Interceptor.request(), Interceptor.request()] },
      /second one for REQUEST.*\[INTERCEPTOR_DUPLICATE\]/,
    ],
    [
      'to verify a token without headers',
      { interceptors: [Interceptor.request({ verifyCaller: true })] },
      /verifyCaller needs the caller's token.*\[INTERCEPTOR_OPTION\]/,
    ],
    [
      'to filter without headers',
      { interceptors: [Interceptor.response({ filterSearch: true })] },
      /filterSearch needs the caller's token.*\[INTERCEPTOR_OPTION\]/,
    ],
    [
      'to filter with one call at a time, which the filter itself takes',
      {
        interceptors: [
          Interceptor.response({ filterSearch: true, headers: passed, concurrency: ToolConcurrency.reserved(1) }),
        ],
      },
      /filterSearch needs two concurrent calls.*\[INTERCEPTOR_OPTION\]/,
    ],
    [
      'headers without a reason',
      { interceptors: [Interceptor.request({ headers: InterceptorHeaders.passed({ reason: ' ' }) })] },
      /InterceptorHeaders\.passed needs a reason.*\[REASON_MISSING\]/,
    ],
    [
      'a file that is not there',
      { interceptors: [Interceptor.request({ entry: 'nowhere.ts' })] },
      /nowhere\.ts.*\[HANDLER_NOT_FOUND\]/,
    ],
    [
      'code that goes without the helper',
      { interceptors: [Interceptor.request({ entry: 'test/fixtures/tools/helped.ts' })] },
      /is not the result of defineRequestInterceptor.*\[INTERCEPTOR_OPTION\]/,
    ],
    [
      'code for the other point',
      { interceptors: [Interceptor.response({ entry: 'test/fixtures/interceptors/never-answers.ts' })] },
      /is not the result of defineResponseInterceptor.*\[INTERCEPTOR_OPTION\]/,
    ],
    [
      'a step that calls what its role does not allow',
      { interceptors: [Interceptor.request({ entry: 'test/fixtures/interceptors/reads-a-bucket.ts' })] },
      /needs s3:GetObject.*\[ACCESS_MISSING\]/,
    ],
    [
      'a search without a filter',
      { mcp: { search: SearchTool.filtered() } },
      /every caller all tools.*\[SEARCH_UNFILTERED\]/,
    ],
    [
      'a search with an interceptor that does not filter',
      { mcp: { search: SearchTool.filtered() }, interceptors: [Interceptor.response({ headers: passed })] },
      /\[SEARCH_UNFILTERED\]/,
    ],
    [
      'an unfiltered search without a reason',
      { mcp: { search: SearchTool.unfiltered({ reason: '' }) } },
      /SearchTool\.unfiltered needs a reason.*\[REASON_MISSING\]/,
    ],
  ])('%s', (_what, props, message) => {
    expect(errorOf(props)).toMatch(message);
  });

  test('the twins: to filter with two calls at a time, or without a cap', () => {
    const filtering = (concurrency: ToolConcurrency) => ({
      interceptors: [Interceptor.response({ filterSearch: true, headers: passed, concurrency })],
    });

    for (const each of [ToolConcurrency.reserved(2), ToolConcurrency.unreserved('a test')]) {
      expect(() => errorOf(filtering(each))).toThrow('was expected to fail and did not');
    }
  });

  test('to verify tokens where callers sign', () => {
    const interceptors = [Interceptor.request({ verifyCaller: true, headers: passed })];

    expect(errorOf({ inbound: Inbound.iam(), interceptors }, false)).toMatch(
      /callers have none.*\[INTERCEPTOR_OPTION\]/,
    );
  });
});
