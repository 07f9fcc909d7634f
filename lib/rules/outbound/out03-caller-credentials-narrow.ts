import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { gatewayOf } from '../gateways';
import { at } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { TARGET } from '../types';

export const out03 = defineRule({
  id: 'OUT03',
  name: 'caller-credentials-narrow',
  layer: 'outbound',
  level: 'medium',
  summary: 'The target acts with the whole IAM power of the caller',
  explanation: 'Forward access sessions carry every permission of the calling role into what is behind the target.',
  fix: 'Use GATEWAY_IAM_ROLE with IamCredentialProvider.Service, or name the service and let the caller be an IAM role made for this gateway',
  acknowledge: 'When the target must act as the caller and the calling roles were made for this.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-outbound-auth.html'],
  frameworks: { owaspMcp: ['02'], owaspAgentic: ['03'], wellArchitected: ['SEC03-BP02'], nist80053: ['AC-6', 'AC-3'] },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: CUSTOM_JWT } }
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    GatewayIdentifier: !Ref Gateway
    CredentialProviderConfigurations: [{ CredentialProviderType: CALLER_IAM_CREDENTIALS }]
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: CUSTOM_JWT } }
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    GatewayIdentifier: !Ref Gateway
    CredentialProviderConfigurations:
      - CredentialProviderType: GATEWAY_IAM_ROLE
        CredentialProvider: { IamCredentialProvider: { Service: execute-api } }
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const configurations = at(target, 'CredentialProviderConfigurations');
      if (isUnknown(configurations))
        yield undecided(target, 'Properties.CredentialProviderConfigurations', configurations);
      for (const [index, configuration] of asList(isUnknown(configurations) ? [] : configurations).entries()) {
        const path = `Properties.CredentialProviderConfigurations.${index}`;
        const provider = within(configuration, 'CredentialProviderType');
        if (isUnknown(provider)) yield undecided(target, `${path}.CredentialProviderType`, provider);
        if (provider !== 'CALLER_IAM_CREDENTIALS') continue;
        const gateway = gatewayOf(model, target);
        const type = gateway === undefined ? 'unknown' : at(gateway, 'AuthorizerType');
        if (isUnknown(type) || type === 'unknown')
          yield undecided(target, path, 'the authorizer of its gateway is not known');
        else if (type !== 'AWS_IAM' && type !== 'AUTHENTICATE_ONLY') {
          yield finding(
            target,
            path,
            `the callers of the gateway are not IAM principals: AuthorizerType is ${String(type)}`,
            'caller',
          );
        }
        if (within(configuration, 'CredentialProvider', 'IamCredentialProvider', 'Service') === undefined) {
          yield finding(target, path, 'no service is named', 'service');
        }
      }
    }
  },
});
