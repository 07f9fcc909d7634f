import { own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { unresolvedIn } from '../../assembly/unresolved';
import { METADATA_KEY, type ToolFunctionMetadata } from '../../protocol/template-metadata';
import type { Report } from './report';
import type { Role } from './roles';

/** What a function is run from. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** `nodejs24.x`; it runs in the Node.js that runs the local gateway. */
  readonly runtime: string;
  readonly handler: string;
  readonly code: LambdaCode;
  readonly environment: { readonly [name: string]: string };
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly concurrency: number;
  readonly region: string;
  readonly logGroup: string;
}

export type LambdaCode =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'inline'; readonly text: string };

/** A function that can be run, with the role it runs under. */
export interface RunnableFunction {
  readonly fn: LambdaFunction;
  readonly role: Role;
  readonly metadata?: ToolFunctionMetadata;
}

/** What runs at once when the template reserves nothing. */
const DEFAULT_CONCURRENCY = 4;
/** Seconds and MB of a function whose template says none. */
const LAMBDA_DEFAULT = { timeout: 3, memory: 128 } as const;

/** The functions of an assembly by every ARN that reaches them: their own, and those of aliases and versions. */
export function readFunctions(
  assembly: ConcreteAssembly,
  roles: ReadonlyMap<string, Role>,
  report: Report,
): Map<string, RunnableFunction> {
  const functions = new Map<string, RunnableFunction>();
  for (const resource of assembly.ofType('AWS::Lambda::Function')) {
    const runnable = readFunction(resource, roles, report);
    if (runnable !== undefined) functions.set(runnable.fn.arn, runnable);
  }
  const own = [...functions.values()];
  for (const type of ['AWS::Lambda::Alias', 'AWS::Lambda::Version']) {
    for (const qualifier of assembly.ofType(type)) {
      const name = qualifier.properties.FunctionName;
      const behind = own.find(({ fn }) => fn.arn === name || fn.name === name);
      if (behind !== undefined) functions.set(qualifier.ref, behind);
    }
  }
  return functions;
}

function readFunction(
  resource: ConcreteResource,
  roles: ReadonlyMap<string, Role>,
  report: Report,
): RunnableFunction | undefined {
  const { properties, environment, logicalId, metadata } = resource;
  const notRun = (why: string) => report(`${logicalId}: the function is not run, ${why}`);
  const runtime = String(properties.Runtime ?? 'a container image');
  if (!runtime.startsWith('nodejs')) return notRun(`only Node.js runtimes are, this one is ${runtime}`) as undefined;
  const role = roles.get(String(properties.Role));
  if (role === undefined) return notRun('its role is not in the assembly') as undefined;
  const code = codeOf(resource);
  if (code === undefined) return notRun('its code is not in the assembly') as undefined;

  const variables = own(properties.Environment, 'Variables') ?? {};
  for (const what of unresolvedIn(variables)) {
    report(`${logicalId}: ${what} in its environment is only known after a deployment`);
  }
  return {
    role,
    metadata: own(metadata, METADATA_KEY) as ToolFunctionMetadata | undefined,
    fn: {
      name: resource.ref,
      arn: resource.attribute('Arn') ?? '',
      runtime,
      handler: String(properties.Handler),
      code,
      environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
      timeoutSeconds: limitOf(resource, 'Timeout', LAMBDA_DEFAULT.timeout, report),
      memoryMb: limitOf(resource, 'MemorySize', LAMBDA_DEFAULT.memory, report),
      concurrency:
        properties.ReservedConcurrentExecutions === undefined
          ? DEFAULT_CONCURRENCY
          : limitOf(resource, 'ReservedConcurrentExecutions', 1, report),
      region: environment.region,
      logGroup: String(own(properties.LoggingConfig, 'LogGroup') ?? `/aws/lambda/${resource.ref}`),
    },
  };
}

/** A limit that cannot be read is a low one, and that is said: NaN would be none. */
function limitOf({ properties, logicalId }: ConcreteResource, name: string, low: number, report: Report): number {
  const value = Number(properties[name] ?? low);
  if (Number.isFinite(value)) return value;
  report(`${logicalId}: its ${name} is not known here, it is ${low}`);
  return low;
}

function codeOf(resource: ConcreteResource): LambdaCode | undefined {
  const code = resource.properties.Code;
  const text = own(code, 'ZipFile');
  if (typeof text === 'string') return { kind: 'inline', text };
  const asset = resource.stack.assets.get(String(own(code, 'S3Key')));
  return asset === undefined ? undefined : { kind: 'path', path: asset.path };
}
