import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type DeclaredAccess, ToolHandler } from 'cdk-secure-mcp';
import { Construct } from 'constructs';
import type { Problem } from '../../lib/core/errors';
import { type ToolCode, toolCode } from '../../lib/least-privilege/tool-code';
import type { ToolFunctionOptions } from '../../lib/least-privilege/tool-function-options';
import { ACCOUNT, REGION, RenderedRole, type RenderedTemplate } from '../support/rendered-role';

export const HANDLER = join(mkdtempSync(join(tmpdir(), 'handler-')), 'index.ts');
writeFileSync(HANDLER, 'export const handler = async (event: { id: string }) => ({ id: event.id });\n');

export interface TestTool {
  readonly handler?: ToolHandler;
  readonly access?: { readonly [env: string]: DeclaredAccess };
  readonly options?: ToolFunctionOptions;
  readonly runtimeEnvironment?: { readonly [name: string]: string };
}

/** Functions of tools without a gateway around them. */
export class ToolStack {
  public readonly app = new App();
  public readonly stack: Stack;
  public readonly problems: Problem[] = [];
  private readonly gatewayKey: Key;

  public constructor(props: StackProps = { env: { account: ACCOUNT, region: REGION } }) {
    this.stack = new Stack(this.app, 'Shop', props);
    this.gatewayKey = new Key(this.stack, 'GatewayKey');
  }

  public add(id: string, tool: TestTool = {}): ToolCode {
    return toolCode(new Construct(this.stack, id), 'Handler', {
      toolName: id,
      handler: tool.handler ?? ToolHandler.fromEntry(HANDLER),
      access: tool.access ?? {},
      options: tool.options ?? {},
      encryptionKey: this.gatewayKey,
      runtimeEnvironment: tool.runtimeEnvironment ?? {},
      onProblem: (problem) => this.problems.push(problem),
    });
  }

  public template(): Template {
    return Template.fromStack(this.stack);
  }

  public rendered(): RenderedTemplate {
    return this.template().toJSON() as RenderedTemplate;
  }

  public role(id: string): RenderedRole {
    return RenderedRole.find(this.rendered(), `${id}Handler`);
  }

  public codes(): string[] {
    return this.problems.map((problem) => problem.code);
  }
}

/** What every tool's role has besides its access: its logs and the key of its environment. */
export const BASE_ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents', 'kms:Decrypt'];
