import { isUnknown } from '../../assembly/resolve';
import { asList, type ModelResource, type TemplateModel, within } from '../../assembly/template-model';
import { functionOf, functionReference, isPinned } from '../lambda';
import { asNumber, at, judge } from '../read';
import { interceptorArnsOf, lambdaArnOf, roleOf, unknownRole } from '../roles';
import { defineRule, finding, type Outcome, undecided } from '../rule';
import { GATEWAY, TARGET } from '../types';

export const az14 = defineRule({
  id: 'AZ14',
  name: 'interceptor-is-own-component',
  layer: 'authorization',
  level: 'high',
  summary: 'An interceptor is not a trusted component of its own',
  explanation:
    'It can rewrite every request and answer in place of every tool; when it is down, so is the gateway or its protection.',
  fix: 'Use an alias of a function made for it, with its own role without data permissions, a timeout and reserved concurrency',
  acknowledge: 'When the interceptor belongs to a platform team and is deployed elsewhere.',
  limits: 'Whether it is idempotent, and what it does, does not stand in a template.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors.html'],
  frameworks: {
    owaspMcp: ['04', '07'],
    owaspAgentic: ['04'],
    wellArchitected: ['AGENTSEC02'],
    nist80053: ['AC-25', 'SC-3', 'SI-7'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { InterceptorConfigurations: [{ InterceptionPoints: [REQUEST], Interceptor: { Lambda: { Arn: !GetAtt Fn.Arn } } }] }
Fn: { Type: AWS::Lambda::Function, Properties: { Timeout: 5, ReservedConcurrentExecutions: 10, Role: !GetAtt Role.Arn } }
Role: { Type: AWS::IAM::Role }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { InterceptorConfigurations: [{ InterceptionPoints: [REQUEST], Interceptor: { Lambda: { Arn: !Ref Alias } } }] }
Alias: { Type: AWS::Lambda::Alias, Properties: { Name: live, FunctionName: !Ref Fn } }
Fn: { Type: AWS::Lambda::Function, Properties: { Timeout: 5, ReservedConcurrentExecutions: 10, Role: !GetAtt Role.Arn } }
Role: { Type: AWS::IAM::Role }
`,
  },
  *evaluate(model, { options }) {
    const targets = new Set(model.ofType(TARGET).map((target) => functionOf(model, lambdaArnOf(target))));
    for (const gateway of model.ofType(GATEWAY)) {
      const interceptors = at(gateway, 'InterceptorConfigurations');
      if (isUnknown(interceptors)) yield undecided(gateway, 'Properties.InterceptorConfigurations', interceptors);
      const points = asList(isUnknown(interceptors) ? [] : interceptors).flatMap((each) =>
        asList(within(each, 'InterceptionPoints')),
      );
      if (new Set(points).size < points.length)
        yield finding(gateway, 'Properties.InterceptorConfigurations', 'two interceptors stand at one point', 'points');
      for (const [index, arn] of (isUnknown(interceptors) ? [] : interceptorArnsOf(gateway)).entries()) {
        const path = `Properties.InterceptorConfigurations.${index}.Interceptor.Lambda.Arn`;
        const { fn, qualifier } = functionReference(model, arn);
        if (fn === undefined) {
          yield undecided(gateway, path, isUnknown(arn) ? arn : 'the function is not in the assembly');
          continue;
        }
        if (!isPinned(qualifier)) yield finding(gateway, path, 'the interceptor is no alias or version', 'qualifier');
        if (targets.has(fn)) yield finding(gateway, path, 'the interceptor is also a tool', 'target');
        yield* functionProblems(model, fn, options.maxTimeoutSeconds);
      }
    }
  },
});

/** Actions that an interceptor needs for its own logs and traces. */
const OWN_ACTIONS = /^(logs|xray|cloudwatch|kms):/i;

function* functionProblems(model: TemplateModel, fn: ModelResource, maxTimeout: number): Iterable<Outcome> {
  yield* judge(
    fn,
    'Timeout',
    (value) => {
      const seconds = asNumber(value);
      return seconds !== undefined && seconds > 0 && seconds <= maxTimeout
        ? undefined
        : `Timeout is ${String(value ?? 'missing')}`;
    },
    'timeout',
  );
  yield* judge(
    fn,
    'ReservedConcurrentExecutions',
    (value) => (asNumber(value) === undefined ? 'no concurrency is reserved' : undefined),
    'concurrency',
  );
  const role = roleOf(model, fn, 'Role');
  if (role === undefined) {
    yield undecided(fn, 'Properties.Role', unknownRole(fn, 'Role'));
    return;
  }
  for (const statement of model.statementsOf(role).statements) {
    const foreign =
      statement.effect === 'Allow' ? statement.actions.find((action) => !OWN_ACTIONS.test(String(action))) : undefined;
    if (foreign !== undefined)
      yield finding(
        statement.holder,
        `${statement.path}.Action`,
        `the interceptor may ${String(foreign)}`,
        String(foreign),
      );
  }
}
