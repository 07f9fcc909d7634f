import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import {
  ApiKeyProvider,
  CallbackUrl,
  ClientAuthentication,
  FourLayerChecks,
  Inbound,
  Interceptor,
  McpToolList,
  OAuth2Discovery,
  OAuth2Provider,
  OnBehalfOf,
  OpenApiDocument,
  Outbound,
  ProviderSecret,
  SecretRotation,
  SecureMcpGateway,
  Target,
  ToolRisk,
} from 'cdk-secure-mcp';

/** Four APIs behind one gateway, each called with a credential of its own. None of them is in the template. */
export function build(app: App): Stack {
  const stack = new Stack(app, 'Assistants');
  const file = (name: string) => join(__dirname, 'apis', name);
  const signingKey = (id: string) =>
    new Key(stack, id, {
      description: `Signs the client assertions of ${id}`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
    });
  const gateway = new SecureMcpGateway(stack, 'Gateway', {
    gatewayName: 'assistants',
    inbound: Inbound.cognito(),
    // Lengths and patterns of arguments, for APIs whose code is not ours.
    interceptors: [Interceptor.request()],
  });

  // begin: oauth2
  const crmLogin = OAuth2Provider.custom(stack, 'CrmLogin', {
    providerName: 'crm-login',
    discovery: OAuth2Discovery.url('https://login.crm.example/.well-known/openid-configuration'),
    client: ClientAuthentication.privateKeyJwt({ clientId: 'mcp-gateway', key: signingKey('CrmLoginKey') }),
  });
  const crm = gateway.addTarget(
    'crm',
    Target.openApi({
      document: OpenApiDocument.fromFile(file('crm.openapi.yaml')),
      operations: ['getCustomer', 'findCustomers'],
      outbound: Outbound.clientCredentials(crmLogin, { scopes: ['customers.read'] }),
    }),
  );
  // end: oauth2

  const weatherKey = new ProviderSecret(stack, 'WeatherKey', {
    rotation: SecretRotation.manual({ reason: 'The vendor issues keys in its console only' }),
  });
  Validations.of(weatherKey).acknowledge({
    id: 'SecureMcp::SecureMcp-OUT13',
    reason: 'The vendor issues keys in its console only, owner platform-team, expires 2036-12-31',
  });
  const weatherLogin = new ApiKeyProvider(stack, 'WeatherLogin', {
    providerName: 'weather-login',
    apiKey: weatherKey.reference,
  });
  const weather = gateway.addTarget(
    'weather',
    Target.openApi({
      document: OpenApiDocument.fromFile(file('weather.openapi.json')),
      outbound: Outbound.apiKey(weatherLogin),
    }),
  );

  const handbookLogin = OAuth2Provider.custom(stack, 'HandbookLogin', {
    providerName: 'handbook-login',
    discovery: OAuth2Discovery.metadata({
      issuer: 'https://login.handbook.example',
      authorizationEndpoint: 'https://login.handbook.example/authorize',
      tokenEndpoint: 'https://login.handbook.example/token',
    }),
    client: ClientAuthentication.privateKeyJwt({ clientId: 'mcp-gateway', key: signingKey('HandbookLoginKey') }),
  });
  const handbook = gateway.addTarget(
    'handbook',
    Target.mcpServer({
      endpoint: 'https://mcp.handbook.example/mcp',
      tools: McpToolList.fromFile(file('handbook.tools.json')),
      outbound: Outbound.clientCredentials(handbookLogin, { scopes: ['pages.read'] }),
      risks: { search_handbook: ToolRisk.READ, read_page: ToolRisk.READ },
    }),
  );

  // begin: on-behalf-of
  const corporateLogin = OAuth2Provider.custom(stack, 'CorporateLogin', {
    providerName: 'corporate-login',
    discovery: OAuth2Discovery.url('https://login.corp.example/.well-known/openid-configuration'),
    client: ClientAuthentication.privateKeyJwt({ clientId: 'mcp-gateway', key: signingKey('CorporateLoginKey') }),
    onBehalfOf: OnBehalfOf.tokenExchange(),
  });
  const expenses = gateway.addTarget(
    'expenses',
    Target.openApi({
      document: OpenApiDocument.fromFile(file('expenses.openapi.yaml')),
      outbound: Outbound.tokenExchange(corporateLogin, { scopes: ['reports.write'] }),
    }),
  );
  // end: on-behalf-of

  const service = gateway.addAgent('service-desk');
  crm.tool('getCustomer').permit(service);
  crm.tool('findCustomers').permit(service, { when: [crm.tool('findCustomers').arg('segment').equalTo('business')] });
  for (const tool of [...weather.tools, ...handbook.tools]) tool.permit(service);

  const people = gateway.addInteractiveAgent('assistant', {
    callbackUrls: [CallbackUrl.https('https://assistant.corp.example/oauth/callback')],
  });
  const submit = expenses.tool('submitReport');
  expenses.tool('listReports').permit(people);
  submit.permit(people, { when: [submit.arg('amount').between(0.01, 1000)] });

  Validations.of(app).addPlugins(new FourLayerChecks(app));
  return stack;
}

if (require.main === module) {
  const app = new App();
  build(app);
  app.synth();
}
