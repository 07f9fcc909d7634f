import { type ContextValue, contextValue, evaluateConditions, type RequestContext, substitute } from './conditions';
import { matchesAction, matchesResource, patternsIntersect } from './match';
import type { ConditionBlock, ConditionValue } from './policy-document';
import { completed, type OwnerOf, POLICY_VARIABLE, type ProofTarget, relation, withoutAtoms } from './relation';

/** A statement of a role with what the template leaves open as `${…}`, e.g. `${Stack:Orders.Arn}/index/*`. */
export interface RoleStatementText {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** A condition block; `null` stands for whatever of it the template leaves open. */
  readonly condition?: unknown;
  /** Whom a statement of a resource's policy names; absent for what is the role's own. To name the account grants nothing. */
  readonly grantedTo?: 'role' | 'session' | 'everyone' | 'account';
  /** Why it is not certain that the statement applies to the role at all. */
  readonly uncertain?: string;
  /** Where it is written, for messages. */
  readonly at: string;
}

/** One request, or all that are below a resource. */
export interface Question {
  readonly action: string;
  readonly target: ProofTarget;
  /** Below the target anything is meant: `''`, `/` or `:`. */
  readonly below: '' | '/' | ':';
  readonly context: RequestContext;
  /** Whether the request has no other condition keys than those of the context. */
  readonly complete: boolean;
}

export interface StatementVerdict {
  readonly applies: 'yes' | 'no' | 'maybe';
  /** What decides it, for messages. */
  readonly by?: string;
}

/** Whether a statement applies, as far as a template decides it. */
export function verdictOf(statement: RoleStatementText, question: Question, ownerOf: OwnerOf): StatementVerdict {
  if (!mayName(statement, question.action)) return { applies: 'no' };
  const resource = resourceVerdict(statement, question, ownerOf);
  if (resource.applies === 'no') return resource;
  const { applies, by } = conditionVerdict(statement, question);
  if (applies !== 'yes') return { applies, by };
  if (statement.uncertain !== undefined) return { applies: 'maybe', by: statement.uncertain };
  return resource;
}

export function mayName({ actions, notActions }: RoleStatementText, action: string): boolean {
  if (notActions.length > 0) return !notActions.some((pattern) => matchesAction(pattern, action));
  return actions.some((pattern) => matchesAction(pattern, action));
}

function resourceVerdict(
  { resources, notResources }: RoleStatementText,
  question: Question,
  ownerOf: OwnerOf,
): StatementVerdict {
  const isExcept = notResources.length > 0;
  const named = (isExcept ? notResources : resources).map((text) => ({ text, is: names(text, question, ownerOf) }));
  const certain = named.find(({ is }) => is === 'yes');
  const open = named.find(({ is }) => is === 'maybe');
  if (certain !== undefined) return { applies: isExcept ? 'no' : 'yes', by: certain.text };
  if (open !== undefined) return { applies: 'maybe', by: open.text };
  return { applies: isExcept ? 'yes' : 'no' };
}

/** Whether a resource pattern names all that is asked about, none of it, or perhaps some. */
function names(pattern: string, question: Question, ownerOf: OwnerOf): StatementVerdict['applies'] {
  const { target, below } = question;
  let isOpen = false;
  const text = pattern.replace(POLICY_VARIABLE, (variable) => {
    const value = filled(variable, question);
    isOpen ||= value === undefined;
    return value ?? '*';
  });
  // Only a star takes this character, so what matches takes in everything below.
  const all = below === '' ? target.arn : `${target.arn}${below}\u0001`;
  if (!isOpen && matchesResource(withoutAtoms(text), withoutAtoms(all), true)) return 'yes';
  const some = below === '' ? target.arn : `${target.arn}${below}*`;
  if (patternsIntersect(completed(text), some)) return 'maybe';
  return relation(text, target, ownerOf) === 'unknown' ? 'maybe' : 'no';
}

/** With the values of the context; a default counts only where the request has no other keys. */
function filled(text: string, { context, complete }: Question): string | undefined {
  return substitute(complete ? text : text.replace(/,\s*'[^']*'\s*\}/g, '}'), context);
}

function conditionVerdict({ condition }: RoleStatementText, question: Question): StatementVerdict {
  if (condition === undefined) return { applies: 'yes' };
  const blocks = isBlock(condition)
    ? Object.entries(condition).flatMap(([operator, keys]) =>
        isBlock(keys)
          ? Object.entries(keys).map(([key, values]) => ({
              by: `the condition ${operator} ${key}`,
              applies: oneVerdict(operator, key, Array.isArray(values) ? values : [values], question),
            }))
          : [{ by: `the condition ${operator}`, applies: 'maybe' as const }],
      )
    : [{ by: 'its condition', applies: 'maybe' as const }];
  return (
    blocks.find(({ applies }) => applies === 'no') ??
    blocks.find(({ applies }) => applies === 'maybe') ?? { applies: 'yes' }
  );
}

function oneVerdict(
  operator: string,
  key: string,
  values: readonly unknown[],
  question: Question,
): StatementVerdict['applies'] {
  const { context, complete } = question;
  const given = contextValue(context, key);
  if (given === undefined && !complete) return 'maybe';
  if (values.some((value) => isOpenValue(value, given))) return 'maybe';
  const texts = (values as ConditionValue[]).map((value) => (typeof value === 'string' ? withoutAtoms(value) : value));
  const isFilled = texts.every((text) => typeof text !== 'string' || filled(text, question) !== undefined);
  if (!isFilled && !complete) return 'maybe';
  const block: ConditionBlock = { [operator]: { [key]: texts } };
  const request = given === undefined ? context : { ...context, [key]: closed(given) };
  // What cannot be compared is decided by the effect; here it decides nothing.
  const [allow, deny] = ['Allow', 'Deny'].map(
    (effect) => evaluateConditions(block, request, { effect, version: '2012-10-17' }).holds,
  );
  if (allow !== deny) return 'maybe';
  return allow ? 'yes' : 'no';
}

/** A value of the deployment is known only to be equal to itself. */
function isOpenValue(value: unknown, given: ContextValue | undefined): boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return false;
  return typeof value !== 'string' || (withoutAtoms(value) !== value && value !== given);
}

function closed(value: ContextValue): ContextValue {
  if (typeof value === 'string') return withoutAtoms(value);
  return Array.isArray(value) ? value.map((one: string) => withoutAtoms(one)) : value;
}

function isBlock(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
