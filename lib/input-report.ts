import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { PolicyTool } from './authorization/condition-rendering';
import { inputConditions } from './core/cedar/input-conditions';
import { DROP_REASONS, type DroppedKeyword } from './core/schema/dropped-keyword';
import { qualifiedToolName } from './protocol/tool-name';

/** One line of an input schema that the gateway does not carry, and everything that enforces it. */
export interface EnforcedLine {
  /** `lines[].amount` */
  readonly argument: string;
  readonly keyword: string;
  readonly value: unknown;
  /**
   * `policy`: every permit of the tool has it as a condition. `interceptor`: the REQUEST interceptor checks it. `handler`:
   * the code of the tool does, by `defineTool`. Empty when nothing in front of the target does.
   */
  readonly enforcedBy: readonly ('policy' | 'interceptor' | 'handler')[];
}

/** Something of the author that no client sees and that there is nothing to enforce of. */
export interface DroppedLine {
  /** JSON pointer (RFC 6901) into the author's schema, OpenAPI document or tool list: `/properties/amount/title`. */
  readonly pointer: string;
  readonly keyword: string;
  /** In words. */
  readonly why: string;
}

export interface ToolInputReport {
  readonly tool: string;
  /** Construct path. */
  readonly path: string;
  /** In the order of the author. */
  readonly lines: readonly EnforcedLine[];
  /** By pointer. */
  readonly dropped: readonly DroppedLine[];
}

export interface ReportedTool {
  readonly tool: PolicyTool;
  /** Whether the code behind the tool checks its input by the runtime helper. */
  readonly handlerChecks: boolean;
}

const FILE = 'input-schemas.json';
const REGISTRY = Symbol.for('cdk-secure-mcp.input-report');

/**
 * Writes `input-schemas.json` into the cloud assembly, with all gateways of the app: which line of which input schema is
 * enforced where, and what is neither published nor enforced. A line that nothing enforces is a warning on its gateway.
 */
export function reportInputs(gateway: IConstruct, tools: readonly ReportedTool[], interceptorChecks: boolean): void {
  const reports = tools
    .map((tool) => toolReport(tool, interceptorChecks))
    .filter(({ lines, dropped }) => lines.length + dropped.length > 0);
  for (const { tool, lines } of reports) {
    const open = lines.filter(({ enforcedBy }) => enforcedBy.length === 0);
    if (open.length === 0) continue;
    const named = open.map(({ argument, keyword }) => `${keyword} of ${argument}`).join(', ');
    Annotations.of(gateway).addWarningV2(
      `cdk-secure-mcp:inputUnchecked:${tool}`,
      `nothing in front of ${tool} enforces ${named}. Add Interceptor.request() to the gateway, or define the handler with defineTool of cdk-secure-mcp/runtime`,
    );
  }
  write(gateway, reports);
}

function toolReport({ tool, handlerChecks }: ReportedTool, interceptorChecks: boolean): ToolInputReport {
  const { report } = inputConditions(tool.inputSchema, tool.constraints ?? []);
  return {
    tool: qualifiedToolName(tool.target, tool.name),
    path: tool.at,
    lines: report.map(({ argument, keyword, value, enforcedBy }) => ({
      argument,
      keyword,
      value,
      enforcedBy: [
        ...(enforcedBy === 'policy' ? (['policy'] as const) : []),
        ...(interceptorChecks ? (['interceptor'] as const) : []),
        // The helper is given what policies cannot say.
        ...(handlerChecks && enforcedBy !== 'policy' ? (['handler'] as const) : []),
      ],
    })),
    dropped: droppedLines(tool.dropped ?? []),
  };
}

/** Each once: a schema that several arguments refer to stands in one place. */
function droppedLines(dropped: readonly DroppedKeyword[]): DroppedLine[] {
  const lines = dropped.map(({ pointer, keyword, why }) => ({ pointer, keyword, why: DROP_REASONS[why] }));
  const order = ({ pointer, why }: DroppedLine) => `${pointer}\n${why}`;
  const unique = [...new Map(lines.map((line) => [order(line), line])).values()];
  return unique.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function write(gateway: IConstruct, reports: readonly ToolInputReport[]): void {
  const { root } = gateway.node;
  if (!Stage.isStage(root)) return;
  const registry = root as Stage & { [REGISTRY]?: Map<string, readonly ToolInputReport[]> };
  if (registry[REGISTRY] === undefined) Object.defineProperty(registry, REGISTRY, { value: new Map() });
  const all = registry[REGISTRY]!;
  all.set(gateway.node.path, reports);
  const tools = [...all.values()].flat().sort((a, b) => (a.path < b.path ? -1 : 1));
  if (tools.length > 0)
    writeFileSync(join(root.outdir, FILE), `${JSON.stringify({ version: 1, tools }, undefined, 2)}\n`);
}
