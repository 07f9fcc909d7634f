import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, type CfnResource, Stack, Stage } from 'aws-cdk-lib';
import type { CfnGateway, CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { IConstruct } from 'constructs';
import { type AssetSource, assetSource } from './assembly/asset-sources';
import type { CloudFormationResource } from './assembly/cloudformation';
import { readToolLock } from './assembly/read-tool-lock';
import { TemplateModel } from './assembly/template-model';
import { type Problem, SecureMcpError } from './core/errors';
import { lockDifferences, lockOf, lockText, notAPath, type ToolContract } from './core/tool-lock';
import { SYNTHESIZED_TOOLS_FILE, TOOL_LOCK_CONTEXT } from './protocol/template-metadata';
import { openContracts, toolContracts } from './rules/tool-contract';

export interface GatewayToolLockProps {
  readonly gateway: CfnGateway;
  readonly targets: readonly CfnGatewayTarget[];
  /** Path of the lock. */
  readonly file?: string;
}

/** Tools of each app, for the file that `secure-mcp lock` reads. */
const SYNTHESIZED = new WeakMap<IConstruct, Map<string, readonly ToolContract[]>>();

/**
 * Compares the tools as they are rendered with the lock. They are written down before, so that the lock can be written anew
 * although the synthesis fails.
 */
export function toolLockProblems(scope: IConstruct, { gateway, targets, file }: GatewayToolLockProps): Problem[] {
  const context: unknown = scope.node.tryGetContext(TOOL_LOCK_CONTEXT);
  const path = file ?? context;
  if (path !== undefined && typeof path !== 'string') return [{ ...notAPath(path), at: scope.node.path }];
  if (path === undefined) {
    forgetTools(scope);
    return [];
  }
  const model = rendered(gateway, targets);
  const contracts = toolContracts(model);
  const open = openContracts(model).map(({ target, path: where, why }) => ({
    code: 'TOOL_LOCK' as const,
    message: `target ${target.logicalId} has something that no lock can hold in ${where}: ${typeof why === 'string' ? why : why.why}`,
    fix: 'Write it out, so that it stands in the template',
    at: scope.node.path,
  }));
  const command = `\`npx secure-mcp lock${path === 'mcp-tools.lock' ? '' : ` --file ${path}`}\``;
  try {
    writeTools(scope, contracts);
    const differences = lockDifferences(readToolLock(path), contracts).map(({ message, qualifiedName, part }) => ({
      code: 'TOOL_LOCK' as const,
      message,
      fix: `Read the change, then run ${command}`,
      at: `${path}#${qualifiedName}.${part}, ${scope.node.path}`,
    }));
    return [...differences, ...open];
  } catch (error) {
    if (!(error instanceof SecureMcpError)) throw error;
    return error.problems.map((problem) => ({ ...problem, fix: `Run ${command}`, at: scope.node.path }));
  }
}

/** Overrides included, as the rules see it. */
function rendered(gateway: CfnGateway, targets: readonly CfnGatewayTarget[]): TemplateModel {
  const stack = Stack.of(gateway);
  const Resources = Object.assign({}, ...[gateway, ...targets].map(renderedResource));
  const template = { Resources };
  return new TemplateModel({
    path: stack.node.path,
    stacks: [{ name: stack.stackName, templateFile: stack.templateFile, template, assets: documentsOf(targets) }],
    unread: [],
  });
}

/** Documents that are too large for the template. */
function documentsOf(targets: readonly CfnGatewayTarget[]): Map<string, AssetSource> {
  const assets = targets.flatMap((target) => (target.node.scope?.node.children ?? []).filter(isAsset));
  return new Map(
    assets.map((asset) => [asset.s3ObjectKey, assetSource(resolve(outdirOf(asset), asset.assetPath), 'file')]),
  );
}

function isAsset(construct: IConstruct): construct is Asset {
  return construct instanceof Asset;
}

function outdirOf(construct: IConstruct): string {
  return Stage.of(construct)?.outdir ?? '.';
}

function renderedResource(resource: CfnResource): { [logicalId: string]: CloudFormationResource } {
  const rendering = resource as unknown as { _toCloudFormation(): { Resources: object } };
  return Stack.of(resource).resolve(rendering._toCloudFormation().Resources);
}

function writeTools(scope: IConstruct, contracts: readonly ToolContract[]): void {
  const { root } = scope.node;
  if (!App.isApp(root)) return;
  const all = SYNTHESIZED.get(root) ?? new Map<string, readonly ToolContract[]>();
  SYNTHESIZED.set(root, all.set(scope.node.path, contracts));
  writeFileSync(join(root.outdir, SYNTHESIZED_TOOLS_FILE), lockText(lockOf([...all.values()].flat())));
}

/** What an earlier synthesis left would be taken for the tools of this one. */
function forgetTools(scope: IConstruct): void {
  const { root } = scope.node;
  if (App.isApp(root) && !SYNTHESIZED.has(root)) rmSync(join(root.outdir, SYNTHESIZED_TOOLS_FILE), { force: true });
}
