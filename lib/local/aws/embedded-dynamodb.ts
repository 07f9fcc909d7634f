import { request as httpRequest, type Server } from 'node:http';
import { duplexPair } from 'node:stream';
import { own } from '../../assembly/cloudformation';
import type { ConcreteAssembly, ConcreteResource } from '../../assembly/concrete';
import { SecureMcpError, shown } from '../../core/errors';

export interface DynamoReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** Rows by table, as plain JSON; a table goes by its name, its logical id or the construct id that begins it. */
export type Seed = { readonly [table: string]: readonly { readonly [attribute: string]: unknown }[] };

const TARGET = 'DynamoDB_20120810';
/** The emulator wants a signature to be there, and does not look at it: who may call is decided before. */
const SIGNED =
  'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/**
 * The tables of the template in memory. It listens nowhere: the only way in is through `call`, so a tool cannot reach it
 * past the checks on its role.
 */
export class EmbeddedDynamoDb {
  private readonly server: Server;
  private readonly tables: readonly ConcreteResource[];

  public constructor(assembly: ConcreteAssembly) {
    this.tables = assembly.ofType('AWS::DynamoDB::Table');
    // Loaded on use: it is the slowest module of the local gateway.
    const dynalite = require('dynalite') as (options: object) => Server;
    this.server = dynalite({ createTableMs: 0 });
  }

  public async createTables(report: (text: string) => void): Promise<void> {
    for (const table of this.tables) {
      const { properties } = table;
      await this.callOrThrow('CreateTable', {
        TableName: table.ref,
        AttributeDefinitions: properties.AttributeDefinitions,
        KeySchema: properties.KeySchema,
        GlobalSecondaryIndexes: withoutThroughput(properties.GlobalSecondaryIndexes),
        LocalSecondaryIndexes: withoutThroughput(properties.LocalSecondaryIndexes),
        BillingMode: 'PAY_PER_REQUEST',
      });
      await this.untilActive(table.ref);
      for (const name of ['StreamSpecification', 'TimeToLiveSpecification', 'ResourcePolicy']) {
        if (properties[name] !== undefined) report(`${table.logicalId}: ${name} has no effect here`);
      }
    }
  }

  /** Throws `LOCAL_UNSUPPORTED` for rows of a table that is not in the template or that do not fit it. */
  public async seed(seed: Seed): Promise<void> {
    for (const [name, rows] of Object.entries(seed)) {
      const table =
        this.tables.find((candidate) => [candidate.ref, candidate.logicalId].includes(name)) ?? this.byPrefix(name);
      for (const row of rows) {
        const Item = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, toAttribute(value)]));
        await this.callOrThrow('PutItem', { TableName: table.ref, Item });
      }
    }
  }

  /** Name of the partition key of a table or of one of its indexes. */
  public partitionKeyOf(table: string, index?: string): string | undefined {
    const properties = this.tables.find(({ ref }) => ref === table)?.properties;
    const indexes = [properties?.GlobalSecondaryIndexes, properties?.LocalSecondaryIndexes].flat();
    const holder = index === undefined ? properties : indexes.find((each) => own(each, 'IndexName') === index);
    const schema = own(holder, 'KeySchema');
    const hash = Array.isArray(schema) ? schema.find((key) => own(key, 'KeyType') === 'HASH') : undefined;
    return own(hash, 'AttributeName') as string | undefined;
  }

  /** One API call, the body as the SDK sent it. */
  public call(operation: string, body: string): Promise<DynamoReply> {
    const [near, far] = duplexPair();
    this.server.emit('connection', far);
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          method: 'POST',
          path: '/',
          createConnection: () => near as never,
          headers: {
            host: 'localhost',
            'content-type': 'application/x-amz-json-1.0',
            'content-length': Buffer.byteLength(body),
            'x-amz-target': `${TARGET}.${operation}`,
            'x-amz-date': '20260101T000000Z',
            authorization: SIGNED,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            near.destroy();
            const headers = pick(incoming.headers, ['content-type', 'x-amz-crc32', 'x-amzn-requestid']);
            resolve({ status: incoming.statusCode ?? 500, headers, body: Buffer.concat(chunks).toString() });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  private byPrefix(name: string): ConcreteResource {
    const candidates = this.tables.filter(({ logicalId }) => logicalId.startsWith(name));
    if (candidates.length === 1) return candidates[0]!;
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `the seed has rows for ${shown(name)}, which names ${candidates.length} tables of the template`,
      fix: `Use one of ${shown(this.tables.map(({ logicalId }) => logicalId))}`,
    });
  }

  private async untilActive(table: string): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const { body } = await this.call('DescribeTable', JSON.stringify({ TableName: table }));
      if (JSON.parse(body).Table?.TableStatus === 'ACTIVE') return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private async callOrThrow(operation: string, input: object): Promise<void> {
    const { status, body } = await this.call(operation, JSON.stringify(input));
    if (status === 200) return;
    const { message, Message } = JSON.parse(body) as { message?: string; Message?: string };
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `${operation} for a table of the template fails, got ${shown(message ?? Message ?? body)}`,
      fix: 'Check the table and the seed',
    });
  }
}

/** An attribute value as the API carries it: {"S": "…"}, {"N": "…"} and so on. */
function toAttribute(value: unknown): unknown {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  return { M: Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, toAttribute(item)])) };
}

function withoutThroughput(indexes: unknown): unknown {
  if (!Array.isArray(indexes)) return undefined;
  return indexes.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }));
}

function pick(headers: { [name: string]: unknown }, names: readonly string[]): { [name: string]: string } {
  return Object.fromEntries(
    names.filter((name) => headers[name] !== undefined).map((name) => [name, String(headers[name])]),
  );
}
