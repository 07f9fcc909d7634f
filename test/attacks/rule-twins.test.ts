import { type EditableTemplate, edited, resources, synthesizeShop } from '../support/local-shop';
import { authorizer, objections } from './weaken';

/**
 * Twins of attacks on what the local gateway does not simulate: without the control nothing here lets the attack through,
 * but the template is an objection of exactly the rule that asks for the control.
 */
const shop = synthesizeShop();
const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
const gatewayOf = (template: EditableTemplate) => resources(template, GATEWAY)[0]!.Properties;

function remove(template: EditableTemplate, type: string): void {
  const ids = Object.keys(template.Resources).filter((id) => template.Resources[id]!.Type === type);
  if (ids.length === 0) throw new Error(`there is no ${type}`);
  for (const id of ids) delete template.Resources[id];
}

function askFor(argument: string) {
  return (template: EditableTemplate): void => {
    const [target] = resources(template, 'AWS::BedrockAgentCore::GatewayTarget', 'refund');
    const { InputSchema } = target!.Properties.TargetConfiguration.Mcp.Lambda.ToolSchema.InlinePayload[0];
    InputSchema.Properties[argument] = { Type: 'string' };
  };
}

test.each<[string, string, (template: EditableTemplate) => unknown]>([
  [
    'A10 another issuer, over http',
    'IN06',
    (t) => {
      authorizer(t).DiscoveryUrl = 'http://login.attacker.example/.well-known/openid-configuration';
    },
  ],
  [
    'B01 a revision with batches',
    'IN15',
    (t) => gatewayOf(t).ProtocolConfiguration.Mcp.SupportedVersions.push('2025-03-26'),
  ],
  ['B12 no web ACL in front', 'IN16', (t) => remove(t, 'AWS::WAFv2::WebACLAssociation')],
  [
    'B12 a web ACL that lets through what it cannot look at',
    'IN16',
    (t) => {
      gatewayOf(t).WafConfiguration.FailureMode = 'FAIL_OPEN';
    },
  ],
  ['B21 targets that have no tools', 'AZ15', (t) => delete gatewayOf(t).ProtocolType],
  ['D13 an argument that says for whom', 'AZ22', askFor('on_behalf_of')],
  ['D13 an argument that says who', 'AZ22', askFor('user_id')],
])('%s: %s objects, and no other rule', (_what, rule, edit) => {
  expect(objections(edited(shop, edit), shop)).toEqual([rule]);
});

test('an argument that says nothing about the caller is fine', () => {
  expect(objections(edited(shop, askFor('note')), shop)).toEqual([]);
});
