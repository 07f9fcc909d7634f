import { CONTROL_PLANE } from './iam-actions';

/** One statement of a service control policy, with what is not settled about it. */
export interface Guardrail {
  readonly id: string;
  /** Rules that hold the same line before the deployment. */
  readonly rules: readonly string[];
  readonly statement: object;
  readonly open?: string;
}

export interface ConfigRule {
  readonly identifier: string;
  readonly rules: readonly string[];
}

export interface GuardrailOptions {
  readonly approvedIssuers: readonly string[];
}

const GATEWAY_WRITES = ['bedrock-agentcore:CreateGateway', 'bedrock-agentcore:UpdateGateway'];
const TARGET_WRITES = ['bedrock-agentcore:CreateGatewayTarget', 'bedrock-agentcore:UpdateGatewayTarget'];

/** The Service Authorization Reference lists the Gateway keys and attaches them to no action. */
const UNATTACHED =
  'the Service Authorization Reference attaches this condition key to no action, the developer guide names these actions: try it in a test account first';

function deny(
  id: string,
  rules: readonly string[],
  action: readonly string[],
  condition: object | undefined,
  open?: string,
): Guardrail {
  const statement = {
    Sid: id,
    Effect: 'Deny',
    Action: action,
    Resource: '*',
    ...(condition === undefined ? {} : { Condition: condition }),
  };
  return { id, rules, statement, open };
}

/** What keeps the line of the rules after deployment, for the accounts of an organization. */
export function guardrails(options: GuardrailOptions): Guardrail[] {
  const key = (name: string) => `bedrock-agentcore:${name}`;
  return [
    deny(
      'DenyUnauthenticatedGateways',
      ['IN01', 'IN02'],
      GATEWAY_WRITES,
      { StringEquals: { [key('GatewayAuthorizerType')]: ['NONE', 'AUTHENTICATE_ONLY'] } },
      UNATTACHED,
    ),
    ...(options.approvedIssuers.length === 0
      ? []
      : [
          deny(
            'DenyForeignIssuers',
            ['IN06'],
            GATEWAY_WRITES,
            {
              StringNotLike: { [key('DiscoveryUrl')]: options.approvedIssuers.map((host) => `https://${host}/*`) },
              Null: { [key('DiscoveryUrl')]: 'false' },
            },
            UNATTACHED,
          ),
        ]),
    deny(
      'DenyGatewaysWithoutPolicyEngine',
      ['AZ01'],
      GATEWAY_WRITES,
      { Null: { [key('PolicyEngineArn')]: 'true' } },
      UNATTACHED,
    ),
    deny(
      'DenyEnginesThatOnlyWatch',
      ['AZ02'],
      GATEWAY_WRITES,
      { StringEquals: { [key('PolicyEngineMode')]: 'LOG_ONLY' } },
      UNATTACHED,
    ),
    deny(
      'DenyGatewaysWithoutCustomerKey',
      ['LP16'],
      GATEWAY_WRITES,
      { Null: { [key('KmsKeyArn')]: 'true' } },
      UNATTACHED,
    ),
    deny(
      'DenyOtherProtocols',
      ['AZ15'],
      GATEWAY_WRITES,
      { StringNotEquals: { [key('ProtocolType')]: 'MCP' } },
      UNATTACHED,
    ),
    deny(
      'DenyTokenPassthrough',
      ['OUT02', 'OUT03'],
      TARGET_WRITES,
      { StringEquals: { [key('CredentialProviderType')]: ['JWT_PASSTHROUGH', 'CALLER_IAM_CREDENTIALS'] } },
      `${UNATTACHED}; OUT03 accepts CALLER_IAM_CREDENTIALS with a service and IAM callers, no condition key tells that apart: take it out of the list where you use it so`,
    ),
    deny(
      'DenyTokensForAnyUser',
      ['OUT08'],
      ['bedrock-agentcore:GetWorkloadAccessTokenForUserId'],
      undefined,
      'breaks targets with AUTHORIZATION_CODE: exempt their gateway roles with aws:PrincipalArn',
    ),
    {
      id: 'DenyGuardChangesAtRuntime',
      rules: ['AZ17'],
      statement: {
        Sid: 'DenyGuardChangesAtRuntime',
        Effect: 'Deny',
        // By name: a pattern such as *PolicyEngine takes GetPolicyEngine from the role of every gateway.
        Action: CONTROL_PLANE.filter((action) => action.startsWith('bedrock-agentcore:')),
        Resource: '*',
        Condition: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/cdk-*-cfn-exec-role-*'] } },
      },
      open: 'replace the pattern by the roles your pipeline deploys with',
    },
  ];
}

/** Managed rules of AWS Config that look at the same points. */
export const CONFIG_RULES: readonly ConfigRule[] = [
  { identifier: 'BEDROCKAGENTCORE_GATEWAY_AUTHORIZER_ENABLED', rules: ['IN01'] },
  { identifier: 'BEDROCKAGENTCORE_GATEWAY_ENCRYPTION_ENABLED', rules: ['LP16'] },
  { identifier: 'BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED', rules: ['LP17'] },
];

/** The pages of three rules are all that was found. */
export const CONFIG_OPEN =
  'AWS may have further bedrockagentcore rules, and Security Hub controls after BedrockAgentCore.2: look for them in the current lists';
