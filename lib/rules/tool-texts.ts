import { isObject } from '../assembly/cloudformation';
import { isUnknown, type Unknown } from '../assembly/resolve';
import { type ModelResource, property } from '../assembly/template-model';
import { assetText, parsedJson, targetNameOf } from './tools';

/** A text of a target that a model reads, with where it stands. */
export interface TextForModel {
  readonly path: string;
  readonly text: string;
  readonly role: 'name' | 'tool' | 'parameter';
}

/** Every text of a target that a model reads, with where it stands. */
export function* textsForModel(target: ModelResource): Iterable<TextForModel> {
  for (const each of modelTexts(target)) if (!isUnknown(each.text)) yield { ...each, text: each.text };
}

/** Texts for a model that a deployment decides. */
export function* openTextsForModel(target: ModelResource): Iterable<{ path: string; why: Unknown }> {
  for (const { path, text } of modelTexts(target)) if (isUnknown(text)) yield { path, why: text };
}

interface ModelText {
  readonly path: string;
  readonly text: string | Unknown;
  readonly role: TextForModel['role'];
}

const textCache = new WeakMap<ModelResource, readonly ModelText[]>();

function modelTexts(target: ModelResource): readonly ModelText[] {
  let texts = textCache.get(target);
  if (texts === undefined) {
    texts = [...readTexts(target)];
    textCache.set(target, texts);
  }
  return texts;
}

function* readTexts(target: ModelResource): Iterable<ModelText> {
  yield { path: 'Name', text: targetNameOf(target), role: 'name' };
  const description = property(target, 'Description');
  if (typeof description === 'string' || isUnknown(description))
    yield { path: 'Description', text: description, role: 'tool' };
  const configuration = property(target, 'TargetConfiguration');
  yield* walk(configuration, 'TargetConfiguration');
  for (const { path, text } of documents(target)) yield* walk(parsedJson(text), path);
}

/** Documents that the target names by their place in S3, as far as they are in the assembly. */
function* documents(target: ModelResource): Iterable<{ path: string; text: string }> {
  for (const [path, holder] of nested(property(target, 'TargetConfiguration'), 'TargetConfiguration')) {
    const text = assetText(target, holder);
    if (text !== undefined) yield { path: `${path}.S3`, text };
  }
}

function* nested(value: unknown, path: string): Iterable<[string, unknown]> {
  if (!isObject(value) || isUnknown(value)) return;
  yield [path, value];
  for (const [key, item] of Object.entries(value)) yield* nested(item, `${path}.${key}`);
}

/** Keywords of JSON Schema, OpenAPI, Smithy and the service whose texts reach a model. */
const TEXT = /^(description|summary|title|smithy\.api#documentation)$/i;
const SAMPLE = /^(default|const|example|examples|enum)$/i;

function* walk(value: unknown, path: string): Iterable<ModelText> {
  if (isUnknown(value)) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walk(item, `${path}.${index}`);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const here = `${path}.${key}`;
    const inParameters = /[.](Properties|properties|parameters|members)[.]/.test(here);
    if (TEXT.test(key) && (typeof item === 'string' || isUnknown(item))) {
      yield { path: here, text: item, role: inParameters ? 'parameter' : 'tool' };
    } else if (/^(name|operationId)$/i.test(key) && typeof item === 'string') {
      yield { path: here, text: item, role: 'name' };
    } else if (key === 'InlinePayload' && typeof item === 'string') {
      yield* walk(parsedJson(item), here);
    } else if (SAMPLE.test(key) && !/[.](Properties|properties)$/.test(path)) {
      for (const text of sampleTexts(item)) yield { path: here, text, role: 'parameter' };
    } else {
      if (/^(properties|members)$/i.test(key) && isObject(item) && !isUnknown(item)) {
        for (const name of Object.keys(item)) yield { path: `${here}.${name}`, text: name, role: 'name' };
      }
      yield* walk(item, here);
    }
  }
}

function* sampleTexts(value: unknown): Iterable<string> {
  if (isUnknown(value)) return;
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) yield* sampleTexts(item);
}
