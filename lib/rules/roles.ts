import { isUnknown } from '../assembly/resolve';
import { asList, type ModelResource, property, type TemplateModel } from '../assembly/template-model';
import { ALIAS, FUNCTION, GATEWAY, TARGET, VERSION } from './types';

/** The role resource that a property names, if it is in the assembly. */
export function roleOf(
  model: TemplateModel,
  resource: ModelResource,
  name: 'RoleArn' | 'Role',
): ModelResource | undefined {
  return model.referenced(property(resource, name));
}

/** The function behind an ARN: its own ARN, an alias or a version. */
export function functionOf(model: TemplateModel, arn: unknown): ModelResource | undefined {
  const resource = model.referenced(typeof arn === 'string' ? arn.replace(/:\*$/, '') : arn);
  if (resource?.type === ALIAS || resource?.type === VERSION)
    return functionOf(model, property(resource, 'FunctionName'));
  return resource?.type === FUNCTION ? resource : undefined;
}

export function targetsOf(model: TemplateModel, gateway: ModelResource): ModelResource[] {
  return model.ofType(TARGET).filter((target) => model.referenced(property(target, 'GatewayIdentifier')) === gateway);
}

/** ARN of a Lambda target, resolved; undefined for other kinds of target. */
export function lambdaArnOf(target: ModelResource): unknown {
  return property(target, 'TargetConfiguration', 'Mcp', 'Lambda', 'LambdaArn');
}

/** Functions that an interceptor or a target of any gateway names. */
export function toolFunctions(model: TemplateModel): Set<ModelResource> {
  const arns = [
    ...model.ofType(TARGET).map(lambdaArnOf),
    ...model
      .ofType(GATEWAY)
      .flatMap((gateway) => asList(property(gateway, 'InterceptorConfigurations')))
      .map((interceptor) => interceptorArn(interceptor)),
  ];
  return new Set(arns.flatMap((arn) => functionOf(model, arn) ?? []));
}

export function interceptorArn(interceptor: unknown): unknown {
  if (isUnknown(interceptor)) return interceptor;
  const { Interceptor } = interceptor as { Interceptor?: { Lambda?: { Arn?: unknown } } };
  return Interceptor?.Lambda?.Arn;
}

/** A pattern that matches more than one thing, apart from the ten characters the service appends to a gateway's name. */
export function isWide(pattern: string): boolean {
  return /[*?]/.test(pattern.replace(/(gateway\/[a-z0-9-]+-)\?{10}$/, '$1'));
}

/** `dynamodb:*`, `*`, `s3:Get*`. */
export function isWideAction(action: string): boolean {
  return action.includes('*') || action.includes('?');
}
