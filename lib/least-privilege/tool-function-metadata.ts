import type { ToolFunctionMetadata, WeakeningMetadata } from '../protocol/template-metadata';
import type { CodeAnalysis } from './code-analysis';
import type { ToolConcurrency } from './tool-concurrency';
import type { NamedAccess } from './tool-environment';

/** What rules, report and local gateway are told about a tool's function. */
export function toolFunctionMetadata(
  tool: string,
  access: readonly NamedAccess[],
  concurrency?: ToolConcurrency,
  analysis?: CodeAnalysis,
): ToolFunctionMetadata {
  const weakenings: WeakeningMetadata[] = access.flatMap(({ reason }) =>
    reason === undefined ? [] : [{ weakening: 'Access.custom', reason }],
  );
  if (concurrency?._reason !== undefined) {
    weakenings.push({ weakening: 'ToolConcurrency.unreserved', reason: concurrency._reason });
  }
  if (analysis?._weakening !== undefined) weakenings.push(analysis._weakening);
  return {
    tool,
    access: access.map((item) => ({
      env: item.env,
      service: item.service,
      operations: [...new Set(item.operations.map((operation) => operation.operation))],
      resource: item.resourceArn,
      declaration: item.declaration,
    })),
    ...(weakenings.length === 0 ? {} : { weakenings }),
  };
}
