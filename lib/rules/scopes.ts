import { asList, type ModelResource, property, type TemplateModel, within } from '../assembly/template-model';
import { groupedBy } from '../core/grouped-by';
import { perModel } from './per-model';
import { RESOURCE_SERVER } from './types';

export { isOmnibusScope } from '../core/omnibus-scope';

const scopesByPool = perModel((model) => {
  const servers = groupedBy(model.ofType(RESOURCE_SERVER), (server) =>
    model.referenced(property(server, 'UserPoolId')),
  );
  return new Map([...servers].map(([pool, own]) => [pool, new Set(own.flatMap(scopesOfServer))]));
});

function scopesOfServer(server: ModelResource): string[] {
  return asList(property(server, 'Scopes')).map(
    (scope) => `${String(property(server, 'Identifier'))}/${String(within(scope, 'ScopeName'))}`,
  );
}

/** `<identifier>/<scope>` of every resource server of a pool. */
export function scopesOf(model: TemplateModel, pool: ModelResource): ReadonlySet<string> {
  return scopesByPool(model).get(pool) ?? new Set();
}

const scopesByServer = perModel(
  (model) => new Map([...scopesByPool(model)].map(([pool, scopes]) => [pool, groupedBy(scopes, serverOf)])),
);

/** Those scopes of a pool that have the same identifier in front. */
export function scopesOfIdentifier(model: TemplateModel, pool: ModelResource, identifier: string): readonly string[] {
  return scopesByServer(model).get(pool)?.get(identifier) ?? [];
}

/** `shop` of `shop/read`; identifiers may have slashes of their own. */
export function serverOf(scope: string): string {
  return scope.slice(0, scope.lastIndexOf('/'));
}

/** A reference to a resource server stands for its identifier. */
export function canonicalScope(model: TemplateModel, text: string): string {
  return text.replace(/\$\{[^${}]+\}/g, (atom) => {
    const server = model.referenced(atom);
    return server?.type === RESOURCE_SERVER ? String(property(server, 'Identifier')) : atom;
  });
}
