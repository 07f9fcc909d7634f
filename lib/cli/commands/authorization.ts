import {
  authorizationOf,
  type GatewayAuthorization,
  gatewayNames,
  gatewaysNamed,
} from '../../assembly/authorization-of';
import { ConcreteAssembly } from '../../assembly/concrete';
import { parseTemplateYaml, parseYaml } from '../../assembly/parse-yaml';
import { readAssembly } from '../../assembly/read-assembly';
import { readText } from '../../assembly/read-json-file';
import { type AccessMap, accessMap } from '../../core/cedar/access-map';
import { shown } from '../../core/errors';
import { usage } from '../args';

/** Layer 3 of every gateway of an assembly or template. */
export function readAuthorizations(path: string): GatewayAuthorization[] {
  const found = authorizationOf(new ConcreteAssembly(readAssembly(path, { parseYaml: parseTemplateYaml })));
  if (found.length > 0) return found;
  throw usage(`there is no gateway in ${shown(path)}`, 'Pass the cdk.out of an app with a gateway');
}

/** The gateway of that name; the only one when no name is given. */
export function oneAuthorization(path: string, name: string | undefined): GatewayAuthorization {
  const all = readAuthorizations(path);
  const named = name === undefined ? all : gatewaysNamed(all, name);
  if (named.length === 1) return named[0]!;
  throw usage(
    `${named.length === 0 ? 'no gateway has that name' : 'there are several gateways'}, the names are ${gatewayNames(all)}`,
    'Say which one with --gateway <name>',
  );
}

export function namedAccessMap(gateway: GatewayAuthorization): AccessMap {
  return withAgentNames(accessMap(gateway), gateway);
}

/** Names of agents in place of the ids of their clients, which are made up before a deployment. */
export function withAgentNames<T>(report: T, { callers }: GatewayAuthorization): T {
  const json = callers.reduce(
    (text, { name, principal }) =>
      text
        .replaceAll(`'${principal.id}'`, `the client of ${name}`)
        // In the expressions, which are compared with those of another template.
        .replaceAll(`{"Value":${JSON.stringify(principal.id)}}`, JSON.stringify({ Value: `the client of ${name}` })),
    JSON.stringify(report),
  );
  return JSON.parse(json) as T;
}

/** Rows of a table repeat callers and arguments by reference. */
const TABLE_ALIASES = 100_000;

export function readTable(path: string): unknown {
  try {
    return parseYaml(readText(path), TABLE_ALIASES);
  } catch (error) {
    throw usage(
      `the tests cannot be read from ${shown(path)}, got ${(error as Error).message}`,
      'Pass a YAML or JSON file with --tests',
    );
  }
}
