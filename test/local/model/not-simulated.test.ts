import { ConcreteAssembly } from '../../../lib/assembly/concrete';
import { readGateway } from '../../../lib/local/model/gateway-model';
import { reportNotSimulated } from '../../../lib/local/model/not-simulated';
import { assemblyOf } from '../../support/template-assembly';

test.each([
  ['REQUEST', true],
  ['RESPONSE', false],
])('that the Authorization of an interceptor goes nowhere is said for %s: %s', (point, said) => {
  const Interceptor = { Lambda: { Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:f' } };
  const Properties = {
    Name: 'shop',
    AuthorizerType: 'NONE',
    InterceptorConfigurations: [{ Interceptor, InterceptionPoints: [point] }],
  };
  const assembly = new ConcreteAssembly(
    assemblyOf({ Resources: { Gateway: { Type: 'AWS::BedrockAgentCore::Gateway', Properties } } }),
  );
  const reports: string[] = [];
  const gateway = readGateway(assembly, undefined, () => undefined);
  reportNotSimulated(assembly, gateway, new Map(), (what) => void reports.push(what));

  expect(/an Authorization header that its REQUEST interceptor returns/.test(reports.join())).toBe(said);
});
