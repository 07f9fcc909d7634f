import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import { readSmithy, type SmithyReading } from '../core/smithy/read-smithy';
import type { AccessStatement } from '../outbound/credential-access';
import { resourceProblems } from '../outbound/iam-outbound';
import type { Outbound } from '../outbound/outbound';
import { type ParsedDocument, parseDocument, readDocument } from './document-file';
import { withRisks } from './risks';
import { schemaPayload } from './schema-payload';
import type { TargetBinding, TargetContext } from './target-binding';
import type { ToolRisk } from './tool-risk';

/**
 * A model of an AWS service, as JSON AST of Smithy.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-building-smithy-targets.html
 */
export class SmithyModel {
  /** A JSON file. A relative path starts at the current working directory. */
  public static fromFile(path: string): SmithyModel {
    return new SmithyModel(readDocument(path, 'SMITHY_INVALID'));
  }

  /** JSON text. */
  public static fromJson(json: string): SmithyModel {
    return new SmithyModel(parseDocument(json, 'inline model', 'SMITHY_INVALID'));
  }

  /** @internal */
  public readonly _parsed: ParsedDocument;

  private constructor(parsed: ParsedDocument) {
    this._parsed = parsed;
  }
}

/** Options of {@link Target.smithy}. */
export interface SmithyTargetOptions {
  /** The service. */
  readonly model: SmithyModel;
  /** The operations that become tools. Others are taken out of the model. */
  readonly operations: string[];
  /** As whom the gateway calls the service. */
  readonly outbound: Outbound;
  /**
   * ARNs that the gateway role may use an operation on, by operation; needed for `Outbound.gatewayRole()`. No wildcards:
   * an operation that works on no resource cannot be a target.
   *
   * @default - none
   */
  readonly resources?: { [operation: string]: string[] };
  /**
   * How much harm an operation can do.
   *
   * @default - as the model says: `readonly` reads, DELETE is destructive, others write
   */
  readonly risks?: { [operation: string]: ToolRisk };
}

export function bindSmithy(options: SmithyTargetOptions, context: TargetContext): TargetBinding {
  const at = context.scope.node.path;
  const { document, origin, problems } = options.model._parsed;
  const reading =
    problems.length > 0 ? { operations: [], model: {}, problems } : readSmithy(document, options.operations, origin);
  const outbound = options.outbound._bind({ kind: 'Smithy', at, callersHaveTokens: context.callersHaveTokens });
  const roleAccess = outbound.kind === 'gatewayRole' ? statementsOf(reading, options.resources ?? {}, at) : undefined;
  const { payload, access } = schemaPayload(context.scope, reading.model);
  const rated = withRisks(
    reading.operations.map((operation) => ({ ...operation, constraints: [], dropped: [] })),
    options.risks,
    at,
  );
  return {
    configuration: { mcp: { smithyModel: payload } },
    credential: outbound.configuration,
    access: [outbound.access, { statements: roleAccess?.statements ?? [] }, ...access],
    tools: rated.tools,
    weakenings: [],
    problems: [
      ...reading.problems.map((problem) => ({ ...problem, at: `${problem.at ?? origin}, ${at}` })),
      ...outbound.problems,
      ...(roleAccess?.problems ?? []),
      ...rated.problems,
    ],
  };
}

/** One statement per operation, named after the action: what two operations need is never mixed. */
function statementsOf(reading: SmithyReading, resources: { readonly [operation: string]: string[] }, at: string) {
  const statements: AccessStatement[] = [];
  const problems: Problem[] = [];
  for (const { name, iamAction } of reading.operations) {
    if (iamAction === undefined) {
      problems.push({
        code: 'SMITHY_INVALID',
        message: `the model does not say the IAM action of ${shown(name)}`,
        fix: 'Use a model whose service has the trait aws.api#service with arnNamespace',
        at,
      });
      continue;
    }
    problems.push(...resourceProblems(resources[name] ?? [], at));
    const sid = `Call${iamAction.replace(/[^A-Za-z0-9]/g, '')}`;
    statements.push({ sid, actions: [iamAction], resources: resources[name] ?? [] });
  }
  return { statements, problems };
}
