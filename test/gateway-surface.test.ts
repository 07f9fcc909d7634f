import { Duration, Size } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { InterfaceVpcEndpoint, type IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  Caller,
  FourLayerChecks,
  GatewayEncryption,
  GatewayWaf,
  Inbound,
  IssuerScopes,
  McpVersion,
  OpenApiDocument,
  RateLimitDimension,
  type SecureMcpGatewayProps,
  Target,
} from 'cdk-secure-mcp';
import { GatewayApp } from './support/gateway-app';
import { CREDENTIALS, TARGETS } from './support/remote-targets';

const REASON = 'reviewed by the platform team on 2026-11-02';

type PropsOf = ConstructorParameters<typeof GatewayApp>[1];

function shop(props: PropsOf = {}): GatewayApp {
  const app = new GatewayApp('shop', props);
  app.addTool('lookup').permit(app.gateway.addAgent('robot'));
  return app;
}

function iamShop(props: PropsOf = {}): GatewayApp {
  const app = new GatewayApp('shop', (stack) => ({
    inbound: Inbound.iam(),
    ...(typeof props === 'function' ? props(stack) : props),
  }));
  const role = new Role(app.stack, 'Robot', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  app.addTool('lookup').permit(Caller.iamRole(role));
  return app;
}

const gatewayOf = (template: Template) => Object.values(template.findResources('AWS::BedrockAgentCore::Gateway'))[0]!;

describe('MCP', () => {
  test('by default there are the revisions without batches, no session, no streaming, no debug texts', () => {
    const { Properties } = gatewayOf(shop().template());

    expect(Properties.ProtocolConfiguration).toEqual({
      Mcp: { SupportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18'] },
    });
    expect(Properties).not.toHaveProperty('ExceptionLevel');
  });

  test('sessions, streaming and fewer revisions are rendered', () => {
    const mcp = { versions: [McpVersion.V2025_11_25], sessionTimeout: Duration.minutes(15), responseStreaming: true };

    expect(gatewayOf(shop({ mcp }).template()).Properties.ProtocolConfiguration.Mcp).toEqual({
      SupportedVersions: ['2025-11-25'],
      SessionConfiguration: { SessionTimeoutInSeconds: 900 },
      StreamingConfiguration: { EnableResponseStreaming: true },
    });
  });

  test('the revision with batches needs a reason, which is kept', () => {
    const versions = [McpVersion.V2025_11_25, McpVersion.legacy({ reason: REASON })];
    const gateway = gatewayOf(shop({ mcp: { versions } }).template());

    expect(gateway.Properties.ProtocolConfiguration.Mcp.SupportedVersions).toContain('2025-03-26');
    expect(gateway.Metadata['cdk-secure-mcp'].weakenings).toEqual([{ weakening: 'McpVersion.legacy', reason: REASON }]);
    expect(shop({ mcp: { versions: [McpVersion.legacy({ reason: '' })] } }).synthError()).toContain('[REASON_MISSING]');
  });

  test.each([
    ['the old revision by its date', { versions: [McpVersion.of('2025-03-26')] }, 'McpVersion.legacy'],
    ['no date', { versions: [McpVersion.of('latest')] }, '"latest"'],
    ['no revision', { versions: [] }, 'no revision'],
    ['a short session', { sessionTimeout: Duration.minutes(14) }, '840 seconds'],
    ['a long session', { sessionTimeout: Duration.hours(9) }, '32400 seconds'],
  ])('%s is refused', (_name, mcp, fragment) => {
    const error = shop({ mcp }).synthError();

    expect(error).toContain('[MCP_OPTIONS]');
    expect(error).toContain(fragment);
  });

  test('a session without authentication would be shared', () => {
    const app = new GatewayApp('shop', {
      inbound: Inbound.unauthenticated({ reason: REASON }),
      mcp: { sessionTimeout: Duration.minutes(15) },
    });

    expect(app.synthError()).toMatch(/session would belong to nobody.*\[MCP_OPTIONS\]/);
  });
});

describe('the web ACL', () => {
  test('by default limits requests per address and bodies, keeps no samples, and fails closed', () => {
    const template = shop().template();

    template.hasResourceProperties('AWS::BedrockAgentCore::Gateway', {
      WafConfiguration: { FailureMode: 'FAIL_CLOSE' },
    });
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Scope: 'REGIONAL',
      Rules: [
        Match.objectLike({
          Action: { Block: {} },
          Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 2000 } },
        }),
        Match.objectLike({
          Action: { Block: {} },
          Statement: {
            SizeConstraintStatement: Match.objectLike({
              FieldToMatch: { Body: { OversizeHandling: 'MATCH' } },
              ComparisonOperator: 'GT',
              Size: 8192,
            }),
          },
        }),
      ],
    });
    expect(JSON.stringify(template.findResources('AWS::WAFv2::WebACL'))).not.toContain('"SampledRequestsEnabled":true');
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
      ResourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Gateway'), 'GatewayArn'] },
      WebACLArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('WebAcl'), 'Arn'] },
    });
  });

  test('can be one that exists, and still fails closed', () => {
    const arn = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shared/0a1b2c3d';
    const template = shop({ waf: GatewayWaf.webAcl(arn) }).template();

    template.resourceCountIs('AWS::WAFv2::WebACL', 0);
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', { WebACLArn: arn });
    template.hasResourceProperties('AWS::BedrockAgentCore::Gateway', {
      WafConfiguration: { FailureMode: 'FAIL_CLOSE' },
    });
  });

  test('can be left out with a reason, which is kept', () => {
    const template = shop({ waf: GatewayWaf.none({ reason: REASON }) }).template();

    template.resourceCountIs('AWS::WAFv2::WebACLAssociation', 0);
    expect(gatewayOf(template).Metadata['cdk-secure-mcp'].weakenings).toEqual([
      { weakening: 'GatewayWaf.none', reason: REASON },
    ]);
    expect(shop({ waf: GatewayWaf.none({ reason: 'no' }) }).synthError()).toContain('[REASON_MISSING]');
  });

  test.each([
    [GatewayWaf.managed({ requestsPerFiveMinutesPerAddress: 9 }), 'got 9'],
    [GatewayWaf.managed({ maxBodySize: Size.kibibytes(9) }), 'got 9216'],
    [GatewayWaf.webAcl('arn:aws:wafv2:us-east-1:111122223333:global/webacl/x/y'), 'regional web ACL'],
  ])('what AWS WAF does not take is refused (%#)', (waf, fragment) => {
    const error = shop({ waf }).synthError();

    expect(error).toContain('[GATEWAY_WAF]');
    expect(error).toContain(fragment);
  });
});

describe('rate limits', () => {
  const limitsOf = (app: GatewayApp) =>
    Object.values(app.template().findResources('AWS::BedrockAgentCore::GatewayRateLimit')).map(
      ({ Properties }) => [Properties.DimensionKeys, Properties.Entries] as const,
    );
  const perMinute = (rate: number) => [{ Rate: rate, Period: 'minute' }];

  test('by default there is one per caller', () => {
    expect(limitsOf(shop())).toEqual([
      [['$.context.jwt.sub'], [{ Dimensions: { '$.context.jwt.sub': '*' }, Requests: perMinute(300) }]],
    ]);
  });

  test('limits of the same dimensions are entries of one resource', () => {
    const app = shop({ callsPerMinutePerCaller: 60 });
    const crm = app.gateway.addTarget('crm', TARGETS.OpenAPI!(app.stack, CREDENTIALS.apiKey!(app.stack)));
    crm.permitAll(app.gateway.addAgent('reader'));
    const { tool, caller, claim } = RateLimitDimension;
    app.gateway.addRateLimit({ by: [tool('lookup'), caller()], callsPerMinute: 10 });
    app.gateway.addRateLimit({ by: [tool('crm___getTicket'), caller()], callsPerMinute: 15 });
    app.gateway.addRateLimit({ by: [tool(), caller()], callsPerMinute: 20 });
    app.gateway.addRateLimit({ by: [claim('tenant', 'blue')], callsPerMinute: 0 });

    expect(limitsOf(app)).toEqual([
      [['$.context.jwt.sub'], [{ Dimensions: { '$.context.jwt.sub': '*' }, Requests: perMinute(60) }]],
      [
        ['toolName', '$.context.jwt.sub'],
        [
          { Dimensions: { toolName: 'lookup___lookup', '$.context.jwt.sub': '*' }, Requests: perMinute(10) },
          { Dimensions: { toolName: 'crm___getTicket', '$.context.jwt.sub': '*' }, Requests: perMinute(15) },
          { Dimensions: { toolName: '*', '$.context.jwt.sub': '*' }, Requests: perMinute(20) },
        ],
      ],
      [['$.context.jwt.tenant'], [{ Dimensions: { '$.context.jwt.tenant': 'blue' }, Requests: perMinute(0) }]],
    ]);
  });

  test.each([
    ['nothing to count by', [], 1, 'counts by nothing'],
    ['a dimension twice', [RateLimitDimension.tool(), RateLimitDimension.tool()], 1, 'given twice'],
    [
      'one value after each value',
      [RateLimitDimension.caller(), RateLimitDimension.tool('lookup')],
      1,
      'comes after one with each value',
    ],
    ['what is limited by default', [RateLimitDimension.caller()], 60, 'limited twice, got {"$.context.jwt.sub":"*"}'],
    ['half a call', [RateLimitDimension.tool()], 0.5, 'got 0.5'],
    ['less than none', [RateLimitDimension.tool()], -1, 'got -1'],
  ])('%s is refused', (_name, by, callsPerMinute, fragment) => {
    const app = shop();
    app.gateway.addRateLimit({ by, callsPerMinute });
    const error = app.synthError();

    expect(error).toContain('[RATE_LIMIT]');
    expect(error).toContain(fragment);
  });

  test('callers cannot be told apart without authentication', () => {
    const app = new GatewayApp('shop', { inbound: Inbound.unauthenticated({ reason: REASON }) });
    app.gateway.addRateLimit({ by: [RateLimitDimension.caller()], callsPerMinute: 1 });

    expect(app.synthError()).toMatch(/callers are not told apart.*\[RATE_LIMIT\]/);
  });

  const { claim, iamPrincipal, iamSourceIdentity, target, tool } = RateLimitDimension;
  const OIDC = Inbound.oidc({
    issuer: 'https://login.customer.example',
    audience: ['https://mcp.example.com'],
    scopes: IssuerScopes.perTool(),
  });
  const OPEN = Inbound.unauthenticated({ reason: REASON });
  const SIGNED = [Inbound.iam(), Inbound.authenticateOnly({ reason: REASON })];

  test.each([
    ...SIGNED.map((inbound) => [inbound, claim('tenant'), '$.context.jwt.tenant', 'callers sign'] as const),
    [Inbound.cognito(), iamPrincipal(), '$.context.iam.principal', 'callers come with tokens'] as const,
    [OIDC, iamSourceIdentity(), '$.context.iam.sourceIdentity', 'callers come with tokens'] as const,
    [OPEN, claim('tenant'), '$.context.jwt.tenant', 'callers are not authenticated'] as const,
    [OPEN, iamPrincipal(), '$.context.iam.principal', 'callers are not authenticated'] as const,
  ])('the service would skip a dimension that callers do not have (%#)', (inbound, dimension, key, fix) => {
    const app = new GatewayApp('shop', { inbound });
    app.gateway.addRateLimit({ by: [dimension], callsPerMinute: 1 });
    const error = app.synthError();

    expect(error).toContain(`callers of this gateway have no such dimension, got "${key}"`);
    expect(error).toContain(fix);
    expect(error).toMatch(/Gateway\/RateLimits.*\[RATE_LIMIT\]|\[RATE_LIMIT\].*Gateway\/RateLimits/s);
  });

  test('dimensions that callers do have are rendered', () => {
    const signed = iamShop();
    signed.gateway.addRateLimit({ by: [iamSourceIdentity()], callsPerMinute: 1 });
    const oidc = new GatewayApp('shop', { inbound: OIDC });
    oidc.gateway.addRateLimit({ by: [claim('tenant')], callsPerMinute: 1 });

    expect(limitsOf(signed).map(([keys]) => keys)).toContainEqual(['$.context.iam.sourceIdentity']);
    expect(limitsOf(oidc).map(([keys]) => keys)).toContainEqual(['$.context.jwt.tenant']);
  });

  test.each([
    ['tool', tool('nothere'), 'toolName "nothere___nothere"'],
    ['tool of a target', tool('lookup___other'), 'toolName "lookup___other"'],
    ['target', target('crm'), 'targetName "crm"'],
  ])('a limit on a %s that the gateway does not have', (_what, dimension, got) => {
    const app = shop();
    app.gateway.addRateLimit({ by: [dimension], callsPerMinute: 1 });

    expect(app.synthError()).toMatch(/a rate limit is on what the gateway does not have.*\[RATE_LIMIT\]/);
    expect(app.synthError()).toContain(`got ${got}`);
  });

  test('a limit may come before its tool', () => {
    const app = new GatewayApp();
    app.gateway.addRateLimit({ by: [tool('late')], callsPerMinute: 1 });
    app.gateway.addRateLimit({ by: [target('late')], callsPerMinute: 1 });
    app.addTool('late').permit(app.gateway.addAgent('robot'));

    expect(() => app.app.synth()).not.toThrow();
  });

  test('a document that cannot be read is the one problem, not also the limits of its tools', () => {
    const app = new GatewayApp();
    const outbound = CREDENTIALS.apiKey!(app.stack);
    app.gateway.addTarget('crm', Target.openApi({ document: OpenApiDocument.fromText('{'), outbound }));
    app.gateway.addRateLimit({ by: [tool('crm___getTicket')], callsPerMinute: 1 });

    expect(app.synthError()).not.toContain('[RATE_LIMIT]');
  });
});

describe('only through VPC endpoints', () => {
  const endpoint: (stack: GatewayApp['stack']) => IVpcEndpoint = (stack) =>
    InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, 'Endpoint', {
      vpcEndpointId: 'vpce-0123456789abcdef0',
      port: 443,
    });
  const limited: PropsOf = (stack) => ({ vpcEndpoints: [endpoint(stack)] });

  function policyOf(app: GatewayApp): { Effect: string; Condition: unknown; Resource: unknown; Principal: unknown }[] {
    const [policy] = Object.values(app.template().findResources('AWS::BedrockAgentCore::ResourcePolicy'));
    const text = policy!.Properties.Policy['Fn::Join'][1]
      .map((part: unknown) => (typeof part === 'string' ? part : 'GATEWAY_ARN'))
      .join('');
    return JSON.parse(text).Statement;
  }

  test('everything else is denied, and callers with tokens are allowed through them', () => {
    const deny = { StringNotEquals: { 'aws:SourceVpce': ['vpce-0123456789abcdef0'] } };
    const allow = { StringEquals: { 'aws:SourceVpce': ['vpce-0123456789abcdef0'] } };

    expect(policyOf(shop(limited))).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: deny, Resource: 'GATEWAY_ARN', Principal: '*' }),
      expect.objectContaining({ Effect: 'Allow', Condition: allow, Resource: 'GATEWAY_ARN', Principal: '*' }),
    ]);
  });

  test('callers that sign are not allowed by it, only by their own policies', () => {
    expect(policyOf(iamShop(limited)).map(({ Effect }) => Effect)).toEqual(['Deny']);
  });

  test('an empty list does not mean open', () => {
    expect(shop({ vpcEndpoints: [] }).synthError()).toMatch(/limited to VPC endpoints, got none.*\[VPC_ENDPOINTS\]/);
  });

  test('is not the default', () => {
    shop().template().resourceCountIs('AWS::BedrockAgentCore::ResourcePolicy', 0);
  });
});

describe('encryption', () => {
  const keyStatements = (app: GatewayApp) =>
    Object.values(app.template().findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: unknown; Sid?: string }[])
      .filter(({ Action, Sid }) => JSON.stringify(Action).includes('kms:') && Sid !== 'DecryptProviderSecrets');

  const findings = ({ app }: GatewayApp) =>
    new FourLayerChecks(app).validateScope(app).violations.map(({ ruleName }) => ruleName.replace(/\[.*/, ''));

  test('by default the role has four actions on its key, for this gateway through the service only', () => {
    const Resource = { 'Fn::GetAtt': [expect.stringContaining('Key'), 'Arn'] };
    const [region, account] = [{ Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }];
    const joined = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });
    const viaService = { 'kms:ViaService': joined('bedrock-agentcore.', region, '.', { Ref: 'AWS::URLSuffix' }) };
    const arn = joined(
      'arn:',
      { Ref: 'AWS::Partition' },
      ':bedrock-agentcore:',
      region,
      ':',
      account,
      ':gateway/shop-??????????',
    );
    const ofThisGateway = { 'kms:EncryptionContext:aws:bedrock-agentcore-gateway:arn': arn };

    expect(keyStatements(shop())).toEqual([
      {
        Sid: 'DescribeOwnKey',
        Effect: 'Allow',
        Action: 'kms:DescribeKey',
        Resource,
        Condition: { StringEquals: viaService },
      },
      {
        Sid: 'UseOwnKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource,
        Condition: { StringEquals: viaService, StringLike: ofThisGateway },
      },
      {
        Sid: 'GrantOwnKeyToService',
        Effect: 'Allow',
        Action: 'kms:CreateGrant',
        Resource,
        Condition: {
          StringEquals: { ...viaService, 'kms:GrantConstraintType': 'EncryptionContextSubset' },
          'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Decrypt', 'GenerateDataKey'] },
          StringLike: ofThisGateway,
        },
      },
    ]);
  });

  test('the conditions can be left off with a reason; actions and key stay', () => {
    const app = shop({ encryption: GatewayEncryption.withoutKeyConditions({ reason: REASON }) });

    expect(keyStatements(app)).toEqual([
      {
        Sid: 'UseOwnKey',
        Effect: 'Allow',
        Action: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
        Resource: { 'Fn::GetAtt': [expect.stringContaining('Key'), 'Arn'] },
      },
    ]);
    expect(gatewayOf(app.template()).Metadata['cdk-secure-mcp'].weakenings).toEqual([
      { weakening: 'GatewayEncryption.withoutKeyConditions', reason: REASON },
    ]);
    expect(findings(app)).toContain('SecureMcp-LP16');
    expect(findings(shop())).not.toContain('SecureMcp-LP16');
    const silent = GatewayEncryption.withoutKeyConditions({ reason: '' });
    expect(shop({ encryption: silent }).synthError()).toContain('[REASON_MISSING]');
  });

  test('a key that exists is used and no other is made', () => {
    const app = shop((stack) => ({ encryption: GatewayEncryption.withKey(new Key(stack, 'Mine')) }));

    app.template().resourceCountIs('AWS::KMS::Key', 1);
    app.template().hasResourceProperties('AWS::BedrockAgentCore::Gateway', {
      KmsKeyArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'Arn'] },
    });
  });
});

describe('alarms and traces', () => {
  test('there are alarms on denied, failed and refused calls', () => {
    const template = shop().template();

    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Bedrock-AgentCore',
      MetricName: 'DenyDecisions',
      Threshold: 10,
      Dimensions: [
        { Name: 'OperationName', Value: 'AuthorizeAction' },
        { Name: 'TargetResource', Value: { 'Fn::GetAtt': [Match.anyValue(), 'GatewayIdentifier'] } },
      ],
    });
    for (const MetricName of ['SystemErrors', 'UserErrors']) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName,
        Dimensions: Match.arrayWith([{ Name: 'Resource', Value: { 'Fn::GetAtt': [Match.anyValue(), 'GatewayArn'] } }]),
      });
    }
  });

  test('thresholds and actions are those given', () => {
    const alarms: PropsOf = (stack) => ({
      alarms: { deniedCalls: 1, actions: [new SnsAction(new Topic(stack, 'Oncall'))] },
    });

    shop(alarms)
      .template()
      .hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName: 'DenyDecisions',
        Threshold: 1,
        AlarmActions: [{ Ref: Match.stringLikeRegexp('Oncall') }],
      });
  });

  test.each([
    [true, 1],
    [false, 0],
  ])('with traces %s there are %d deliveries to X-Ray', (traces, count) => {
    const props: Partial<SecureMcpGatewayProps> = { traces };
    const destinations = shop(props)
      .template()
      .findResources('AWS::Logs::DeliveryDestination', {
        Properties: { DeliveryDestinationType: 'XRAY' },
      });

    expect(Object.keys(destinations)).toHaveLength(count);
  });
});
