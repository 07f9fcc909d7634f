import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  Access,
  Inbound,
  SecureMcpGateway,
  type SecureMcpGatewayProps,
  type Tool,
  ToolHandler,
  type ToolOptions,
  ToolSchema,
} from 'cdk-secure-mcp';

const HANDLER = join(mkdtempSync(join(tmpdir(), 'handler-')), 'index.ts');
writeFileSync(HANDLER, 'export const handler = async (event: { id: string }) => ({ id: event.id });\n');

type Props = Partial<SecureMcpGatewayProps>;

/** A small app with one gateway, to which a test adds what it is about. */
export class GatewayApp {
  public readonly app = new App();
  public readonly stack = new Stack(this.app, 'Shop');
  public readonly table = new Table(this.stack, 'Orders', {
    partitionKey: { name: 'orderId', type: AttributeType.STRING },
  });
  public readonly gateway: SecureMcpGateway;

  public constructor(gatewayName = 'shop', props: Props | ((stack: Stack) => Props) = {}) {
    const given = typeof props === 'function' ? props(this.stack) : props;
    this.gateway = new SecureMcpGateway(this.stack, 'Gateway', { gatewayName, inbound: Inbound.cognito(), ...given });
  }

  public addTool(name: string, options: Partial<ToolOptions> = {}): Tool {
    return this.gateway.addTool(name, {
      description: `Tool ${name}`,
      input: schema({ id: { type: 'string' } }, ['id']),
      handler: ToolHandler.fromEntry(HANDLER),
      access: { ORDERS: Access.table(this.table).get() },
      ...options,
    });
  }

  public template(): Template {
    return Template.fromStack(this.stack);
  }

  /** The text of the error that synthesis ends with. */
  public synthError(): string {
    try {
      this.app.synth();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('synthesis was expected to fail and did not');
  }
}

export function schema(properties: Record<string, unknown>, required: string[] = []): ToolSchema {
  return ToolSchema.fromJson(JSON.stringify({ type: 'object', properties, required }));
}
