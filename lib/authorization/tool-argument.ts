import { Token } from 'aws-cdk-lib';
import { patternText } from '../core/cedar/literal';
import { SecureMcpError, shown } from '../core/errors';
import type { ToolInputType } from '../core/schema/tool-schema';
import { isResolved, type ResolvedArgument, resolveArgument } from './argument-path';
import { CallerType } from './caller-rendering';
import {
  type CalledTool,
  joined,
  type PolicyTool,
  problem,
  type RenderedCondition,
  rendered,
} from './condition-rendering';
import { isLiterals, type Literals, member, nameOf, numbers, texts } from './condition-values';
import { ToolCondition } from './tool-condition';

/**
 * An argument of a tool, to write conditions about.
 *
 * Every condition but `isAbsent` demands that the argument is given. What it compares with has to have the type that
 * the input schema says: a comparison of text with a number is an error at synthesis, as is an argument that the tool
 * does not have.
 */
export class ToolArgument {
  /** An argument by its name; `tool.arg('name')` is the same. */
  public static named(name: string): ToolArgument {
    return new ToolArgument([name]);
  }

  private constructor(private readonly path: string[]) {}

  /** A property of an argument that is an object. */
  public property(name: string): ToolArgument {
    return new ToolArgument([...this.path, name]);
  }

  /**
   * A number from 0 to the limit. Negative numbers are refused, because a limit on an amount that admits -1,000,000 is
   * none; where they are meant, use `between`.
   *
   * @param limit included; at most four decimal places
   */
  public atMost(limit: number): ToolCondition {
    if (limit < 0 && !Token.isUnresolved(limit)) {
      throw new SecureMcpError({
        code: 'CONDITION_VALUE',
        message: `atMost admits 0 to the limit, got ${shown(limit)}`,
        fix: 'Use between(min, max) where negative numbers are meant',
      });
    }
    return this.between(0, limit);
  }

  /**
   * A number from the limit up, without an upper bound. Combine it with `atMost`, or use `between`.
   *
   * @param limit included; at most four decimal places
   */
  public atLeast(limit: number): ToolCondition {
    return this.numeric([['>=', limit]]);
  }

  /** A number between two limits, both included; at most four decimal places. */
  public between(min: number, max: number): ToolCondition {
    if (min > max && !Token.isUnresolved(max)) {
      throw new SecureMcpError({
        code: 'CONDITION_VALUE',
        message: `the lower limit is above the upper one, got ${shown([min, max])}`,
        fix: 'Give the lower limit first',
      });
    }
    return this.numeric([
      ['>=', min],
      ['<=', max],
    ]);
  }

  /** Exactly this text. */
  public equalTo(value: string): ToolCondition {
    return this.oneOf([value]);
  }

  /** Exactly this number; at most four decimal places. */
  public equalToNumber(value: number): ToolCondition {
    return this.oneOfNumbers([value]);
  }

  /** One of these texts, compared exactly: case and white space count. */
  public oneOf(values: string[]): ToolCondition {
    return this.condition(['string'], (argument, tool) => member(texts(values, tool), argument.access));
  }

  /** One of these numbers; at most four decimal places. */
  public oneOfNumbers(values: number[]): ToolCondition {
    return this.condition(['integer', 'number'], (argument, tool) =>
      member(numbers(values, argument.schema.type, tool), argument.access),
    );
  }

  /** Text that starts like this. Anything may follow, also line breaks: prefer `oneOf` where the values are known. */
  public startsWith(prefix: string): ToolCondition {
    if (prefix === '') {
      throw new SecureMcpError({
        code: 'CONDITION_VALUE',
        message: 'every text starts with "", so the condition is none',
        fix: 'Give a prefix, or leave the condition out',
      });
    }
    return this.condition(['string'], (argument, tool) => {
      const checked = texts([prefix], tool);
      return isLiterals(checked) ? rendered(`${argument.access} like "${patternText(prefix)}*"`) : checked;
    });
  }

  /** `true`. An argument says what the model wants, not what a person confirmed. */
  public isTrue(): ToolCondition {
    return this.condition(['boolean'], ({ access }) => rendered(access));
  }

  /** `false`. */
  public isFalse(): ToolCondition {
    return this.condition(['boolean'], ({ access }) => rendered(`${access} == false`));
  }

  /**
   * The same text as a claim of the caller's token, for instance the caller's own tenant.
   *
   * @param claim name of a claim that is a string; the caller must have it, so it has to be one with a token
   */
  public equalToClaim(claim: string): ToolCondition {
    return this.condition(['string'], ({ access }, tool) => {
      if (tool.callerType !== CallerType.OAUTH_USER) {
        const message = `argument '${this.path.join('.')}' is compared with a claim, but its callers have no token`;
        return problem(tool, 'CONDITION_TYPE', message, 'Compare it with values, or permit callers with a token');
      }
      const checked = texts([claim], tool);
      if (!isLiterals(checked)) return checked;
      const [tag] = checked.literals;
      return rendered(`principal.hasTag(${tag}) && ${access} == principal.getTag(${tag})`);
    });
  }

  /** A list that has nothing but these texts in it; an empty list is one. */
  public onlyOf(values: string[]): ToolCondition {
    return this.listOfText((set, access) => `${set}.containsAll(${access})`, values);
  }

  /** A list that has all of these texts in it, and maybe others. */
  public containsAll(values: string[]): ToolCondition {
    return this.listOfText((set, access) => `${access}.containsAll(${set})`, values);
  }

  /** A list that has at least one of these texts in it, and maybe others. */
  public containsAny(values: string[]): ToolCondition {
    return this.listOfText((set, access) => `${access}.containsAny(${set})`, values);
  }

  /** A list that has nothing but these numbers in it; an empty list is one. */
  public onlyOfNumbers(values: number[]): ToolCondition {
    return this.listOfNumbers((set, access) => `${set}.containsAll(${access})`, values);
  }

  /** A list that has all of these numbers in it, and maybe others. */
  public containsAllNumbers(values: number[]): ToolCondition {
    return this.listOfNumbers((set, access) => `${access}.containsAll(${set})`, values);
  }

  /** A list that has at least one of these numbers in it, and maybe others. */
  public containsAnyNumber(values: number[]): ToolCondition {
    return this.listOfNumbers((set, access) => `${access}.containsAny(${set})`, values);
  }

  /** A list with nothing in it. */
  public isEmpty(): ToolCondition {
    return this.condition(['array'], ({ access }) => rendered(`${access}.isEmpty()`));
  }

  /** A list with something in it. */
  public isNotEmpty(): ToolCondition {
    return this.condition(['array'], ({ access }) => rendered(`!${access}.isEmpty()`));
  }

  /** The argument is given, whatever its value. */
  public isGiven(): ToolCondition {
    return ToolCondition._of((tool) => this.withPresence(tool, ({ presence }) => presence));
  }

  /** The argument is not given. */
  public isAbsent(): ToolCondition {
    return ToolCondition._of((tool) => this.withPresence(tool, ({ presence }) => `!(${presence})`));
  }

  private withPresence(tool: PolicyTool, text: (argument: ResolvedArgument) => string): RenderedCondition {
    const argument = resolveArgument(tool, this.path);
    if (!isResolved(argument)) return argument;
    if (!argument.optional) {
      const message = `argument '${this.path.join('.')}' is required, so it is always given`;
      return problem(tool, 'CONDITION_TYPE', message, 'Leave the condition out, or take the argument out of required');
    }
    return joined([...argument.guards.slice(0, -1), text(argument)].map(rendered), '&&');
  }

  private numeric(bounds: ReadonlyArray<readonly ['>=' | '<=', number]>): ToolCondition {
    return this.condition(['integer', 'number'], ({ access, schema }, tool) => {
      const limits = numbers(
        bounds.map(([, limit]) => limit),
        schema.type,
        tool,
      );
      if (!isLiterals(limits)) return limits;
      const comparisons = limits.literals.map((literal, index) => {
        const operator = bounds[index]![0];
        if (schema.type === 'integer') return `${access} ${operator} ${literal}`;
        return `${access}.${operator === '>=' ? 'greaterThanOrEqual' : 'lessThanOrEqual'}(${literal})`;
      });
      return rendered(comparisons.join(' && '));
    });
  }

  private listOfText(text: (set: string, access: string) => string, values: string[]): ToolCondition {
    return this.list(['string'], text, (_type, tool) => texts(values, tool));
  }

  private listOfNumbers(text: (set: string, access: string) => string, values: number[]): ToolCondition {
    return this.list(['integer', 'number'], text, (type, tool) => numbers(values, type, tool));
  }

  private list(
    items: readonly ToolInputType[],
    text: (set: string, access: string) => string,
    check: (type: ToolInputType, tool: PolicyTool) => Literals | RenderedCondition,
  ): ToolCondition {
    return this.condition(['array'], ({ access, schema }, tool) => {
      const type = schema.items?.type;
      if (type === undefined || !items.includes(type)) {
        const needed = items.includes('string') ? 'a list of text' : 'a list of numbers';
        return this.wrongType(tool, `a list of ${type ?? 'unknown items'}`, needed);
      }
      const checked = check(type, tool);
      return isLiterals(checked) ? rendered(text(`[${checked.literals.join(', ')}]`, access)) : checked;
    });
  }

  private condition(
    types: readonly ToolInputType[],
    render: (argument: ResolvedArgument, tool: CalledTool) => RenderedCondition,
  ): ToolCondition {
    return ToolCondition._of((tool) => {
      const argument = resolveArgument(tool, this.path);
      if (!isResolved(argument)) return argument;
      if (!types.includes(argument.schema.type)) {
        return this.wrongType(tool, nameOf(argument.schema), types.map((type) => nameOf({ type })).join(' or '));
      }
      return joined([...argument.guards.map(rendered), render(argument, tool)], '&&');
    });
  }

  private wrongType(tool: PolicyTool, actual: string, needed: string): RenderedCondition {
    const message = `argument '${this.path.join('.')}' is ${actual}, but the condition needs ${needed}`;
    return problem(tool, 'CONDITION_TYPE', message, 'Use a condition for that type, or correct the input schema');
  }
}
