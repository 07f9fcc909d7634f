import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { functionOf } from '../lambda';
import { at, isTrue, judgeLiteral, textsOf } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY } from '../types';

export const az13 = defineRule({
  id: 'AZ13',
  name: 'interceptor-without-headers',
  layer: 'authorization',
  level: 'high',
  summary: 'An interceptor is given the headers, and with them the token',
  explanation: 'One log line of the function is then a bearer token in a log group.',
  fix: 'Set InputConfiguration.PassRequestHeaders to false',
  acknowledge: 'When the interceptor needs a header; say which, and that its log level is not DEBUG.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors.html'],
  frameworks: {
    owaspMcp: ['01'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP03'],
    nist80053: ['AC-4', 'AU-9', 'IA-5(6)'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { InterceptorConfigurations: [{ InputConfiguration: { PassRequestHeaders: true } }] }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { InterceptorConfigurations: [{ InputConfiguration: { PassRequestHeaders: false } }] }
`,
  },
  *evaluate(model) {
    for (const gateway of model.ofType(GATEWAY)) {
      const interceptors = at(gateway, 'InterceptorConfigurations');
      if (isUnknown(interceptors)) yield undecided(gateway, 'Properties.InterceptorConfigurations', interceptors);
      for (const [index, interceptor] of asList(isUnknown(interceptors) ? [] : interceptors).entries()) {
        const path = `InterceptorConfigurations.${index}.InputConfiguration.PassRequestHeaders`;
        yield* judgeLiteral(
          gateway,
          path,
          (value) => (isTrue(value) ? 'PassRequestHeaders is true' : undefined),
          String(index),
        );
        if (!isTrue(at(gateway, path))) continue;
        const fn = functionOf(model, within(interceptor, 'Interceptor', 'Lambda', 'Arn'));
        if (fn === undefined) continue;
        const level = String(at(fn, 'LoggingConfig.ApplicationLogLevel'));
        const variables = textsOf(at(fn, 'Environment.Variables'));
        if (level === 'DEBUG' || level === 'TRACE' || variables.some((name) => /LOG_EVENT/i.test(name))) {
          yield finding(fn, 'Properties.LoggingConfig', 'the interceptor gets the token and logs what it gets', 'log');
        }
      }
    }
  },
});
