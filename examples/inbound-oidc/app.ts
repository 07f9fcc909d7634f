import { join } from 'node:path';
import { App, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import {
  Access,
  Caller,
  FourLayerChecks,
  Inbound,
  InboundClaim,
  IssuerScopes,
  RateLimitDimension,
  SecureMcpGateway,
  ToolHandler,
  ToolRisk,
  ToolSchema,
} from 'cdk-secure-mcp';

/** What a tool is made of: its description, tools/<name>.schema.json and tools/<name>.ts. */
function tool(name: string, description: string) {
  const file = join(__dirname, 'tools', name);
  return {
    description,
    input: ToolSchema.fromFile(`${file}.schema.json`),
    handler: ToolHandler.fromEntry(`${file}.ts`),
  };
}

/**
 * Incidents, for people and a chat assistant whose tokens come from an Auth0 tenant. Replace issuer, audience and client
 * ids with yours; docs/inbound.md has the same for Okta, Entra ID, Keycloak and Google.
 */
export function build(app: App): Stack {
  const stack = new Stack(app, 'Incidents');
  const incidents = new Table(stack, 'Incidents', {
    partitionKey: { name: 'incidentId', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });

  // begin: docs
  const gateway = new SecureMcpGateway(stack, 'Gateway', {
    gatewayName: 'incidents',
    inbound: Inbound.oidc({
      issuer: 'https://example.eu.auth0.com/',
      audience: ['https://mcp.example.com/incidents'], // the identifier of the API at Auth0
      clientClaim: 'azp',
      scopes: IssuerScopes.perTool(), // the permissions of that API: incident-get, incident-close
      claims: [InboundClaim.equalTo('org_id', 'org_ExampleCorp')],
    }),
  });

  const table = Access.table(incidents);
  const get = gateway.addTool('incident-get', {
    ...tool('incident-get', 'Read one incident by its id'),
    access: { INCIDENTS: table.get() },
  });
  const close = gateway.addTool('incident-close', {
    ...tool('incident-close', 'Close one incident for good, with a resolution'),
    risk: ToolRisk.DESTRUCTIVE,
    access: { INCIDENTS: table.update() },
  });

  const assistant = gateway.addExternalAgent('assistant', { clientId: 'Aa11Bb22Cc33Dd44Ee55Ff66Gg77Hh88' });
  const responders = Caller.role('https://example.com/roles', 'responder');
  get.permit(assistant); // everyone who logs in to the assistant
  close.permit(Caller.allOf(assistant, responders), {
    when: [close.arg('resolution').oneOf(['fixed', 'duplicate', 'false-alarm'])],
  });
  gateway.addRateLimit({
    by: [RateLimitDimension.tool('incident-close'), RateLimitDimension.caller()],
    callsPerMinute: 5,
  });
  // end: docs

  Validations.of(app).addPlugins(new FourLayerChecks(app));
  return stack;
}

if (require.main === module) {
  const app = new App();
  build(app);
  app.synth();
}
