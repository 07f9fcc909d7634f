import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  ClientAuthentication,
  Inbound,
  McpToolList,
  OAuth2Discovery,
  OAuth2Provider,
  OpenApiDocument,
  Outbound,
  PrivateEndpoint,
  type RemoteTarget,
  SecureMcpGateway,
  SmithyModel,
  Target,
  ToolRisk,
} from 'cdk-secure-mcp';
import { stringify } from 'yaml';
import { GatewayApp } from '../support/gateway-app';
import {
  apiKey,
  CREDENTIALS,
  docs,
  INVENTORY,
  oauth2,
  orders,
  TARGETS,
  TICKETS,
  tickets,
} from '../support/remote-targets';

const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';
const POLICY = 'AWS::BedrockAgentCore::Policy';

function withTarget(make: (shop: GatewayApp) => Target, name = 'vendor') {
  const shop = new GatewayApp();
  const target = shop.gateway.addTarget(name, make(shop));
  return { shop, target };
}

function permitted(make: (shop: GatewayApp) => Target, name?: string): GatewayApp {
  const { shop, target } = withTarget(make, name);
  permitAll(shop, target);
  return shop;
}

function permitAll(shop: GatewayApp, target: RemoteTarget): void {
  const agent = shop.gateway.addAgent('robot');
  for (const tool of target.tools) tool.permit(agent);
}

const openApi =
  (options: Partial<Parameters<typeof Target.openApi>[0]> = {}) =>
  (shop: GatewayApp) =>
    Target.openApi({ document: tickets(), outbound: Outbound.apiKey(apiKey(shop.stack)), ...options });
const mcpServer =
  (options: Partial<Parameters<typeof Target.mcpServer>[0]> = {}) =>
  (shop: GatewayApp) =>
    Target.mcpServer({
      endpoint: 'https://mcp.vendor.example/mcp',
      tools: docs(),
      outbound: Outbound.apiKey(apiKey(shop.stack)),
      ...options,
    });

describe('tools of a target are tools', () => {
  test('a permit is about arguments of the operation, and validated against its schema', () => {
    const { shop, target } = withTarget(openApi());
    const agent = shop.gateway.addAgent('robot');
    const create = target.tool('createTicket');
    target.tool('getTicket').permit(agent);
    create.permit(agent, { when: [create.arg('title').startsWith('Bug')] });

    const [get, post] = Object.values(shop.template().findResources(POLICY)).map((policy) =>
      JSON.stringify(policy.Properties.Definition.Cedar.Statement),
    );
    expect(get).toContain('vendor___getTicket');
    expect(post).toContain('vendor___createTicket');
    expect(post).toContain('context.input.title like');
    // what the document demands, as far as Cedar can say it
    expect(post).toMatch(/low.*high.*contains\(context\.input\.priority\)/);
    expect(post).toContain('context.input.points <= 10');
  });

  test.each([
    ['an argument that is not there', 'titel', 'TOOL_ARGUMENT_UNKNOWN'],
    ['an argument of another type', 'points', 'CONDITION_TYPE'],
  ])('a condition on %s fails', (_name, argument, code) => {
    const { shop, target } = withTarget(openApi({ operations: ['createTicket'] }));
    const tool = target.tool('createTicket');
    tool.permit(shop.gateway.addAgent('robot'), { when: [tool.arg(argument).equalTo('x')] });

    expect(shop.synthError()).toContain(`[${code}]`);
  });

  test('an operation without permit fails: it has to be left out', () => {
    const { shop, target } = withTarget(openApi());
    target.tool('getTicket').permit(shop.gateway.addAgent('robot'));

    expect(shop.synthError()).toMatch(/tool 'createTicket' has no permit.*\[TOOL_UNREACHABLE\]/);
  });

  test('a tool that the target does not have is reported with all else that is wrong', () => {
    const { shop, target } = withTarget(openApi());
    const agent = shop.gateway.addAgent('robot');
    const missing = target.tool('getTickets');
    missing.permit(agent, { when: [missing.arg('id').equalTo('x')] });
    target.tool('getTicket').permit(agent);

    const error = shop.synthError();
    expect(error).toMatch(/"getTickets".*Did you mean "getTicket".*\[TARGET_TOOL_UNKNOWN\]/);
    expect(error).toContain("tool 'createTicket' has no permit");
  });

  test('a document that cannot be read is the one problem, not also every tool of it', () => {
    const { shop, target } = withTarget(openApi({ document: OpenApiDocument.fromText('openapi: [') }));
    target.tool('getTicket').permit(shop.gateway.addAgent('robot'));

    const error = shop.synthError();
    expect(error).toContain('[OPENAPI_INVALID]');
    expect(error).not.toContain('[TARGET_TOOL_UNKNOWN]');
  });

  test('each has a scope of its own, and the agent has the scopes of its permits', () => {
    const { shop, target } = withTarget(openApi());
    target.tool('getTicket').permit(shop.gateway.addAgent('reader'));
    target.tool('createTicket').permit(shop.gateway.addAgent('writer'));

    shop.template().hasResourceProperties('AWS::Cognito::UserPoolClient', {
      ClientName: 'reader',
      AllowedOAuthScopes: ['shop/vendor.getTicket'],
    });
  });

  test('policies wait for the target, the target for the role', () => {
    const template = permitted(openApi()).template();
    const [targetId, target] = Object.entries(template.findResources(TARGET))[0]!;

    expect(target.DependsOn).toContainEqual(expect.stringContaining('GatewayOutboundPolicy'));
    for (const policy of Object.values(template.findResources(POLICY))) expect(policy.DependsOn).toContain(targetId);
  });

  test('risk is kept where rules find it', () => {
    permitted(openApi({ risks: { createTicket: ToolRisk.DESTRUCTIVE } }))
      .template()
      .hasResource(TARGET, {
        Metadata: {
          'cdk-secure-mcp': { tools: { getTicket: { risk: 'READ' }, createTicket: { risk: 'DESTRUCTIVE' } } },
        },
      });
  });

  test('a risk of an unknown tool', () => {
    expect(permitted(openApi({ risks: { nope: ToolRisk.READ } })).synthError()).toContain('[TARGET_TOOL_UNKNOWN]');
  });

  test.each([
    ['vendor_api', 'a target name is letters'],
    ['a-name-that-is-so-long-that-no-model-takes-it-with-the-name-of-a-tool', 'model APIs take 64'],
  ])('the name %s', (name, message) => {
    const error = permitted(openApi(), name).synthError();

    expect(error).toContain(message);
    expect(error).toContain('[TARGET_NAME]');
  });

  test('a target and a tool of one name', () => {
    const { shop, target } = withTarget(openApi(), 'lookup');
    permitAll(shop, target);
    shop.addTool('lookup');

    expect(shop.synthError()).toContain('[TOOL_DUPLICATE]');
  });
});

describe('OpenAPI', () => {
  test('YAML and JSON give the same template', () => {
    const yaml = permitted(openApi({ document: OpenApiDocument.fromText(stringify(TICKETS)) }));

    expect(yaml.template().toJSON()).toEqual(permitted(openApi()).template().toJSON());
  });

  test('a file is read; one that is missing or broken is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
    writeFileSync(join(folder, 'good.yaml'), stringify(TICKETS));
    writeFileSync(join(folder, 'bad.yaml'), 'openapi: [3.0.0\npaths: {');
    const withFile = (name: string) => permitted(openApi({ document: OpenApiDocument.fromFile(join(folder, name)) }));

    expect(() => withFile('good.yaml').app.synth()).not.toThrow();
    expect(withFile('bad.yaml').synthError()).toMatch(/cannot be read from .*bad\.yaml.*\[OPENAPI_INVALID\]/);
    expect(withFile('none.yaml').synthError()).toMatch(/cannot be read from .*none\.yaml.*\[OPENAPI_INVALID\]/);
  });

  test('a problem says where it is in the file and which target has it', () => {
    const document = structuredClone(TICKETS);
    Object.assign(document.paths['/tickets/{id}'].get, { operationId: 'get ticket' });

    expect(permitted(openApi({ document: tickets(document) })).synthError()).toContain(
      '(at inline document#GET /tickets/{id}, Shop/Gateway/vendor)',
    );
  });

  test('a large document becomes an asset whose owner and key are fixed, and the role reads that object', () => {
    const document = structuredClone(TICKETS) as { paths: Record<string, unknown> };
    for (let i = 0; i < 40; i++) {
      document.paths[`/more-${i}`] = { get: { operationId: `more${i}`, summary: 'x'.repeat(3000) } };
    }
    const shop = permitted(openApi({ document: tickets(document) }));
    shop.template().hasResourceProperties(TARGET, {
      TargetConfiguration: {
        Mcp: {
          OpenApiSchema: {
            InlinePayload: Match.absent(),
            S3: { BucketOwnerAccountId: { Ref: 'AWS::AccountId' }, Uri: Match.anyValue() },
          },
        },
      },
    });
    const policies = JSON.stringify(shop.template().findResources('AWS::IAM::Policy'));
    expect(policies).toMatch(/"Action":"s3:GetObject".{0,300}[0-9a-f]{64}\.json/);
  });

  test('an internal host needs a private endpoint', () => {
    const document = structuredClone(TICKETS);
    document.servers[0]!.url = 'https://tickets.internal/v1';
    const privateEndpoint = PrivateEndpoint.resourceConfiguration('rcfg-0123456789abcdef0');

    expect(permitted(openApi({ document: tickets(document) })).synthError()).toContain('[ENDPOINT_UNSAFE]');
    permitted(openApi({ document: tickets(document), privateEndpoint }))
      .template()
      .hasResourceProperties(TARGET, {
        PrivateEndpoint: {
          SelfManagedLatticeResource: { ResourceConfigurationIdentifier: 'rcfg-0123456789abcdef0' },
        },
      });
  });

  test('a private endpoint says what it may reach', () => {
    const { stack } = new GatewayApp('elsewhere');
    const vpc = Vpc.fromVpcAttributes(stack, 'Known', {
      vpcId: 'vpc-1',
      availabilityZones: ['a'],
      privateSubnetIds: ['subnet-1'],
    });
    const privateEndpoint = PrivateEndpoint.managedVpc({ vpc, securityGroups: [] });

    expect(permitted(openApi({ document: tickets(), privateEndpoint })).synthError()).toContain('[PRIVATE_ENDPOINT]');
  });

  test('a header is either an argument or the place of the credential', () => {
    const document = structuredClone(TICKETS);
    document.paths['/tickets/{id}'].get.parameters.push({
      name: 'X-Api-Key',
      in: 'header',
      required: false,
      schema: { type: 'string' },
    });
    const other = (shop: GatewayApp) => Outbound.apiKey(apiKey(shop.stack, 'OtherKey'), { header: 'X-Vendor-Key' });

    expect(permitted(openApi({ document: tickets(document) })).synthError()).toContain('the place of the credential');
    const shop = permitted((each) => openApi({ document: tickets(document), outbound: other(each) })(each));
    expect(() => shop.app.synth()).not.toThrow();
  });

  test('propagation is rendered, and kept from the header of the credential', () => {
    permitted(openApi({ propagation: { requestHeaders: ['X-Correlation-Id'] } }))
      .template()
      .hasResourceProperties(TARGET, { MetadataConfiguration: { AllowedRequestHeaders: ['X-Correlation-Id'] } });
    expect(permitted(openApi({ propagation: { requestHeaders: ['x-api-key'] } })).synthError()).toContain(
      '[PROPAGATION_DENIED]',
    );
  });
});

describe('MCP server', () => {
  test('the reviewed list is pinned', () => {
    const [target] = Object.values(permitted(mcpServer()).template().findResources(TARGET));
    const { McpServer } = target!.Properties.TargetConfiguration.Mcp;

    expect(McpServer.ListingMode).toBe('DEFAULT');
    expect(JSON.parse(McpServer.McpToolSchema.InlinePayload).tools).toEqual([
      expect.objectContaining({ name: 'search_docs' }),
    ]);
  });

  test('a live list needs a reason, which stands in the template', () => {
    const live = (reason: string) => permitted(mcpServer({ tools: McpToolList.dynamic({ expected: docs(), reason }) }));

    expect(live(' ').synthError()).toContain('[REASON_MISSING]');
    live('The vendor adds tools every week')
      .template()
      .hasResource(TARGET, {
        Properties: {
          TargetConfiguration: { Mcp: { McpServer: { ListingMode: 'DYNAMIC', McpToolSchema: Match.absent() } } },
        },
        Metadata: {
          'cdk-secure-mcp': { weakening: 'McpToolList.dynamic', reason: 'The vendor adds tools every week' },
        },
      });
  });

  test.each([
    'http://mcp.vendor.example/mcp',
    'https://10.0.0.7/mcp',
    'https://mcp.corp/mcp',
    'https://{x}.example/mcp',
  ])('the endpoint %s', (endpoint) => {
    expect(permitted(mcpServer({ endpoint })).synthError()).toContain('[ENDPOINT_UNSAFE]');
  });

  test('an endpoint that is known only when deployed cannot be judged', () => {
    const make = (shop: GatewayApp) => mcpServer({ endpoint: shop.table.tableArn })(shop);

    expect(permitted(make).synthError()).toMatch(/must be known at synthesis.*\[ENDPOINT_UNSAFE\]/);
  });

  test('no credential needs a reason, which stands in the template', () => {
    const nobody = (reason: string) => permitted(mcpServer({ outbound: Outbound.unauthenticated({ reason }) }));

    expect(nobody('').synthError()).toContain('[REASON_MISSING]');
    nobody('The handbook is public anyway')
      .template()
      .hasResource(TARGET, {
        Properties: { CredentialProviderConfigurations: Match.absent() },
        Metadata: { 'cdk-secure-mcp': { weakening: 'Outbound.unauthenticated' } },
      });
  });
});

describe('API Gateway', () => {
  const api = (operations: Parameters<typeof Target.apiGateway>[0]['operations']) =>
    permitted((shop) => Target.apiGateway({ ...orders(shop.stack), operations, outbound: Outbound.gatewayRole() }));
  const LIST = { name: 'listOrders', description: 'List orders', method: 'GET', path: '/orders' };

  test('named operations are the filter, each with its name', () => {
    api([LIST, { ...LIST, name: 'getOrder', path: '/orders/{id}' }])
      .template()
      .hasResourceProperties(TARGET, {
        TargetConfiguration: {
          Mcp: {
            ApiGateway: {
              RestApiId: 'abcde12345',
              Stage: 'prod',
              ApiGatewayToolConfiguration: {
                ToolFilters: [
                  { FilterPath: '/orders', Methods: ['GET'] },
                  { FilterPath: '/orders/{id}', Methods: ['GET'] },
                ],
                ToolOverrides: [
                  { Name: 'listOrders', Description: 'List orders', Path: '/orders', Method: 'GET' },
                  { Name: 'getOrder', Description: 'List orders', Path: '/orders/{id}', Method: 'GET' },
                ],
              },
            },
          },
        },
      });
  });

  test.each([
    ['a wildcard', { ...LIST, path: '/orders/*' }, 'a path names one resource'],
    ['a proxy', { ...LIST, path: '/{proxy+}' }, 'a path names one resource'],
    ['any method', { ...LIST, method: 'ANY' }, 'a method is one of'],
    ['no description', { ...LIST, description: ' ' }, 'has no description'],
    ['a name that is no tool name', { ...LIST, name: 'list orders' }, 'a tool name is letters'],
  ])('%s', (_name, operation, message) => {
    expect(api([operation]).synthError()).toContain(message);
  });

  test('nothing', () => {
    expect(api([]).synthError()).toContain('exposes at least one operation');
  });
});

describe('Smithy', () => {
  const smithy = (options: Partial<Parameters<typeof Target.smithy>[0]>) =>
    permitted(() =>
      Target.smithy({
        model: SmithyModel.fromJson(JSON.stringify(INVENTORY)),
        operations: ['GetPart'],
        resources: { GetPart: ['arn:aws:inventory:us-east-1:111122223333:part/all'] },
        outbound: Outbound.gatewayRole(),
        ...options,
      }),
    );

  test.each([
    ['none', {}],
    ['all', { GetPart: ['*'] }],
    ['a pattern', { GetPart: ['arn:aws:inventory:us-east-1:111122223333:part/*'] }],
  ])('the role gets an operation on named resources, not on %s', (_name, resources) => {
    expect(smithy({ resources }).synthError()).toContain('[OUTBOUND_RESOURCE]');
  });

  test('an unknown operation', () => {
    expect(smithy({ operations: ['GetParts'] }).synthError()).toMatch(/Did you mean "GetPart".*\[SMITHY_INVALID\]/);
  });

  test('the model is in the template', () => {
    smithy({})
      .template()
      .hasResourceProperties(TARGET, {
        TargetConfiguration: { Mcp: { SmithyModel: { InlinePayload: Match.stringLikeRegexp('GetPartInput') } } },
      });
  });
});

describe('federation', () => {
  test('another gateway and a runtime are called with a signature for AgentCore', () => {
    const gateway = permitted(() => Target.agentCoreGateway({ gatewayId: 'partner-abcdefghij', tools: docs() }));
    const runtime = permitted(() =>
      Target.agentCoreRuntime({ runtimeId: 'docs-abcdefghij', region: 'eu-west-1', tools: docs() }),
    );
    const [a] = Object.values(gateway.template().findResources(TARGET));
    const [b] = Object.values(runtime.template().findResources(TARGET));

    expect(JSON.stringify(a!.Properties)).toMatch(/partner-abcdefghij\.gateway\.bedrock-agentcore\./);
    expect(a!.Properties.CredentialProviderConfigurations).toEqual([
      {
        CredentialProviderType: 'GATEWAY_IAM_ROLE',
        CredentialProvider: { IamCredentialProvider: { Service: 'bedrock-agentcore' } },
      },
    ]);
    expect(JSON.stringify(b!.Properties)).toMatch(
      /bedrock-agentcore\.eu-west-1\..*runtime%2Fdocs-abcdefghij\/invocations/,
    );
  });

  test('an id is no part of another host or resource', () => {
    const shop = permitted(() => Target.agentCoreGateway({ gatewayId: 'evil.example/?x=', tools: docs() }));

    expect(shop.synthError()).toContain('[OUTBOUND_RESOURCE]');
  });
});

describe('acting for a user', () => {
  test.each(['tokenExchange', 'authorizationCode'])('%s needs callers with tokens', (credential) => {
    const signed = new GatewayApp();
    const gateway = new SecureMcpGateway(signed.stack, 'Signed', { gatewayName: 'signed', inbound: Inbound.iam() });
    gateway.addTarget('vendor', TARGETS.OpenAPI!(signed.stack, CREDENTIALS[credential]!(signed.stack)));

    expect(signed.synthError()).toMatch(/callers of this gateway have none.*\[OUTBOUND_COMBINATION\]/);
  });

  test('token exchange needs a provider that exchanges', () => {
    const shop = permitted((each) =>
      openApi({ outbound: Outbound.tokenExchange(oauth2(each.stack), { scopes: ['a'] }) })(each),
    );

    expect(shop.synthError()).toMatch(/needs a provider that exchanges tokens.*\[OUTBOUND_COMBINATION\]/);
  });

  const consentTo = (clientId?: string) =>
    permitted((each) => {
      const provider = OAuth2Provider.custom(each.stack, 'Login', {
        discovery: OAuth2Discovery.url('https://login.vendor.example/.well-known/openid-configuration'),
        client: ClientAuthentication.awsIdentityToken({ audience: 'https://login.vendor.example', clientId }),
      });
      const options = { scopes: ['a'], returnUrl: 'https://app.example.com/return' };
      return openApi({ outbound: Outbound.authorizationCode(provider, options) })(each);
    });

  test('consent is to a client, so the authorization code needs its id', () => {
    expect(consentTo().synthError()).toMatch(
      /has no client id, got "Login"\. Pass clientId .*\[OUTBOUND_COMBINATION\] \(at Shop\/Gateway\/vendor/,
    );
    expect(() => consentTo('gateway').app.synth()).not.toThrow();
  });
});
