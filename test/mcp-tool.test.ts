import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Caller, FourLayerChecks, Inbound, OpenApiDocument, Outbound, Target, ToolArgument } from 'cdk-secure-mcp';
import { GatewayApp, schema } from './support/gateway-app';

const AMOUNT = schema({ id: { type: 'string' }, amount: { type: 'integer' } }, ['id', 'amount']);

interface PolicyResource {
  readonly DependsOn: string[];
  readonly Properties: { Name: string; Definition: { Cedar: { Statement: { 'Fn::Join': [string, unknown[]] } } } };
}

function policiesOf(app: GatewayApp, part: string): [string, PolicyResource][] {
  const all = app.template().findResources('AWS::BedrockAgentCore::Policy') as Record<string, PolicyResource>;
  return Object.entries(all).filter(([id]) => id.includes(part));
}

const textOf = ({ Properties }: PolicyResource) => JSON.stringify(Properties.Definition.Cedar.Statement);

describe('a forbid', () => {
  const app = new GatewayApp();
  const [robot, other] = [app.gateway.addAgent('robot'), app.gateway.addAgent('other')];
  const refund = app.addTool('refund', { input: AMOUNT });
  const lookup = app.addTool('lookup');
  refund.permit(robot);
  refund.forbidUnless({ when: [refund.arg('amount').atMost(500)] });
  lookup.permit(other);
  lookup.forbidUnless({ caller: Caller.anyOf(robot, other) });
  const [forbidId, forbid] = policiesOf(app, 'refundForbid')[0]!;

  test('is a policy of its own, with a guard for each argument, also for a required one', () => {
    expect(textOf(forbid)).toContain(
      'unless {\\n  (context.input has amount && context.input.amount >= 0 && context.input.amount <= 500)\\n};',
    );
    expect(forbid.Properties.Name).not.toBe(policiesOf(app, 'refundPolicy')[0]![1].Properties.Name);
  });

  test('comes after the permit of the tool, which does not wait for it', () => {
    const [permitId, permit] = policiesOf(app, 'refundPolicy')[0]!;

    expect(forbid.DependsOn).toContain(permitId);
    expect(permit.DependsOn).not.toContain(forbidId);
  });

  test('that leaves an agent out gives the agent neither permit nor scope', () => {
    app.template().hasResourceProperties('AWS::Cognito::UserPoolClient', {
      ClientName: 'robot',
      AllowedOAuthScopes: ['shop/refund'],
    });
  });

  test('passes the rules of the layer', () => {
    const { violations } = new FourLayerChecks().validateScope(app.app);

    expect(violations.map(({ ruleName }) => ruleName).filter((name) => name.includes('-AZ'))).toEqual([]);
  });

  test('is not there for a tool without one', () => {
    expect(policiesOf(app, 'Forbid').map(([id]) => id.replace(/^Gateway|Forbid.*$/g, ''))).toEqual([
      'refund',
      'lookup',
    ]);
  });
});

test('a forbid that nobody can meet, of an argument that is not there, of callers who cannot come in, and an idle agent', () => {
  const app = new GatewayApp();
  const [robot, idle] = [app.gateway.addAgent('robot'), app.gateway.addAgent('idle')];
  const role = new Role(app.stack, 'R', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  const tool = app.addTool('refund', { input: AMOUNT });
  tool.permit(robot);
  tool.forbidUnless({});
  tool.forbidUnless({ when: [ToolArgument.named('amuont').atMost(1)] });
  tool.forbidUnless({ caller: Caller.iamRole(role) });
  tool.forbidUnless({ caller: idle });
  const error = app.synthError();

  expect(error).toContain("tool 'refund' is forbidden to everybody");
  expect(error).toContain("Did you mean 'amount'? [TOOL_ARGUMENT_UNKNOWN]");
  expect(error).toContain("tool 'refund' is forbidden to all but IAM role Shop/R, who cannot come in at this gateway");
  expect(error).toContain('agent "idle" may call no tool');
});

test('on a gateway for IAM principals a forbid without caller is about them', () => {
  const app = new GatewayApp('shop', { inbound: Inbound.iam() });
  const tool = app.addTool('refund', { input: AMOUNT });
  tool.permit(Caller.iamRole(new Role(app.stack, 'R', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') })));
  tool.forbidUnless({ when: [tool.arg('amount').atMost(500)] });

  expect(textOf(policiesOf(app, 'refundForbid')[0]![1])).toContain('principal is AgentCore::IamEntity');
});

describe('several tools at once', () => {
  const operation = (operationId: string) => ({
    operationId,
    summary: 'Lists them',
    parameters: [],
    responses: { 200: { description: 'ok' } },
  });
  const document = {
    openapi: '3.0.3',
    info: { title: 'crm', version: '1' },
    servers: [{ url: 'https://crm.example.com' }],
    paths: { '/a': { get: operation('listA') }, '/b': { get: operation('listB') } },
  };
  const app = new GatewayApp();
  const [robot, clerk] = [app.gateway.addAgent('robot'), app.gateway.addAgent('clerk')];
  const tools = [app.addTool('refund', { input: AMOUNT }), app.addTool('lookup')];
  const crm = app.gateway.addTarget(
    'crm',
    Target.openApi({
      document: OpenApiDocument.fromText(JSON.stringify(document)),
      outbound: Outbound.unauthenticated({ reason: 'a public catalogue of the city' }),
    }),
  );
  app.gateway.permit(clerk, tools, { when: [ToolArgument.named('id').equalTo('a')] });
  crm.permitAll(robot);

  test.each([
    ['refundPolicy', 'shop/refund', 'context.input.id == \\"a\\"'],
    ['lookupPolicy', 'shop/lookup', 'context.input.id == \\"a\\"'],
    ['listAPolicy', 'shop/crm.listA', 'crm___listA'],
    ['listBPolicy', 'shop/crm.listB', 'crm___listB'],
  ])('%s is a permit of its own, with the scope of its tool', (part, scope, text) => {
    const [[, policy] = [], ...others] = policiesOf(app, part);

    expect(others).toEqual([]);
    expect(textOf(policy!)).toContain(`like \\"${scope} *\\"`);
    expect(textOf(policy!)).toContain(text);
  });
});
