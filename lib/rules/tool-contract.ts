import { isDeepStrictEqual } from 'node:util';
import { isUnknown, type Unknown } from '../assembly/resolve';
import { property, type TemplateModel, within } from '../assembly/template-model';
import { parseToolSchema } from '../core/schema/parse-tool-schema';
import { lockedTool, type ToolContract } from '../core/tool-lock';
import { gatewayOf, targetKind, unknownGateway } from './gateways';
import { openPart } from './read';
import { allTools, plain, type ToolView, targetNameOf, toolsOf } from './tools';
import { TARGET } from './types';

/** A contract with the tool or target that it is about. */
export interface LocatedContract extends ToolContract {
  readonly target: ToolView['target'];
  /** Below `Properties`. */
  readonly path: string;
  readonly tool?: ToolView;
}

/** What is published of every tool, as a lock has it. */
export function toolContracts(model: TemplateModel): LocatedContract[] {
  return [...allTools(model).map((tool) => contractOf(model, tool)), ...documents(model)];
}

/** What no lock can hold, because the template does not tell it. */
export interface OpenContract {
  readonly target: ToolView['target'];
  readonly gateway: string;
  /** Below `Properties`. */
  readonly path: string;
  readonly why: Unknown | string;
}

export function openContracts(model: TemplateModel): OpenContract[] {
  const locked = new Set(documents(model).map(({ target }) => target));
  return model.ofType(TARGET).flatMap((target) => {
    const { tools, open } = toolsOf(target);
    const found: Pick<OpenContract, 'path' | 'why'>[] = [];
    const elsewhere = unknownGateway(model, target);
    if (elsewhere !== undefined) found.push({ path: 'GatewayIdentifier', why: elsewhere });
    const name = property(target, 'Name');
    if (isUnknown(name)) found.push({ path: 'Name', why: name });
    if (open !== undefined && !locked.has(target)) found.push(open);
    for (const { path, definition, inputSchema } of tools) {
      const why =
        openPart(definition) ?? (inputSchema === undefined ? 'the input of the tool cannot be read' : undefined);
      if (why !== undefined) found.push({ path, why });
    }
    return found.map((each) => ({ ...each, target, gateway: gatewayName(model, target) }));
  });
}

function contractOf(model: TemplateModel, tool: ToolView): LocatedContract {
  const { target, qualifiedName, path, description, risk, definition } = tool;
  const inputSchema = authored(tool) ?? tool.inputSchema;
  const locked = lockedTool({ description, risk, inputSchema, definition });
  return { gateway: gatewayName(model, target), qualifiedName, target, path, tool, locked };
}

/** The schema that the author wrote says more, but only where it is the one that the template publishes. */
function authored({ target, name, authoredSchema, inputSchema }: ToolView): unknown {
  if (authoredSchema === undefined || isUnknown(authoredSchema)) return undefined;
  const source = plain(authoredSchema);
  if (targetKind(target) !== 'Lambda') return source;
  return isDeepStrictEqual(parseToolSchema(source, name).schema, inputSchema) ? source : undefined;
}

/** A document that is too large for the template is known by the digest in its key. */
function documents(model: TemplateModel): LocatedContract[] {
  return model.ofType(TARGET).flatMap((target) => {
    const mcp = property(target, 'TargetConfiguration', 'Mcp');
    const kind = targetKind(target) ?? '';
    const holder = ['Lambda', 'McpServer'].includes(kind) ? (kind === 'Lambda' ? '.ToolSchema' : '.McpToolSchema') : '';
    const uri = within(mcp, ...`${kind}${holder}.S3.Uri`.split('.'));
    if (typeof uri !== 'string' || toolsOf(target).tools.length > 0) return [];
    const definition = { document: uri.replace(/^.*\//, '') };
    const locked = lockedTool({ description: '', risk: 'unknown', inputSchema: undefined, definition });
    const path = `TargetConfiguration.Mcp.${kind}${holder}.S3.Uri`;
    return [{ gateway: gatewayName(model, target), qualifiedName: targetNameOf(target), target, path, locked }];
  });
}

function gatewayName(model: TemplateModel, target: ToolView['target']): string {
  const gateway = gatewayOf(model, target);
  const name = gateway === undefined ? undefined : property(gateway, 'Name');
  return typeof name === 'string' ? name : (gateway?.logicalId ?? 'unknown');
}
