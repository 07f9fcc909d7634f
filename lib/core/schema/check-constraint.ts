import { INPUT_FORMATS } from '../../protocol/input-format';
import { shown } from '../errors';
import { nearest } from '../suggest';
import { CONSTRAINT_KEYWORDS, type ConstraintKeyword } from './input-constraint';
import type { ToolInputType } from './tool-schema';

export interface ConstraintProblem {
  readonly message: string;
  readonly fix: string;
}

/** What is wrong with a keyword and its value on a schema of this type. */
export function constraintProblem(
  keyword: ConstraintKeyword,
  value: unknown,
  type: ToolInputType,
): ConstraintProblem | undefined {
  const types: readonly ToolInputType[] = CONSTRAINT_KEYWORDS[keyword];
  if (!types.includes(type)) {
    return {
      message: `'${keyword}' has no effect on type ${shown(type)}`,
      fix: `Use it with ${types.join(' or ')}, or leave it out`,
    };
  }
  const expected = unmetExpectation(keyword, value, type);
  if (expected === undefined) return undefined;
  const meant = keyword === 'format' && typeof value === 'string' ? nearest(value, INPUT_FORMATS) : undefined;
  return {
    message: `'${keyword}' is ${expected}, got ${shown(value)}`,
    fix: meant === undefined ? 'Correct the value' : `Did you mean '${meant}'?`,
  };
}

function unmetExpectation(keyword: ConstraintKeyword, value: unknown, type: ToolInputType): string | undefined {
  switch (keyword) {
    case 'enum': {
      const fits = Array.isArray(value) && value.length > 0 && value.every((item) => isOfType(item, type));
      return fits && new Set(value).size === value.length ? undefined : `a list of different values of type ${type}`;
    }
    case 'const':
      return isOfType(value, type) ? undefined : `a value of type ${type}`;
    case 'pattern':
      return typeof value === 'string' && isExpression(value) ? undefined : 'a regular expression (ECMAScript, flag u)';
    case 'format':
      return INPUT_FORMATS.includes(value as string) ? undefined : `one of ${INPUT_FORMATS.join(', ')}`;
    case 'minLength':
    case 'maxLength':
    case 'minItems':
    case 'maxItems':
      return Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'a whole number from 0';
    case 'multipleOf':
      return isOfType(value, 'number') && (value as number) > 0 ? undefined : 'a number above 0';
    case 'uniqueItems':
    case 'additionalProperties':
      return typeof value === 'boolean' ? undefined : 'true or false';
    default:
      return isOfType(value, 'number') ? undefined : 'a number';
  }
}

function isOfType(value: unknown, type: ToolInputType): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  return typeof value === type && (type !== 'number' || Number.isFinite(value));
}

function isExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
