import { issuerPools } from '../gateways';
import { isTrue, judge } from '../read';
import { defineRule } from '../rule';

export const in09 = defineRule({
  id: 'IN09',
  name: 'no-self-sign-up',
  layer: 'inbound',
  level: 'high',
  summary: 'Anybody can sign up in the user pool of the gateway',
  explanation: 'An account that somebody made for himself gets tokens of the same issuer that the gateway trusts.',
  fix: 'Set AdminCreateUserConfig.AllowAdminCreateUserOnly to true',
  acknowledge: 'When the tools are for the public and a permit ties every call to the data of the caller.',
  references: ['https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html'],
  frameworks: { owaspMcp: ['07'], owaspAgentic: ['03'], wellArchitected: ['SEC02-BP04'], nist80053: ['AC-2', 'IA-4'] },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties:
    AuthorizerType: CUSTOM_JWT
    AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: !Sub "\${Pool.ProviderURL}/.well-known/openid-configuration" } }
Pool: { Type: AWS::Cognito::UserPool, Properties: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } } }
`,
  },
  *evaluate(model) {
    for (const pool of issuerPools(model)) {
      yield* judge(pool, 'AdminCreateUserConfig.AllowAdminCreateUserOnly', (value) =>
        isTrue(value) ? undefined : `AllowAdminCreateUserOnly is ${String(value ?? 'missing')}`,
      );
    }
  },
});
