import { asList, type ModelResource, property, type TemplateModel, within } from '../assembly/template-model';
import { RESOURCE_SERVER } from './types';

export { isOmnibusScope } from '../core/omnibus-scope';

/** `<identifier>/<scope>` of every resource server of a pool. */
export function scopesOf(model: TemplateModel, pool: ModelResource): Set<string> {
  const servers = model
    .ofType(RESOURCE_SERVER)
    .filter((server) => model.referenced(property(server, 'UserPoolId')) === pool);
  return new Set(
    servers.flatMap((server) =>
      asList(property(server, 'Scopes')).map(
        (scope) => `${String(property(server, 'Identifier'))}/${String(within(scope, 'ScopeName'))}`,
      ),
    ),
  );
}

/** A reference to a resource server stands for its identifier. */
export function canonicalScope(model: TemplateModel, text: string): string {
  return text.replace(/\$\{[^${}]+\}/g, (atom) => {
    const server = model.referenced(atom);
    return server?.type === RESOURCE_SERVER ? String(property(server, 'Identifier')) : atom;
  });
}
