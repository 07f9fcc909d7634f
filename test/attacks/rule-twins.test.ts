import { type EditableTemplate, edited, resources, synthesizeShop } from '../support/local-shop';
import { synthesizeDesk } from '../support/outbound-desk';
import { addForbid, authorizer, objections, policy } from './weaken';

/**
 * Twins of attacks on what the local gateway does not simulate: without the control nothing here lets the attack through,
 * but the template is an objection of exactly the rules that ask for the control.
 */
const shop = synthesizeShop();
const desk = synthesizeDesk();
const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
const gatewayOf = (template: EditableTemplate) => resources(template, GATEWAY)[0]!.Properties;

function remove(
  template: EditableTemplate,
  type: string,
  which: (properties: { Name?: string }) => boolean = () => true,
) {
  const ids = Object.keys(template.Resources).filter((id) => {
    const { Type, Properties } = template.Resources[id]!;
    return Type === type && which(Properties);
  });
  if (ids.length === 0) throw new Error(`there is no ${type}`);
  for (const id of ids) delete template.Resources[id];
}

function confirmable(template: EditableTemplate): void {
  const [target] = resources(template, 'AWS::BedrockAgentCore::GatewayTarget', 'refund');
  const { InputSchema } = target!.Properties.TargetConfiguration.Mcp.Lambda.ToolSchema.InlinePayload[0];
  InputSchema.Properties.confirmed = { Type: 'boolean' };
  InputSchema.Required.push('confirmed');
}

function askFor(argument: string) {
  return (template: EditableTemplate): void => {
    const [target] = resources(template, 'AWS::BedrockAgentCore::GatewayTarget', 'refund');
    const { InputSchema } = target!.Properties.TargetConfiguration.Mcp.Lambda.ToolSchema.InlinePayload[0];
    InputSchema.Properties[argument] = { Type: 'string' };
  };
}

type Edit = (template: EditableTemplate) => unknown;

const forUserId: Edit = (template) => {
  for (const { Properties } of resources(template, 'AWS::IAM::Policy', 'Outbound')) {
    const { Statement } = Properties.PolicyDocument;
    const ofCaller = Statement.find(({ Sid }: { Sid: string }) => Sid === 'GetWorkloadTokenForCaller');
    ofCaller.Action = ['bedrock-agentcore:GetWorkloadAccessTokenForUserId'];
  }
};

const plainKey: Edit = (template) => {
  const [{ Properties }] = resources(template, 'AWS::BedrockAgentCore::ApiKeyCredentialProvider') as [
    EditableTemplate['Resources'][string],
  ];
  Properties.ApiKeySecretSource = undefined;
  Properties.ApiKeySecretConfig = undefined;
  Properties.ApiKey = 'planted';
};

test.each<[string, string, Edit, string?]>([
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
  [
    'C13 a permit of a tool that is gone, which the gateway may still invoke',
    'AZ05 LP02',
    (t) => remove(t, 'AWS::BedrockAgentCore::GatewayTarget', ({ Name }) => Name === 'refund'),
  ],
  [
    'D06 a forbid that fails without the claim, and that the service does not take',
    'AZ05 AZ08',
    (t) => addForbid(t, 'echo', 'unless { principal.getTag("role") == "admin" }'),
  ],
  [
    'D17 an argument that the model sets in place of a bound',
    'AZ11',
    (t) => {
      confirmable(t);
      policy('refund', (text) =>
        text
          .replace(/context\.input\.amount\.greaterThanOrEqual\(decimal\("0\.01"\)\)/, 'context.input.confirmed')
          .replace(/context\.input\.amount\.lessThanOrEqual\(decimal\("500\.0"\)\)/, 'true'),
      )(t);
    },
  ],
  ['E09 the role of the gateway gets tokens for any user', 'OUT08', forUserId, desk],
  ['E14 a key in the template', 'OUT04', plainKey, desk],
])('%s: %s objects, and no other rule', (_what, rules, edit, original = shop) => {
  expect(objections(edited(original, edit), original)).toEqual(rules.split(' '));
});

test('a forbid that is guarded is fine', () => {
  const guarded = 'unless { principal.hasTag("role") && principal.getTag("role") == "admin" }';

  expect(
    objections(
      edited(shop, (template) => addForbid(template, 'echo', guarded)),
      shop,
    ),
  ).toEqual([]);
});

test('an argument that says nothing about the caller is fine', () => {
  expect(objections(edited(shop, askFor('note')), shop)).toEqual([]);
});
