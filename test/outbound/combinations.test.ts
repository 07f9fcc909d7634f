import { GatewayApp } from '../support/gateway-app';
import { ALLOWED, CREDENTIALS, SHAPES, TARGETS } from '../support/remote-targets';

const kinds = Object.keys(TARGETS);
const all = kinds.flatMap((kind) => Object.keys(CREDENTIALS).map((credential) => ({ kind, credential })));
const isAllowed = ({ kind, credential }: { kind: string; credential: string }) => ALLOWED[kind]!.includes(credential);

function gatewayWith(kind: string, credential: string): GatewayApp {
  const shop = new GatewayApp();
  const target = TARGETS[kind]!(shop.stack, CREDENTIALS[credential]!(shop.stack));
  const remote = shop.gateway.addTarget('vendor', target);
  const agent = shop.gateway.addAgent('robot');
  for (const tool of remote.tools) tool.permit(agent);
  return shop;
}

test.each(all.filter(isAllowed))('$kind takes $credential', ({ kind, credential }) => {
  const shop = gatewayWith(kind, credential);

  const [target] = Object.values(shop.template().findResources('AWS::BedrockAgentCore::GatewayTarget'));

  expect(target!.Properties.CredentialProviderConfigurations).toEqual(SHAPES[credential]);
});

test.each(all.filter((each) => !isAllowed(each)))('$kind refuses $credential', ({ kind, credential }) => {
  const error = gatewayWith(kind, credential).synthError();

  expect(error).toContain('[OUTBOUND_COMBINATION]');
  expect(error).toContain(`Outbound.${credential}`);
  expect(error).toContain(`Use ${ALLOWED[kind]!.map((each) => `Outbound.${each}`).join(' or ')}`);
});

test('the table speaks of every pair', () => {
  expect(all).toHaveLength(35);
  expect(all.filter(isAllowed)).toHaveLength(22);
});
