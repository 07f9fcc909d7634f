/** What this needs of a Cedar schema in JSON form. */
interface Actions {
  [name: string]: { memberOf?: { id: string }[] };
}

/**
 * The schema with these actions and the groups they are in. The cost of a validation and of a decision grows with the
 * number of actions in the schema, also where a policy names one only.
 *
 * `undefined` when the schema does not have one of the actions.
 */
export function schemaOfActions<D extends { actions: Actions }>(
  schema: Record<string, D>,
  actions: Iterable<string>,
): Record<string, D> | undefined {
  const [namespace, definition] = Object.entries(schema)[0] ?? [];
  if (namespace === undefined || definition === undefined) return undefined;
  const kept: Actions = {};
  const pending = [...actions];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (Object.hasOwn(kept, name)) continue;
    if (!Object.hasOwn(definition.actions, name)) return undefined;
    const action = definition.actions[name]!;
    kept[name] = action;
    pending.push(...(action.memberOf ?? []).map(({ id }) => id));
  }
  return { [namespace]: { ...definition, actions: kept } };
}
