import { isObject, own } from './cloudformation';
import { type ConditionWorld, decide, NO_WORLD } from './conditions';
import type { StackTemplate } from './read-assembly';

/** A value that the template does not decide. It is never treated as good. */
export class Unknown {
  public constructor(public readonly why: string) {}
}

export function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}

const MAX_DEPTH = 64;

/** Resolved objects inherit nothing that a hostile key could reach, and can still be shown in a message. */
const SHOWABLE = Object.create(null, { toString: { value: () => '{…}', writable: true } }) as object;

/**
 * Resolves intrinsic functions as far as a template decides them. What remains open at deployment stays visible:
 *
 * - a reference becomes an atom, `${<stack>:<logical id>}` or `${<stack>:<logical id>.<attribute>}`, equal only to itself,
 *   also across stacks of one assembly (exports and nested stack parameters are followed);
 * - a pseudo parameter becomes `${AWS::Region}`;
 * - a condition is taken as the given world has it;
 * - a parameter, an undecided condition, an unknown import or function becomes {@link Unknown}.
 */
export class Resolver {
  private readonly stacks: ReadonlyMap<string, StackTemplate>;
  private exports: ReadonlyMap<string, { stack: StackTemplate; value: unknown }> = new Map();

  public constructor(
    stacks: readonly StackTemplate[],
    private readonly world: ConditionWorld = NO_WORLD,
  ) {
    this.stacks = new Map(stacks.map((stack) => [stack.name, stack]));
    this.exports = this.collectExports(stacks);
  }

  /** Values behind a name are resolved once; a name that leads back to itself is unknown. */
  private readonly named = new Map<string, unknown>();

  private behind(kind: string, stack: StackTemplate, name: string, resolve: () => unknown): unknown {
    const key = `${kind}:${stack.name}:${name}`;
    if (!this.named.has(key)) {
      this.named.set(key, new Unknown('it refers to itself'));
      this.named.set(key, resolve());
    }
    return this.named.get(key);
  }

  public resolve(stack: StackTemplate, value: unknown, depth = 0): unknown {
    if (depth > MAX_DEPTH) return new Unknown('it is nested too deeply');
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(stack, item, depth + 1)).filter((item) => item !== undefined);
    }
    if (typeof value === 'string') return this.literal(value);
    if (!isObject(value)) return value;
    const keys = Object.keys(value);
    if (keys.length === 1 && (keys[0] === 'Ref' || keys[0]!.startsWith('Fn::'))) {
      return this.intrinsic(stack, keys[0]!, value[keys[0]!], depth + 1);
    }
    const macro = keys.find((key) => key === 'Fn::Transform' || key.startsWith('Fn::ForEach'));
    if (macro !== undefined) return new Unknown(`it comes from ${macro}`);
    const result: Record<string, unknown> = Object.create(SHOWABLE);
    for (const key of keys) {
      const resolved = this.resolve(stack, value[key], depth + 1);
      if (resolved !== undefined) result[key] = resolved;
    }
    return result;
  }

  /** Outside of `Fn::Sub` a dollar sign refers to nothing, so such a text must not look like a reference here. */
  private literal(text: string): unknown {
    if (!text.includes('${')) return text;
    for (const [whole, first] of text.matchAll(/\$\{([^{}]*?):[^{}]*\}/g)) {
      if (first === 'AWS' || first === 'Select' || this.stacks.has(first!))
        return new Unknown(`it holds ${whole} as plain text, outside of Fn::Sub`);
    }
    return text;
  }

  private intrinsic(stack: StackTemplate, name: string, argument: unknown, depth: number): unknown {
    switch (name) {
      case 'Ref':
        return this.ref(stack, String(argument), depth);
      case 'Fn::GetAtt':
        return this.getAtt(stack, this.attributePath(stack, argument, depth), depth);
      case 'Fn::Join':
        return this.join(stack, argument, depth);
      case 'Fn::Sub':
        return this.sub(stack, argument, depth);
      case 'Fn::ImportValue':
        return this.importValue(stack, argument, depth);
      case 'Fn::If':
        return this.either(stack, argument, depth);
      case 'Fn::Select':
      case 'Fn::Split':
        return this.piece(stack, name, argument, depth);
      case 'Fn::FindInMap':
        return this.findInMap(stack, argument, depth);
      case 'Fn::ToJsonString':
        return this.toJson(stack, argument, depth);
      default:
        return new Unknown(`it comes from ${name}`);
    }
  }

  /** With `AWS::LanguageExtensions` the parts may be functions themselves. */
  private attributePath(stack: StackTemplate, argument: unknown, depth: number): string {
    if (!Array.isArray(argument)) return String(argument);
    return argument.map((part) => (isObject(part) ? String(this.resolve(stack, part, depth)) : String(part))).join('.');
  }

  private ref(stack: StackTemplate, id: string, depth: number): unknown {
    if (id === 'AWS::NoValue') return undefined;
    if (id.startsWith('AWS::')) return `\${${id}}`;
    if (Object.hasOwn(stack.template.Resources, id)) return `\${${stack.name}:${id}}`;
    if (Object.hasOwn(stack.template.Parameters ?? {}, id)) return this.parameter(stack, id, depth);
    return new Unknown(`it refers to ${id}, which is not in the template`);
  }

  /** A parameter of a nested stack has the value that its parent passes. */
  private parameter(stack: StackTemplate, id: string, depth: number): unknown {
    const parent = stack.parent && this.stacks.get(stack.parent.stack);
    const resource = own(parent?.template.Resources, stack.parent?.logicalId ?? '');
    const passed = own(own(own(resource, 'Properties'), 'Parameters'), id);
    if (parent === undefined || passed === undefined) return new Unknown(`it is the parameter ${id}`);
    return this.behind('parameter', stack, id, () => this.resolve(parent, passed, depth));
  }

  private getAtt(stack: StackTemplate, path: string, depth: number): unknown {
    const dot = path.indexOf('.');
    const [id, attribute] = [path.slice(0, dot), path.slice(dot + 1)];
    if (dot < 0 || !Object.hasOwn(stack.template.Resources, id)) {
      return new Unknown(`it refers to ${path}, which is not in the template`);
    }
    const nested = attribute.startsWith('Outputs.') ? this.stacks.get(`${stack.name}/${id}`) : undefined;
    if (nested !== undefined) {
      const output = own(nested.template.Outputs, attribute.slice('Outputs.'.length));
      return this.behind('output', nested, attribute, () => this.resolve(nested, own(output, 'Value'), depth));
    }
    return `\${${stack.name}:${id}.${attribute}}`;
  }

  private join(stack: StackTemplate, argument: unknown, depth: number): unknown {
    const [separator, list] = Array.isArray(argument) ? argument : [];
    const items = this.resolve(stack, list, depth);
    if (isUnknown(items)) return items;
    if (typeof separator !== 'string' || !Array.isArray(items))
      return new Unknown('it comes from a malformed Fn::Join');
    return joined(items, separator);
  }

  private sub(stack: StackTemplate, argument: unknown, depth: number): unknown {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    if (typeof text !== 'string') return new Unknown('it comes from a malformed Fn::Sub');
    const parts = text.split(/(\$\{[^}]*\})/).map((part) => {
      if (!part.startsWith('${')) return part;
      const name = part.slice(2, -1).trim();
      if (name.startsWith('!')) return this.literal(`\${${name.slice(1)}}`);
      if (name === 'AWS::NoValue') return '';
      const variable = own(variables, name);
      if (variable !== undefined) return this.resolve(stack, variable, depth);
      return name.includes('.') && !name.startsWith('AWS::')
        ? this.getAtt(stack, name, depth)
        : this.ref(stack, name, depth);
    });
    return joined(parts, '');
  }

  private importValue(stack: StackTemplate, argument: unknown, depth: number): unknown {
    const name = this.resolve(stack, argument, depth);
    const found = typeof name === 'string' ? this.exports.get(exportName(name, stack)) : undefined;
    if (found === undefined) return new Unknown('it is imported from a stack that is not here');
    return this.behind('export', found.stack, String(name), () => this.resolve(found.stack, found.value, depth));
  }

  private either(stack: StackTemplate, argument: unknown, depth: number): unknown {
    const [condition, whenTrue, whenFalse] = Array.isArray(argument) ? argument : [];
    const holds = this.holds(stack, condition);
    if (holds !== undefined) return this.resolve(stack, holds ? whenTrue : whenFalse, depth);
    const branches = [this.resolve(stack, whenTrue, depth), this.resolve(stack, whenFalse, depth)];
    if (JSON.stringify(branches[0]) === JSON.stringify(branches[1]) && !isUnknown(branches[0])) return branches[0];
    return new Unknown(`it depends on the condition ${String(condition)}`);
  }

  /** Whether a condition of the stack holds in this world; undefined when that is not decided. */
  public holds(stack: StackTemplate, condition: unknown): boolean | undefined {
    return decide(stack, condition, this.world, (value) => this.resolve(stack, value));
  }

  private findInMap(stack: StackTemplate, argument: unknown, depth: number): unknown {
    const [map, first, second] = (Array.isArray(argument) ? argument : []).map((key) => {
      const resolved = this.resolve(stack, key, depth);
      return (resolved === '${AWS::Region}' && stack.region) || (resolved === '${AWS::AccountId}' && stack.account)
        ? own(key, 'Ref') === 'AWS::Region'
          ? stack.region
          : stack.account
        : resolved;
    });
    const rows = own(stack.template.Mappings, String(map));
    if (isUnknown(second) || !isObject(rows)) return new Unknown('it comes from Fn::FindInMap');
    const row = isUnknown(first) ? undefined : own(rows, String(first));
    const found = new Set((row === undefined ? Object.values(rows) : [row]).map((each) => own(each, String(second))));
    const [value] = found;
    return found.size === 1 && value !== undefined
      ? this.resolve(stack, value, depth)
      : new Unknown('it comes from Fn::FindInMap');
  }

  private toJson(stack: StackTemplate, argument: unknown, depth: number): unknown {
    const value = this.resolve(stack, argument, depth);
    let open: Unknown | undefined;
    const text = JSON.stringify(value, (_key, item) => {
      if (isUnknown(item)) open ??= item;
      return item;
    });
    return open ?? text;
  }

  /** Taking a literal apart is decided here; taking a reference apart gives an atom of its own. */
  private piece(stack: StackTemplate, name: string, argument: unknown, depth: number): unknown {
    const [first, second] = Array.isArray(argument) ? argument : [];
    const source = this.resolve(stack, second, depth);
    if (isUnknown(source)) return source;
    if (name === 'Fn::Split') {
      if (typeof source !== 'string' || typeof first !== 'string')
        return new Unknown('it comes from a malformed Fn::Split');
      return source.includes('${') ? { split: [first, source] } : source.split(first);
    }
    if (Array.isArray(source)) return source[Number(first)] ?? new Unknown('Fn::Select finds nothing there');
    return `\${Select:${Number(first)}:${JSON.stringify(source).replace(/[{}]/g, '')}}`;
  }

  private collectExports(stacks: readonly StackTemplate[]) {
    const exports = new Map<string, { stack: StackTemplate; value: unknown }>();
    for (const stack of stacks) {
      for (const output of Object.values(stack.template.Outputs ?? {})) {
        const name = this.resolve(stack, own(own(output, 'Export'), 'Name'));
        if (typeof name === 'string') exports.set(exportName(name, stack), { stack, value: own(output, 'Value') });
      }
    }
    return exports;
  }
}

/** `Fn::Sub: ${AWS::StackName}-Key`: the stack's name is known, so that exporter and importer meet. */
function exportName(name: string, stack: StackTemplate): string {
  return name.replaceAll('${AWS::StackName}', stack.name);
}

function joined(parts: readonly unknown[], separator: string): unknown {
  const unknown = parts.find(isUnknown);
  if (unknown !== undefined) return unknown;
  if (parts.some((part) => typeof part === 'object')) return new Unknown('it joins something that is not text');
  return parts.map(String).join(separator);
}
