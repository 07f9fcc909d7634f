import { existsSync } from 'node:fs';
import { readText } from '../assembly/read-json-file';
import { SecureMcpError, shown } from '../core/errors';
import type { AgentCoreIdentity } from './aws/agent-core-identity';
import { AwsEndpoint } from './aws/aws-endpoint';
import { EmbeddedDynamoDb, type Seed } from './aws/embedded-dynamodb';
import { LambdaHost } from './lambda/lambda-host';
import type { RunnableFunction } from './model/functions';
import type { Run } from './run';

/** Where tools run, and the AWS that they see there. */
export interface ToolProcesses {
  readonly host: LambdaHost;
  readonly endpoint: AwsEndpoint;
}

/** Starts both, still without a function. Throws `LOCAL_UNSUPPORTED` for a seed that does not fit. */
export async function startToolProcesses(run: Run, identity: AgentCoreIdentity): Promise<ToolProcesses> {
  const { options, functions, resourcePolicies, closers } = run;
  const host = new LambdaHost(options.onLog);
  closers.push(() => host.close());
  await host.start();
  const dynamodb = await startTables(run);
  const invoke = (name: string, payload: string, context?: string) =>
    invokeByName(host, functions, name, payload, context);
  const endpoint = new AwsEndpoint({ dynamodb, resourcePolicies, identity, invoke }, run.decide);
  closers.push(() => endpoint.close());
  await endpoint.listen();
  return { host, endpoint };
}

/** Adds the functions to the host and their identities to the endpoint. Throws `LOCAL_UNSUPPORTED`, `HANDLER_NOT_FOUND`. */
export function addFunctions(
  { host, endpoint }: ToolProcesses,
  functions: ReadonlyMap<string, RunnableFunction>,
  replaced: { readonly [tool: string]: string } = {},
): void {
  const own = new Set(functions.values());
  requireReplaceable(own, replaced);
  for (const { fn, role, metadata } of own) {
    const tool = metadata?.tool ?? fn.name;
    const { arn, region } = fn;
    const access = (metadata?.access ?? []).map((entry) => ({ ...entry, resource: String(entry.resource) }));
    const identity = endpoint.add({ functionName: fn.name, tool, role, access, partition: arn.split(':')[1]!, region });
    const replacement = Object.hasOwn(replaced, tool) ? replaced[tool] : undefined;
    const code = replacement === undefined ? fn.code : { kind: 'path' as const, path: replacement };
    host.add({ ...fn, code }, { ...identity, endpoint: endpoint.url });
  }
}

function requireReplaceable(own: ReadonlySet<RunnableFunction>, replaced: { readonly [tool: string]: string }): void {
  const tools = [...own].map(({ metadata, fn }) => metadata?.tool ?? fn.name);
  for (const [tool, file] of Object.entries(replaced)) {
    if (!tools.includes(tool)) {
      throw new SecureMcpError({
        code: 'LOCAL_UNSUPPORTED',
        message: `there is no tool ${shown(tool)} whose code could be replaced`,
        fix: `Use one of ${tools.join(', ')}`,
      });
    }
    if (!existsSync(file)) {
      throw new SecureMcpError({
        code: 'HANDLER_NOT_FOUND',
        message: `the file that replaces the code of ${shown(tool)} does not exist, got ${shown(file)}`,
        fix: 'Pass the path of a .js file that exports the handler',
      });
    }
  }
}

async function startTables({ assembly, options: { seed }, report }: Run): Promise<EmbeddedDynamoDb> {
  const dynamodb = new EmbeddedDynamoDb(assembly);
  await dynamodb.createTables(report);
  if (seed !== undefined) await dynamodb.seed(typeof seed === 'string' ? readSeed(seed) : seed);
  return dynamodb;
}

function readSeed(file: string): Seed {
  try {
    return JSON.parse(readText(file)) as Seed;
  } catch (error) {
    throw new SecureMcpError({
      code: 'LOCAL_UNSUPPORTED',
      message: `the seed file cannot be read, got ${shown(file)}: ${(error as Error).message}`,
      fix: 'Pass a JSON file: { "<table>": [ { "<attribute>": value } ] }',
    });
  }
}

async function invokeByName(
  host: LambdaHost,
  functions: ReadonlyMap<string, RunnableFunction>,
  name: string,
  payload: string,
  clientContext?: string,
) {
  const found = functions.get(name) ?? [...functions.values()].find(({ fn }) => fn.name === name.split(':')[0]);
  if (found === undefined) return undefined;
  const outcome = await host.invoke(found.fn.arn, payload, clientContext);
  if (outcome.ok) return { payload: outcome.payload };
  const { errorType, errorMessage } = outcome;
  return { error: 'Unhandled', payload: JSON.stringify({ errorType, errorMessage }) };
}
