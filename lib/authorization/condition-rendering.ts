import type { ErrorCode, Problem } from '../core/errors';
import type { DroppedKeyword } from '../core/schema/dropped-keyword';
import type { InputConstraint } from '../core/schema/input-constraint';
import type { ToolInputSchema } from '../core/schema/tool-schema';
import type { CallerType } from './caller-rendering';

/** The tool whose policy a condition becomes part of. */
export interface PolicyTool {
  readonly target: string;
  readonly name: string;
  readonly inputSchema: ToolInputSchema;
  /**
   * What the gateway does not carry of the author's input schema; every permit gets it as conditions, as far as Cedar
   * can say it.
   */
  readonly constraints?: readonly InputConstraint[];
  /** What of it is neither published nor a constraint. */
  readonly dropped?: readonly DroppedKeyword[];
  /** The OAuth scope of the tool as tokens carry it: `<gateway>/<tool>`; absent where the gateway has no scopes. */
  readonly scope?: string;
  /** Construct path, for errors. */
  readonly at: string;
}

/** The tool in a permit or forbid of one type of callers. */
export interface CalledTool extends PolicyTool {
  readonly callerType: CallerType;
}

/** Cedar text of one condition, or what is wrong with it; `false` stands for a condition with problems. */
export interface RenderedCondition {
  readonly text: string;
  readonly problems: readonly Problem[];
}

export type RenderCondition = (tool: CalledTool) => RenderedCondition;

export function rendered(text: string): RenderedCondition {
  return { text, problems: [] };
}

export function problem(tool: PolicyTool, code: ErrorCode, message: string, fix: string): RenderedCondition {
  return { text: 'false', problems: [{ code, message: `tool '${tool.name}': ${message}`, fix, at: tool.at }] };
}

/** Joins conditions; any problem makes the whole `false`, so that a mistake never widens a policy. */
export function joined(parts: readonly RenderedCondition[], operator: '&&' | '||'): RenderedCondition {
  const problems = parts.flatMap((part) => part.problems);
  if (problems.length > 0) return { text: 'false', problems };
  const texts = [...new Set(parts.map(({ text }) => text))];
  return rendered(texts.length === 1 ? texts[0]! : `(${texts.join(` ${operator} `)})`);
}
