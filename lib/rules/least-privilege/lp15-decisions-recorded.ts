import { isUnknown } from '../../assembly/resolve';
import type { ModelResource, TemplateModel } from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { gatewayNamed } from '../gateways';
import { isStrict } from '../options';
import { perModel } from '../per-model';
import { at } from '../read';
import { defineRule, finding, undecided, warning } from '../rule';
import { DELIVERY, DELIVERY_SOURCE, GATEWAY } from '../types';

export const lp15 = defineRule({
  id: 'LP15',
  name: 'decisions-recorded',
  layer: 'least-privilege',
  level: 'high',
  summary: 'Calls and decisions of the gateway are not recorded',
  explanation: 'The gateway logs nothing by itself: afterwards nobody can tell who called what, and what was denied.',
  fix: 'Add AWS::Logs::DeliverySource with LogType APPLICATION_LOGS for the gateway and a Delivery to an encrypted destination',
  acknowledge: 'When the platform team attaches the delivery outside of this app.',
  limits:
    'CloudTrail records the sub claim of a token: it must not be an e-mail address. Traces (TRACES) and an alarm on denials are asked for in the strict profile. Whether the destination is encrypted is not judged.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html'],
  frameworks: {
    owaspMcp: ['08'],
    owaspAgentic: ['03', '10'],
    wellArchitected: ['AGENTSEC05', 'SEC04-BP01'],
    nist80053: ['AU-2', 'AU-3', 'AU-12'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM } }
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM } }
Source: { Type: AWS::Logs::DeliverySource, Properties: { Name: orders, ResourceArn: !GetAtt Gateway.GatewayArn, LogType: APPLICATION_LOGS } }
Delivery: { Type: AWS::Logs::Delivery, Properties: { DeliverySourceName: !Ref Source, DeliveryDestinationArn: !GetAtt Destination.Arn } }
Destination: { Type: AWS::Logs::DeliveryDestination, Properties: { Name: orders } }
`,
  },
  *evaluate(model, { options }) {
    const sources = model.ofType(DELIVERY_SOURCE);
    const unknown = sources.find((source) => isUnknown(at(source, 'ResourceArn')));
    const byGateway = groupedBy(sources, (source) => gatewayNamed(model, at(source, 'ResourceArn')));
    const alarm = model.ofType('AWS::CloudWatch::Alarm').some((each) => /Deny/i.test(String(at(each, 'MetricName'))));
    for (const gateway of model.ofType(GATEWAY)) {
      const own = byGateway.get(gateway) ?? [];
      for (const type of isStrict(options) ? ['APPLICATION_LOGS', 'TRACES'] : ['APPLICATION_LOGS']) {
        const source = own.find((each) => at(each, 'LogType') === type);
        const open = own.find((each) => isUnknown(at(each, 'LogType'))) ?? unknown;
        if (source === undefined) {
          if (open !== undefined)
            yield undecided(open, 'Properties', 'it is not known which logs of which resource it is for');
          else yield finding(gateway, 'Properties', `no delivery source has its ${type}`, type);
        } else if (!isDelivered(model, source)) {
          yield finding(source, 'Properties', 'no delivery takes the logs anywhere', 'delivery');
        }
      }
      if (isStrict(options) && !alarm) yield warning(gateway, 'Properties', 'no alarm watches denied calls', 'alarm');
    }
  },
});

/** What deliveries take from: sources, by reference or by name. */
const delivered = perModel((model) => {
  const names = model.ofType(DELIVERY).map((delivery) => at(delivery, 'DeliverySourceName'));
  return new Set(names.map((name) => model.referenced(name) ?? name));
});

function isDelivered(model: TemplateModel, source: ModelResource): boolean {
  const name = at(source, 'Name');
  return delivered(model).has(source) || (typeof name === 'string' && delivered(model).has(name));
}
