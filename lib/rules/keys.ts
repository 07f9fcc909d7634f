import type { TemplateModel } from '../assembly/template-model';
import { at, isTrue } from './read';
import { KEY } from './types';

/** What is wrong with a key that a resource names: it must be one of yours, and rotate. */
export function customerKeyProblem(model: TemplateModel, key: unknown): string | undefined {
  if (key === undefined) return 'no customer managed key is set';
  const text = String(key);
  if (/(^|\/)alias\/aws\//.test(text)) return `${text} is a key of AWS`;
  const resource = model.referenced(key);
  if (resource?.type !== KEY) return undefined;
  return isTrue(at(resource, 'EnableKeyRotation')) ? undefined : `the key ${resource.logicalId} does not rotate`;
}
