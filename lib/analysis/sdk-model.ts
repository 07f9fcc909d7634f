import { actionsOfOperation } from '../core/iam/operation-map';
import { SDK_CLIENTS, WAITER_OPERATIONS } from '../core/iam/sdk-clients';

/** What an export of an SDK package stands for. */
export type SdkMeaning =
  | { readonly kind: 'operation'; readonly client: string; readonly operation: string; readonly besides: string[] }
  | { readonly kind: 'client' }
  | { readonly kind: 'nothing' };

/** Document client: commands and methods by their own names. */
const DOCUMENT_OPERATIONS: { readonly [name: string]: string } = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  Query: 'Query',
  Scan: 'Scan',
  BatchGet: 'BatchGetItem',
  BatchWrite: 'BatchWriteItem',
  TransactGet: 'TransactGetItems',
  TransactWrite: 'TransactWriteItems',
  ExecuteStatement: 'ExecuteStatement',
  BatchExecuteStatement: 'BatchExecuteStatement',
  ExecuteTransaction: 'ExecuteTransaction',
};

/** Classes and functions that call operations on their own, by package. */
const HELPERS: {
  readonly [name: string]: { client: string; operation: string; argument: string; besides?: string[] };
} = {
  '@aws-sdk/lib-storage Upload': {
    client: 's3',
    operation: 'PutObject',
    argument: '0.params',
    besides: ['AbortMultipartUpload'],
  },
  '@aws-sdk/s3-presigned-post createPresignedPost': { client: 's3', operation: 'PutObject', argument: '1' },
  '@aws-sdk/rds-signer Signer': { client: 'rds-db', operation: 'connect', argument: '' },
  '@aws-sdk/credential-providers fromTemporaryCredentials': {
    client: 'sts',
    operation: 'AssumeRole',
    argument: '0.params',
  },
};

/** IAM prefix of an SDK package; `undefined` when the package is not known. */
export function serviceOfClient(client: string): string | undefined {
  if (client === 'rds-db') return 'rds-db';
  return Object.hasOwn(SDK_CLIENTS, client) ? SDK_CLIENTS[client] : undefined;
}

export function isSdkPackage(name: string): boolean {
  return name.startsWith('@aws-sdk/') || name.startsWith('@smithy/') || name.startsWith('@aws-crypto/');
}

/** `dynamodb` of `@aws-sdk/client-dynamodb` and of the document client. */
export function clientOf(packageName: string): string | undefined {
  if (packageName === '@aws-sdk/lib-dynamodb') return 'dynamodb';
  return /^@aws-sdk\/client-(.+)$/.exec(packageName)?.[1];
}

/** Suppliers of the credentials that a client has by itself. */
export function isOfTheRole(packageName: string, name: string): boolean {
  return (
    packageName.startsWith('@aws-sdk/credential-provider') &&
    /^(defaultProvider|fromNodeProviderChain|fromEnv|fromContainerMetadata|fromInstanceMetadata|fromHttp)$/.test(name)
  );
}

/** A package with which code signs requests itself, past all clients. */
export function signsRequests(packageName: string): boolean {
  return /signature-v4/.test(packageName);
}

/** A library that calls AWS past the clients of the SDK v3. */
export function signsByItself(packageName: string): boolean {
  return /^(aws-sdk|aws4|aws4-axios|aws4fetch|aws-crt|@aws-amplify\/.+)$/.test(packageName);
}

/** The operation that making or calling an export stands for, and which argument holds its parameters. */
export function meaningOf(packageName: string, name: string): (SdkMeaning & { argument?: string }) | undefined {
  const helper = HELPERS[`${packageName} ${name}`];
  if (helper !== undefined) return { kind: 'operation', besides: [], ...helper };
  const client = clientOf(packageName);
  if (client === undefined) return { kind: 'nothing' };
  const command = /^([A-Z]\w*)Command$/.exec(name)?.[1];
  if (command !== undefined) {
    const operation = packageName === '@aws-sdk/lib-dynamodb' ? (DOCUMENT_OPERATIONS[command] ?? command) : command;
    return { kind: 'operation', client, operation, besides: [], argument: '0' };
  }
  const polled = operationOfHelper(client, name);
  if (polled !== undefined) return { kind: 'operation', client, operation: polled, besides: [], argument: '1' };
  if (/\.from$/.test(name)) return { kind: 'client' };
  return /^[A-Z]\w*$/.test(name) && !/(Exception|Error|ServiceException)$/.test(name)
    ? { kind: 'client' }
    : { kind: 'nothing' };
}

/** `paginateQuery`, `waitUntilTableExists`: functions of a package, and methods of its newer clients. */
function operationOfHelper(client: string, name: string): string | undefined {
  const paged = /^paginate([A-Z]\w*)$/.exec(name)?.[1];
  if (paged !== undefined) return paged;
  const awaited = /^waitUntil([A-Z]\w*)$/.exec(name)?.[1];
  if (awaited === undefined) return undefined;
  return WAITER_OPERATIONS[`${serviceOfClient(client) ?? client}:${awaited}`] ?? `waitUntil${awaited}`;
}

const NO_OPERATIONS = new Set([
  'send',
  'destroy',
  'config',
  'middlewareStack',
  'then',
  'catch',
  'finally',
  'constructor',
  'toString',
  'initConfig',
]);

/** The operation of a client's method, e.g. `getItem`; `undefined` for `send` and the like. */
export function operationOfMethod(packageName: string, method: string): string | undefined {
  if (NO_OPERATIONS.has(method) || !/^[a-z]\w*$/.test(method)) return undefined;
  const client = clientOf(packageName);
  if (client === undefined) return undefined;
  const polled = operationOfHelper(client, method);
  if (polled !== undefined) return polled;
  const name = `${method[0]!.toUpperCase()}${method.slice(1)}`;
  return packageName === '@aws-sdk/lib-dynamodb' ? (DOCUMENT_OPERATIONS[name] ?? name) : name;
}

export function isKnownMethod(packageName: string, method: string): boolean {
  const service = serviceOfClient(clientOf(packageName) ?? '');
  const operation = operationOfMethod(packageName, method);
  return (
    method === 'send' ||
    (service !== undefined && operation !== undefined && actionsOfOperation(service, operation) !== undefined)
  );
}
