import { type CloudFormationResource, type CloudFormationTemplate, isObject, own } from './cloudformation';

const SAM_FUNCTION = 'AWS::Serverless::Function';

/**
 * What the transform of AWS SAM makes of its functions, as far as checks need it: the function, its role with inline
 * policies, its alias, its URL, and the permissions of its events. A policy template of SAM (`DynamoDBCrudPolicy`) is not
 * expanded: its statements are unknown.
 *
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 */
export function expandSam(template: CloudFormationTemplate): CloudFormationTemplate {
  const functions = Object.entries(template.Resources).filter(([, { Type }]) => Type === SAM_FUNCTION);
  if (functions.length === 0) return template;
  const globals = own(own(template, 'Globals'), 'Function');
  const resources = new Map<string, CloudFormationResource>(Object.entries(template.Resources));
  for (const [id, resource] of functions) {
    const properties: Record<string, unknown> = { ...(isObject(globals) ? globals : {}), ...resource.Properties };
    for (const [name, made] of expanded(id, properties))
      resources.set(name, { ...made, Condition: resource.Condition });
    const role = properties.Role ?? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] };
    resources.set(id, { ...resource, Type: 'AWS::Lambda::Function', Properties: { ...properties, Role: role } });
  }
  const aliases = functions.flatMap(([id, { Properties }]) => {
    const alias = own(Properties, 'AutoPublishAlias') ?? own(globals, 'AutoPublishAlias');
    return typeof alias === 'string' ? [[`${id}.Alias`, `${id}Alias${alias}`] as const] : [];
  });
  const expandedTemplate = { ...template, Resources: Object.fromEntries(resources) };
  return aliases.length === 0 ? expandedTemplate : (renamed(expandedTemplate, new Map(aliases)) as typeof template);
}

/** `!Ref Function.Alias` is SAM's name for the alias that it makes. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{([\w.]+)\}/g, (all, id) => (names.has(id) ? `\${${names.get(id)}}` : all));
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (!isObject(value)) return value;
  const id = own(value, 'Ref');
  if (typeof id === 'string' && names.has(id)) return { Ref: names.get(id) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, names)]));
}

function* expanded(id: string, properties: Record<string, unknown>): Iterable<[string, CloudFormationResource]> {
  if (properties.Role === undefined) yield [`${id}Role`, roleOf(properties.Policies)];
  const alias = properties.AutoPublishAlias;
  if (typeof alias === 'string') {
    yield [
      `${id}Alias${alias}`,
      { Type: 'AWS::Lambda::Alias', Properties: { Name: alias, FunctionName: { Ref: id } } },
    ];
  }
  if (properties.FunctionUrlConfig !== undefined) {
    const url = {
      TargetFunctionArn: { 'Fn::GetAtt': [id, 'Arn'] },
      AuthType: own(properties.FunctionUrlConfig, 'AuthType'),
    };
    yield [`${id}Url`, { Type: 'AWS::Lambda::Url', Properties: url }];
  }
  for (const [name, event] of Object.entries(isObject(properties.Events) ? properties.Events : {})) {
    const principal = PRINCIPALS.get(String(own(event, 'Type')));
    const made: CloudFormationResource =
      principal === undefined
        ? { Type: 'AWS::Lambda::EventSourceMapping', Properties: { FunctionName: { Ref: id } } }
        : {
            Type: 'AWS::Lambda::Permission',
            Properties: {
              FunctionName: { Ref: id },
              Principal: principal,
              Action: 'lambda:InvokeFunction',
              SourceArn: name,
            },
          };
    yield [`${id}${name}`, made];
  }
}

/** Events that invoke; the others are polled by an event source mapping. */
const PRINCIPALS: ReadonlyMap<string, string> = new Map([
  ['Api', 'apigateway.amazonaws.com'],
  ['HttpApi', 'apigateway.amazonaws.com'],
  ['S3', 's3.amazonaws.com'],
  ['SNS', 'sns.amazonaws.com'],
  ['Schedule', 'events.amazonaws.com'],
  ['ScheduleV2', 'scheduler.amazonaws.com'],
  ['EventBridgeRule', 'events.amazonaws.com'],
  ['CloudWatchEvent', 'events.amazonaws.com'],
]);

function roleOf(policies: unknown): CloudFormationResource {
  const list = policies === undefined ? [] : Array.isArray(policies) ? policies : [policies];
  const managed = list.filter((policy) => typeof policy === 'string' || own(policy, 'Ref') !== undefined);
  const documents = list.filter((policy) => isObject(policy) && own(policy, 'Ref') === undefined);
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      ManagedPolicyArns: [
        'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
        ...managed.map(managedArn),
      ],
      Policies: documents.map((document) => ({
        // A policy template has its name as its only key.
        PolicyDocument:
          own(document, 'Statement') === undefined ? { 'Fn::Transform': Object.keys(document)[0] } : document,
      })),
    },
  };
}

function managedArn(policy: unknown): unknown {
  return typeof policy === 'string' && !policy.startsWith('arn:') ? `arn:aws:iam::aws:policy/${policy}` : policy;
}
