import { isUnknown, Unknown } from '../../assembly/resolve';
import { type ModelResource, property, type RoleStatement, type TemplateModel } from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { matchesPattern, matchesResource } from '../../core/iam/match';
import { functionOf } from '../lambda';
import { perModel } from '../per-model';
import { at } from '../read';
import { allows, isWide, rolesOfGateways, toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { EVENT_SOURCE, FUNCTION_URL, LAMBDA_PERMISSION, ROLE } from '../types';

export const lp09 = defineRule({
  id: 'LP09',
  name: 'no-second-door',
  layer: 'least-privilege',
  level: 'high',
  summary: 'There is another way to a tool than the gateway',
  explanation:
    'A function URL, an event source or another role calls the tool without a token, a policy or a record at the gateway.',
  fix: 'Remove the other way, or give it a function of its own',
  acknowledge: 'When a scheduled job uses the same function and cannot be told what to do by anybody.',
  limits:
    'Roles outside of the assembly are not seen. A function without FunctionName gets its name at deployment: whether a pattern such as function:shop-* matches it is undecided.',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html'],
  frameworks: {
    owaspMcp: ['07', '09'],
    owaspAgentic: ['02'],
    wellArchitected: ['SEC05-BP02', 'SEC03-BP07'],
    nist80053: ['AC-25', 'CM-7', 'SC-7'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function }
Url: { Type: AWS::Lambda::Url, Properties: { AuthType: NONE, TargetFunctionArn: !GetAtt Fn.Arn } }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function }
`,
  },
  *evaluate(model) {
    const tools = toolFunctions(model);
    const isTool = (arn: unknown) => {
      const fn = functionOf(model, arn);
      return fn !== undefined && tools.has(fn);
    };
    for (const url of model.ofType(FUNCTION_URL)) {
      const arn = at(url, 'TargetFunctionArn');
      if (isUnknown(arn)) yield undecided(url, 'Properties.TargetFunctionArn', arn);
      else if (isTool(arn)) yield finding(url, 'Properties.TargetFunctionArn', 'the tool has a function URL');
    }
    for (const source of model.ofType(EVENT_SOURCE)) {
      const name = at(source, 'FunctionName');
      if (isUnknown(name)) yield undecided(source, 'Properties.FunctionName', name);
      else if (isTool(name)) yield finding(source, 'Properties.FunctionName', 'an event source calls the tool');
    }
    for (const permission of model.ofType(LAMBDA_PERMISSION)) {
      const principal = String(at(permission, 'Principal'));
      const trigger =
        /^[a-z0-9.-]+\.amazonaws\.com$/.test(principal) && principal !== 'bedrock-agentcore.amazonaws.com';
      if (trigger && isTool(at(permission, 'FunctionName')))
        yield finding(permission, 'Properties.Principal', `${principal} calls the tool`);
    }
    const gatewayRoles = new Set(rolesOfGateways(model).map(({ role }) => role));
    for (const role of model.ofType(ROLE)) {
      if (gatewayRoles.has(role)) continue;
      for (const statement of model.statementsOf(role).statements) {
        if (!allows(statement, 'lambda:InvokeFunction')) continue;
        const answers = candidates(model, statement).map((tool) => mayInvoke(model, statement, tool));
        const path = `${statement.path}.${statement.notResources.length > 0 ? 'NotResource' : 'Resource'}`;
        const open = answers.find(isUnknown);
        if (answers.includes(true))
          yield finding(statement.holder, path, `${role.logicalId} may invoke the tool`, role.logicalId);
        else if (open !== undefined) yield undecided(statement.holder, path, open);
      }
    }
  },
});

const toolsByName = perModel((model) => groupedBy(toolFunctions(model), (tool) => property(tool, 'FunctionName')));

/** Tools with another name that is the same once deployed. */
function perhapsNamed(model: TemplateModel, name: string): ModelResource[] {
  const others = name.search(PSEUDO) >= 0 ? toolsByName(model) : toolsByOpenName(model);
  return [...others].flatMap(([other, tools]) => (typeof other === 'string' && mayBeSame(name, other) ? tools : []));
}

const toolsByOpenName = perModel(
  (model) => new Map([...toolsByName(model)].filter(([name]) => typeof name === 'string' && name.search(PSEUDO) >= 0)),
);

/** One function, by reference or by name. A shorter ARN is none: what it leaves out stands for everything. */
const ONE_FUNCTION = /^(?:\$\{[^${}]*\}|arn:[^*?]*:function:((?:\$\{[^${}]*\}|[^:*?])+))(?::[^:*?]*)?$/;

/** The tools that a statement can mean: where each entry of `Resource` names one function those, else all. */
function candidates(model: TemplateModel, { resources, notResources }: RoleStatement): readonly ModelResource[] {
  const tools = toolFunctions(model);
  const named = resources.map((resource) => (isUnknown(resource) ? null : ONE_FUNCTION.exec(resource)));
  if (notResources.length > 0 || named.includes(null)) return [...tools];
  const meant = named.flatMap((match) => [
    functionOf(model, match![0]),
    ...(toolsByName(model).get(match![1]) ?? []),
    ...(match![1] === undefined ? [] : perhapsNamed(model, match![1])),
  ]);
  return [...new Set(meant)].filter((fn) => fn !== undefined && tools.has(fn)) as ModelResource[];
}

function mayInvoke(model: TemplateModel, statement: RoleStatement, tool: ModelResource): boolean | Unknown {
  if (statement.notResources.length > 0)
    return !statement.notResources.some((resource) => isNamed(model, resource, tool) === true);
  const answers = statement.resources.map((resource) => isNamed(model, resource, tool));
  return answers.includes(true) || (answers.find(isUnknown) ?? false);
}

/** A name that no pattern has in mind. */
const SOME_NAME = '\uE003'.repeat(20);

/** Whether an entry of `Resource` names a function, or one of its versions and aliases. */
function isNamed(model: TemplateModel, resource: string | Unknown, tool: ModelResource): boolean | Unknown {
  if (isUnknown(resource)) return resource;
  if (functionOf(model, resource.replace(/[*?]+$/, '')) === tool) return true;
  const pattern = withoutColons(resource);
  const name = property(tool, 'FunctionName');
  const known = typeof name === 'string' && !/^\$\{[^${}]+\}$/.test(name);
  if (matchesFunction(pattern, known ? withoutColons(name) : SOME_NAME)) return true;
  const [, , , , , , names = ''] = pattern.split(':');
  if (known && mayBeSame(names, withoutColons(name)))
    return new Unknown(`${resource} may become the name of ${tool.logicalId} when it is deployed`);
  return !known && isWide(names) && matchesFunction(pattern.replace(names, '*'), SOME_NAME)
    ? new Unknown(`the name of ${tool.logicalId} is given at deployment, and ${resource} may match it`)
    : false;
}

const PSEUDO = /\$\{AWS[:.][^${}]*\}/g;

/** Whether one of two names becomes the other with some value of the pseudo parameters in it. */
function mayBeSame(a: string, b: string): boolean {
  const becomes = (open: string, other: string) =>
    open.search(PSEUDO) >= 0 && matchesPattern(open.replace(PSEUDO, '*'), other);
  return becomes(a, b) || becomes(b, a);
}

/** A function in the region and account of the pattern. */
function matchesFunction(pattern: string, name: string): boolean {
  const [partition, region, account, qualifier] = [1, 3, 4, 7].map((index) => pattern.split(':')[index] ?? '*');
  const literal = (part: string | undefined) => part!.replace(/[*?]/g, 'x');
  const arn = `arn:${literal(partition)}:lambda:${literal(region)}:${literal(account)}:function:${name}`;
  return [arn, `${arn}:${literal(qualifier)}`].some((each) => matchesResource(pattern, each, true));
}

/** Pseudo parameters have colons of their own. */
function withoutColons(text: string): string {
  return text.replace(/\$\{[^${}]*\}/g, (reference) => reference.replaceAll(':', '.'));
}
