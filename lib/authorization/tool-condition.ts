import { stringLiteral } from '../core/cedar/literal';
import { SecureMcpError, shown } from '../core/errors';
import { type CalledTool, joined, type RenderCondition, type RenderedCondition, rendered } from './condition-rendering';

/**
 * Something that must hold for a call to be permitted, checked by the policy engine before the tool is called.
 *
 * Conditions come from the arguments of a tool (`tool.arg('amount').atMost(500)`) and from the factories here. They are
 * checked against the input schema of the tool whose permit they are used in, all together at synthesis, and can be
 * shared between tools that have the same arguments.
 *
 * There is deliberately no `not`: a list of what is forbidden admits everything nobody thought of.
 */
export class ToolCondition {
  /** All of the conditions hold. */
  public static allOf(...conditions: ToolCondition[]): ToolCondition {
    return combination(conditions, '&&', 'allOf');
  }

  /** At least one of the conditions holds. */
  public static anyOf(...conditions: ToolCondition[]): ToolCondition {
    return combination(conditions, '||', 'anyOf');
  }

  /**
   * The call is made at this instant or later.
   *
   * @param instant ISO 8601 in UTC, `2026-12-01` or `2026-12-01T08:00:00Z`
   */
  public static notBefore(instant: string): ToolCondition {
    const literal = datetimeLiteral(instant);
    return ToolCondition._of(() => rendered(`context.system.now >= ${literal}`));
  }

  /**
   * The call is made before this instant.
   *
   * @param instant ISO 8601 in UTC, `2026-12-01` or `2026-12-01T08:00:00Z`
   */
  public static before(instant: string): ToolCondition {
    const literal = datetimeLiteral(instant);
    return ToolCondition._of(() => rendered(`context.system.now < ${literal}`));
  }

  /**
   * The call is made between two times of the day in UTC, every day; the end is not included. A window that ends before
   * it starts goes over midnight.
   *
   * @param from `HH:MM`
   * @param to `HH:MM`
   */
  public static dailyBetween(from: string, to: string): ToolCondition {
    const [start, end] = [minutesOf(from), minutesOf(to)];
    if (start === end) throw invalidTime(`${from} to ${to}`, 'Use two different times');
    const operator = start < end ? '&&' : '||';
    const time = 'context.system.now.toTime()';
    const window = `(${time} >= duration("${start}m") ${operator} ${time} < duration("${end}m"))`;
    return ToolCondition._of(() => rendered(window));
  }

  /** @internal */
  public static _of(render: RenderCondition): ToolCondition {
    return new ToolCondition(render);
  }

  private constructor(private readonly render: RenderCondition) {}

  /** @internal */
  public _render(tool: CalledTool): RenderedCondition {
    return this.render(tool);
  }
}

function combination(conditions: ToolCondition[], operator: '&&' | '||', name: string): ToolCondition {
  if (conditions.length === 0) {
    throw new SecureMcpError({
      code: 'CONDITION_VALUE',
      message: `ToolCondition.${name} has no conditions`,
      fix: 'Give at least one',
    });
  }
  return ToolCondition._of((tool) =>
    joined(
      conditions.map((condition) => condition._render(tool)),
      operator,
    ),
  );
}

const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?Z)?$/;

function datetimeLiteral(instant: string): string {
  // Date accepts days that do not exist and moves them on, so the text has to survive the round trip.
  const date = INSTANT.test(instant) ? new Date(instant) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(instant.replace(/(\.000)?Z$/, ''))) {
    throw invalidTime(instant, 'Use ISO 8601 in UTC, 2026-12-01 or 2026-12-01T08:00:00Z');
  }
  return `datetime(${stringLiteral(instant)})`;
}

function minutesOf(time: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (hours === undefined || minutes === undefined) throw invalidTime(time, 'Use HH:MM in UTC, for example 08:30');
  return Number(hours) * 60 + Number(minutes);
}

function invalidTime(value: string, fix: string): SecureMcpError {
  return new SecureMcpError({ code: 'CONDITION_VALUE', message: `a time is not understood, got ${shown(value)}`, fix });
}
