import type { AnyNode, Program } from 'acorn';
import type { Opacity } from './activations';
import { childrenOf } from './ast';
import { requiredModule, sdkVariables } from './mentions';
import type { Scopes } from './scopes';
import { isSdkPackage } from './sdk-model';
import type { SourcePositions } from './source-positions';

/** They wrap clients and handlers and call nothing themselves; their code entangles everything with everything. */
const HARMLESS = /^@aws-lambda-powertools\/(commons|event-handler|jmespath|logger|metrics|parser|tracer)$/;

/**
 * Which library code is not looked into: what is known to be harmless, and, when `all` is asked for, every package that
 * names nothing of the AWS SDK. Such code can call AWS only through what it is given.
 */
export function opacityOfLibraries(
  program: Program,
  scopes: Scopes,
  positions: SourcePositions,
): (node: AnyNode, all: boolean) => Opacity | undefined {
  const withAws = new Set<string | undefined>();
  const sdk = sdkVariables(program, scopes);
  const pending: AnyNode[] = [program];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const isSdk = node.type === 'Identifier' ? sdk.has(scopes.get(node)) : isSdkPackage(requiredModule(node) ?? '');
    // The bundler puts what it requires where the module stands.
    if (isSdk) withAws.add(positions.packageAt(node.start));
    pending.push(...childrenOf(node));
  }
  return (node, all) => {
    const name = positions.packageAt(node.start);
    if (name === undefined) return undefined;
    if (HARMLESS.test(name)) return 'harmless';
    return all && !withAws.has(name) ? 'opaque' : undefined;
  };
}
