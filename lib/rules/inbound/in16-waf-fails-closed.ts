import { groupedBy } from '../../core/grouped-by';
import { gatewayNamed } from '../gateways';
import { perModel } from '../per-model';
import { at, judge } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY, WEB_ACL, WEB_ACL_ASSOCIATION } from '../types';

export const in16 = defineRule({
  id: 'IN16',
  name: 'waf-fails-closed',
  layer: 'inbound',
  level: 'medium',
  summary: 'No web ACL that fails closed stands in front of the gateway',
  explanation: 'Nothing limits requests per address or the size of a body before authentication.',
  fix: 'Associate a web ACL with a rate-based rule and a body size rule, and set WafConfiguration.FailureMode FAIL_CLOSE',
  acknowledge: 'When the gateway can only be reached through a private endpoint.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-waf.html'],
  frameworks: { owaspMcp: ['07'], owaspAgentic: ['08'], wellArchitected: ['SEC05-BP03'], nist80053: ['SC-5', 'SC-7'] },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { AuthorizerType: AWS_IAM }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { AuthorizerType: AWS_IAM, WafConfiguration: { FailureMode: FAIL_CLOSE } }
Acl:
  Type: AWS::WAFv2::WebACL
  Properties:
    Rules:
      - { Name: rate, Statement: { RateBasedStatement: { Limit: 1000, AggregateKeyType: IP } } }
      - { Name: size, Statement: { SizeConstraintStatement: { FieldToMatch: { Body: {} }, ComparisonOperator: GT, Size: 65536 } } }
Association:
  Type: AWS::WAFv2::WebACLAssociation
  Properties: { ResourceArn: !GetAtt Gateway.GatewayArn, WebACLArn: !GetAtt Acl.Arn }
`,
  },
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      const association = associations(model).get(gateway)?.[0];
      if (association === undefined) {
        yield finding(gateway, 'Properties.WafConfiguration', 'no web ACL is associated');
        continue;
      }
      yield* judge(gateway, 'WafConfiguration.FailureMode', (mode) =>
        mode === 'FAIL_CLOSE' ? undefined : `FailureMode is ${String(mode ?? 'missing')}`,
      );
      const acl = model.referenced(at(association, 'WebACLArn'));
      if (acl?.type !== WEB_ACL)
        yield undecided(association, 'Properties.WebACLArn', 'the web ACL is not in the assembly');
      else {
        yield* judge(
          acl,
          'Rules',
          (rules) => {
            const text = JSON.stringify(rules ?? []);
            if (!text.includes('"RateBasedStatement"')) return 'the web ACL has no rate-based rule';
            return /"SizeConstraintStatement"|SizeRestrictions_BODY|AWSManagedRulesCommonRuleSet/.test(text)
              ? undefined
              : 'the web ACL has no body size rule';
          },
          'rules',
        );
      }
    }
  },
});

const associations = perModel((model) =>
  groupedBy(model.ofType(WEB_ACL_ASSOCIATION), (each) => gatewayNamed(model, at(each, 'ResourceArn'))),
);
