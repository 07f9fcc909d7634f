import { type CloudEnvironment, type Identity, identityOf } from './attributes';
import { type CloudFormationResource, isObject, own } from './cloudformation';
import { conditionOutcome } from './condition-outcome';
import { PSEUDO_PARAMETER, pseudoParameter } from './pseudo-parameter';
import type { Assembly, StackTemplate } from './read-assembly';
import { dynamicReferences, unresolved, unresolvedIn } from './unresolved';
import { asList, asObject, asText, NO_VALUE } from './values';

/** Made up where the template does not say. */
export const DEFAULT_ENVIRONMENT: CloudEnvironment = {
  partition: 'aws',
  region: 'us-east-1',
  account: '123456789012',
};

export interface ResolveOptions {
  readonly environment?: Partial<CloudEnvironment>;
  /** Values of template parameters, by name. */
  readonly parameters?: { readonly [name: string]: string };
}

/** A resource as it would look once deployed. */
export interface ConcreteResource {
  readonly stack: StackTemplate;
  readonly logicalId: string;
  readonly type: string;
  /** Physical id: what `Ref` returns. */
  readonly ref: string;
  readonly properties: { readonly [name: string]: unknown };
  readonly metadata: { readonly [name: string]: unknown };
  readonly environment: CloudEnvironment;
  readonly attribute: (name: string) => string | undefined;
  /** Whether it is there depends on a condition that is not known. */
  readonly conditional: boolean;
  /** What could not be resolved in the properties, e.g. `GetAtt Custom.Token`. */
  readonly unresolved: readonly string[];
}

/**
 * The concrete view of an assembly, for running it: every intrinsic function evaluated with ids that are made up but
 * stable. What cannot be known stands in the text as a mark that no real value can contain, and is listed.
 */
export class ConcreteAssembly {
  public readonly resources: readonly ConcreteResource[];
  private readonly stacks: ReadonlyMap<string, StackResolver>;

  public constructor(
    public readonly assembly: Assembly,
    options: ResolveOptions = {},
  ) {
    const stacks = new Map<string, StackResolver>();
    for (const stack of assembly.stacks) stacks.set(stack.name, new StackResolver(stack, options, stacks));
    this.stacks = stacks;
    this.resources = [...stacks.values()].flatMap((stack) => stack.resources());
  }

  public ofType(type: string): readonly ConcreteResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** Resolves an expression in the scope of a stack, e.g. one from the metadata of a resource. */
  public resolve(stack: StackTemplate, expression: unknown): unknown {
    return this.stacks.get(stack.name)?.resolve(expression);
  }
}

class StackResolver {
  private readonly environment: CloudEnvironment;
  private readonly identities = new Map<string, Identity>();
  private readonly busy = new Set<string>();

  public constructor(
    private readonly stack: StackTemplate,
    private readonly options: ResolveOptions,
    private readonly siblings: ReadonlyMap<string, StackResolver>,
  ) {
    this.environment = {
      partition: options.environment?.partition ?? DEFAULT_ENVIRONMENT.partition,
      region: options.environment?.region ?? stack.region ?? DEFAULT_ENVIRONMENT.region,
      account: options.environment?.account ?? stack.account ?? DEFAULT_ENVIRONMENT.account,
    };
  }

  public resources(): ConcreteResource[] {
    return Object.entries(this.stack.template.Resources)
      .filter(([, { Condition }]) => Condition === undefined || this.condition(Condition) !== false)
      .map(([logicalId, resource]) => this.concrete(logicalId, resource));
  }

  public resolve(value: unknown): unknown {
    const resolved = this.evaluate(value);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  private concrete(logicalId: string, resource: CloudFormationResource): ConcreteResource {
    const { stack, environment } = this;
    const identity = () => this.identity(logicalId);
    let properties: { readonly [name: string]: unknown } | undefined;
    const resolved = () => {
      properties ??= asObject(this.resolve(resource.Properties ?? {}));
      return properties;
    };
    return {
      stack,
      logicalId,
      type: resource.Type,
      environment,
      get ref() {
        return identity().ref;
      },
      get properties() {
        return resolved();
      },
      metadata: asObject(this.resolve(resource.Metadata ?? {})),
      conditional: resource.Condition !== undefined && this.condition(resource.Condition) === undefined,
      attribute: (name) => own(identity().attributes, name) as string | undefined,
      get unresolved() {
        return unresolvedIn(resolved());
      },
    };
  }

  private identity(logicalId: string): Identity {
    const known = this.identities.get(logicalId);
    if (known !== undefined) return known;
    const resource = own(this.stack.template.Resources, logicalId) as CloudFormationResource;
    const identity = identityOf(resource.Type, {
      stackName: this.stack.name,
      logicalId,
      environment: this.environment,
      property: (name) => this.resolve(own(resource.Properties, name)),
    });
    this.identities.set(logicalId, identity);
    return identity;
  }

  private evaluate(value: unknown): unknown {
    if (typeof value === 'string') return dynamicReferences(value);
    if (Array.isArray(value)) return value.map((item) => this.evaluate(item)).filter((item) => item !== NO_VALUE);
    if (!isObject(value)) return value;
    const [name, ...others] = Object.keys(value);
    if (name !== undefined && others.length === 0) {
      if (name === 'Ref') return this.ref(String(value.Ref));
      if (name.startsWith('Fn::')) return this.call(name.slice('Fn::'.length), value[name]);
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, this.evaluate(item)] as const)
        .filter(([, item]) => item !== NO_VALUE),
    );
  }

  private ref(name: string): unknown {
    if (name.startsWith(PSEUDO_PARAMETER)) return pseudoParameter(name, this.stack.name, this.environment);
    if (Object.hasOwn(this.stack.template.Resources, name)) return this.guarded(name, () => this.identity(name).ref);
    return this.parameter(name);
  }

  private parameter(name: string): unknown {
    const given = own(this.options.parameters, name);
    if (given !== undefined) return given;
    const { parent } = this.stack;
    if (parent !== undefined) {
      const owner = this.siblings.get(parent.stack);
      const nested = own(owner?.stack.template.Resources, parent.logicalId);
      const passed = own(own(own(nested, 'Properties'), 'Parameters'), name);
      if (passed !== undefined) return owner?.resolve(passed);
    }
    const parameter = own(this.stack.template.Parameters, name);
    const fallback = own(parameter, 'Default');
    const secret = String(own(parameter, 'Type') ?? '').startsWith('AWS::SSM::');
    return fallback === undefined || secret ? unresolved(`Ref ${name}`) : fallback;
  }

  private call(name: string, argument: unknown): unknown {
    const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    return run === undefined ? unresolved(`Fn::${name}`) : run(this, argument);
  }

  public getAtt(argument: unknown): unknown {
    const [logicalId, attribute] = Array.isArray(argument)
      ? argument.map((part) => String(this.evaluate(part)))
      : split(String(argument));
    const resource = own(this.stack.template.Resources, logicalId ?? '');
    if (logicalId === undefined || attribute === undefined || resource === undefined) {
      return unresolved(`GetAtt ${String(argument)}`);
    }
    if (own(resource, 'Type') === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) {
      const nested = this.siblings.get(`${this.stack.name}/${logicalId}`);
      return nested?.output(attribute.slice('Outputs.'.length)) ?? unresolved(`GetAtt ${logicalId}.${attribute}`);
    }
    return this.guarded(logicalId, () => own(this.identity(logicalId).attributes, attribute), attribute);
  }

  /** A name may be made of attributes of other resources; two that need each other have none. */
  private guarded(logicalId: string, find: () => unknown, attribute?: string): unknown {
    const what = attribute === undefined ? `Ref ${logicalId}` : `GetAtt ${logicalId}.${attribute}`;
    return this.once(logicalId, find) ?? unresolved(what);
  }

  /** `undefined` for what needs itself. */
  private once<T>(mark: string, find: () => T): T | undefined {
    if (this.busy.has(mark)) return undefined;
    this.busy.add(mark);
    try {
      return find();
    } finally {
      this.busy.delete(mark);
    }
  }

  public output(name: string): unknown {
    return this.resolve(own(own(this.stack.template.Outputs, name), 'Value'));
  }

  public importValue(argument: unknown): unknown {
    const name = this.evaluate(argument);
    for (const stack of this.siblings.values()) {
      for (const [output, { Export }] of Object.entries(stack.stack.template.Outputs ?? {})) {
        if (Export?.Name !== undefined && stack.resolve(Export.Name) === name) return stack.output(output);
      }
    }
    return unresolved(`ImportValue ${String(name)}`);
  }

  public sub(argument: unknown): unknown {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replace(/\$\{([^}]*)\}/g, (_match, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      const given = own(variables, name);
      if (given !== undefined) return asText(this.evaluate(given));
      return asText(name.includes('.') ? this.getAtt(name) : this.ref(name));
    });
  }

  public findInMap(argument: unknown): unknown {
    const [map, top, second] = asList(argument).map((part) => String(this.evaluate(part)));
    const found = own(own(own(this.stack.template.Mappings, map ?? ''), top ?? ''), second ?? '');
    return found === undefined ? unresolved(`FindInMap ${map}.${top}.${second}`) : found;
  }

  public if(argument: unknown): unknown {
    const [name, whenTrue, whenFalse] = asList(argument);
    const holds = this.condition(String(name));
    if (holds === undefined) return unresolved(`If ${String(name)}`);
    return this.evaluate(holds ? whenTrue : whenFalse);
  }

  /** `undefined` when the condition depends on what is not known, or on itself. */
  public condition(name: string): boolean | undefined {
    return this.once(`Condition ${name}`, () =>
      conditionOutcome(own(this.stack.template.Conditions, name), {
        condition: (other) => this.condition(other),
        text: (argument) => this.text(argument),
      }),
    );
  }

  public list(argument: unknown): unknown[] {
    return asList(this.evaluate(argument));
  }

  public text(argument: unknown): string {
    return asText(this.evaluate(argument));
  }

  public zones(argument: unknown): string[] {
    const region = this.text(argument) || this.environment.region;
    return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
  }
}

const FUNCTIONS: { readonly [name: string]: (stack: StackResolver, argument: unknown) => unknown } = {
  GetAtt: (stack, argument) => stack.getAtt(argument),
  ImportValue: (stack, argument) => stack.importValue(argument),
  Sub: (stack, argument) => stack.sub(argument),
  FindInMap: (stack, argument) => stack.findInMap(argument),
  If: (stack, argument) => stack.if(argument),
  GetAZs: (stack, argument) => stack.zones(argument),
  Join: (stack, argument) => {
    const [separator, items] = asList(argument);
    return dynamicReferences(stack.list(items).map(asText).join(String(separator)));
  },
  Split: (stack, argument) => {
    const [separator, text] = asList(argument);
    return stack.text(text).split(String(separator));
  },
  Select: (stack, argument) => {
    const [index, items] = asList(argument);
    return stack.list(items)[Number(stack.text(index))] ?? unresolved('Fn::Select');
  },
  Base64: (stack, argument) => Buffer.from(stack.text(argument)).toString('base64'),
  ToJsonString: (stack, argument) => JSON.stringify(stack.resolve(argument)),
  Length: (stack, argument) => stack.list(argument).length,
};

function split(reference: string): [string, string | undefined] {
  const at = reference.indexOf('.');
  return at < 0 ? [reference, undefined] : [reference.slice(0, at), reference.slice(at + 1)];
}
