import type { TemplateModel } from '../assembly/template-model';

/** Works something out once for a model, however many resources and rules ask: most of what joins resources is an index. */
export function perModel<T>(make: (model: TemplateModel) => T): (model: TemplateModel) => T {
  const known = new WeakMap<TemplateModel, { readonly value: T }>();
  return (model) => {
    let entry = known.get(model);
    if (entry === undefined) {
      entry = { value: make(model) };
      known.set(model, entry);
    }
    return entry.value;
  };
}
