import { CEDAR_ACTION_GROUP } from '../../protocol/cedar-entities';
import { qualifiedToolName } from '../../protocol/tool-name';
import type { Problem } from '../errors';
import {
  type CedarPolicyText,
  type CedarProblem,
  type CedarSchema,
  cedar,
  parsePolicy,
  scopeActions,
  validatePolicies,
} from './engine';
import { positionOf } from './excerpt';

/** A file, or text that stands for one. */
export interface PolicySource {
  /** Path as given, for messages. */
  readonly file: string;
  readonly text: string;
  /** The line of the app that has the text; a file says by itself where it is. */
  readonly origin?: { readonly place: string | undefined };
}

/** One statement of a policy file, with comments and annotations before it. */
export interface FilePolicy extends CedarPolicyText {
  /** File path as given. */
  readonly file: string;
  readonly origin?: PolicySource['origin'];
  /** Text of the whole file. */
  readonly whole: string;
  /** Where the policy starts in it, in UTF-16 units. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly effect: 'permit' | 'forbid';
  /** Actions and groups of actions that the scope names; none means that it may be about all. */
  readonly actions: readonly string[];
  /** Uses a clause of AgentCore's own dialect, which the open source Cedar engine cannot check. */
  readonly dialect?: string;
}

/** Escapes, placeholders and values that are only known after a deployment may stand for any name. */
const OPEN_ACTION = /\\|\{\{|\$\{|\p{Cc}/u;

/** Whether a policy can be about a tool, judged by the names in its text: rather too often than too rarely. */
export function mayConcern(
  { actions }: Pick<FilePolicy, 'actions'>,
  tool: { readonly target: string; readonly name: string },
): boolean {
  if (actions.length === 0 || actions.some((action) => OPEN_ACTION.test(action))) return true;
  const groups = [qualifiedToolName(tool.target, tool.name), tool.target, ...Object.values(CEDAR_ACTION_GROUP)];
  return actions.some((action) => groups.includes(action));
}

/** Clauses of the dialect that AgentCore accepts in `Definition.Policy`; none of them is Cedar. */
const DIALECT = /\b(?:when|unless)\s+(guardrails|temporal)\s*\{|\b(suppressOutput)\b/;

/** The first word before a parenthesis that is no annotation and no attribute. */
const EFFECT = /(?<!@\s*)(?<![.\w])(permit|forbid)\s*\(/;

/** What parses as Cedar is Cedar: an argument of a tool may be called like a clause. */
function dialectOf(source: string): string | undefined {
  const clause = DIALECT.exec(blanked(source));
  return clause === null || parsePolicy(source).json !== undefined ? undefined : (clause[1] ?? clause[2]);
}

/** Effect and actions of one statement, placeholders filled or not; of the dialect by its text, since nothing parses it. */
export function policySubject(text: string): Pick<FilePolicy, 'effect' | 'actions'> {
  const { json } = parsePolicy(text);
  if (json !== undefined) return { effect: json.effect, actions: scopeActions(json) };
  const code = blanked(text);
  const effect = EFFECT.exec(code);
  const start = effect?.index ?? 0;
  // A condition may name what the policy is not about.
  const actions = actionsIn(text.slice(start, code.indexOf(')', start) + 1));
  return { effect: effect?.[1] === 'forbid' ? 'forbid' : 'permit', actions };
}

/**
 * Splits a file into its policies. A policy has the id of its `@id("...")` annotation, else the file name without
 * extension, with a number when the file holds several.
 */
export function readPolicyFile({ file, text, origin }: PolicySource): FilePolicy[] {
  const parts = statementsOf(text);
  const name = baseName(file).replace(/\.cedar$/, '');
  return parts.map(({ offset, source }, index) => {
    const dialect = dialectOf(source);
    const id = /^\s*@id\("([^"\\]*)"\)/m.exec(source)?.[1];
    const start = offset + Math.max(0, blanked(source).search(/\S/));
    return {
      id: id || (parts.length === 1 ? name : `${name}-${index + 1}`),
      text: source,
      file,
      ...(origin === undefined ? {} : { origin }),
      whole: text,
      offset,
      line: text.slice(0, start).split('\n').length,
      ...policySubject(source),
      ...(dialect === undefined ? {} : { dialect }),
    };
  });
}

/**
 * Strict validation of the policies of files, with file, line and column in each problem. Statements in AgentCore's own
 * dialect are not judged; they are a problem of severity warning that says so.
 */
export function validatePolicyFiles(files: readonly PolicySource[], schema: CedarSchema): FileProblem[] {
  const policies = files.flatMap(readPolicyFile);
  const empty = files.filter((source) => readPolicyFile(source).length === 0);
  const plain = policies.filter(({ dialect }) => dialect === undefined);
  // The same id twice is a problem of its own; for the validator each statement has its place as id.
  const byPlace = new Map(plain.map((policy, index) => [String(index), policy]));
  const found = validatePolicies(
    [...byPlace].map(([id, policy]) => ({ id, text: policy.text })),
    schema,
  );
  return [
    ...empty.map((source) => ({
      ...invalid(baseName(source.file), 'the file has no policy', 'Write a permit or a forbid in it'),
      at: sourcePlaces(source).join(', '),
    })),
    ...found.map((each) => located(each, byPlace.get(each.policyId)!)),
    ...policies.filter(({ dialect }) => dialect !== undefined).map(notValidated),
    ...policies.filter(({ text }) => EMPTY_ID.test(text)).map(withoutId),
    ...duplicates(policies),
  ];
}

export interface FileProblem extends Problem {
  readonly severity: 'error' | 'warning';
  /** Id of the policy, or name of the file: what stays the same when lines move. */
  readonly about: string;
}

/** The file as `cedar format` writes it with its own defaults, or the reason why it cannot. */
export function formatPolicyText(text: string): { readonly text?: string; readonly problem?: string } {
  if (statementsOf(text).some(({ source }) => dialectOf(source) !== undefined)) {
    return { problem: 'the formatter knows plain Cedar only' };
  }
  const answer = cedar().formatPolicies({ policyText: text, lineWidth: 80, indentWidth: 2 });
  return answer.type === 'success'
    ? { text: answer.formatted_policy }
    : { problem: answer.errors.map(({ message }) => message).join('; ') };
}

/** The first line that the formatter would change, from 1; `undefined` for a formatted file and for one with errors. */
export function firstUnformattedLine(text: string): number | undefined {
  const formatted = formatPolicyText(text).text;
  if (formatted === undefined || formatted === text) return undefined;
  const lines = formatted.split('\n');
  const index = text.split('\n').findIndex((line, number) => line !== lines[number]);
  return (index === -1 ? lines.length - 1 : index) + 1;
}

/** Files that the formatter would change. */
export function formattingProblems(files: readonly PolicySource[]): FileProblem[] {
  return files.flatMap((source): FileProblem[] => {
    const { file, text } = source;
    const line = firstUnformattedLine(text);
    if (line === undefined) return [];
    const at = sourcePlaces(source, line).join(', ');
    const message = 'the file is not as the Cedar formatter writes it';
    const fix = 'Run `cedar format --write`, or format it in your editor';
    return [{ code: 'CEDAR_FORMAT', severity: 'warning', about: baseName(file), message, fix, at }];
  });
}

/** `policies/a.cedar:8:3`; of a text of the app also its line there. */
export function sourcePlaces(
  { file, origin }: Pick<PolicySource, 'file' | 'origin'>,
  ...position: readonly (number | undefined)[]
): string[] {
  const place = [file, ...position.filter((each) => each !== undefined)].join(':');
  return [place, ...(origin?.place === undefined ? [] : [origin.place])];
}

/** The statements of a text; what follows the last `;` counts as one unless it is only white space and comments. */
function statementsOf(text: string): { offset: number; source: string }[] {
  const code = blanked(text);
  const parts: { offset: number; source: string }[] = [];
  let start = 0;
  while (start < text.length) {
    const semicolon = code.indexOf(';', start);
    const end = semicolon === -1 ? text.length : semicolon + 1;
    if (code.slice(start, end).trim() !== '') parts.push({ offset: start, source: text.slice(start, end) });
    start = end;
  }
  return parts;
}

function actionsIn(source: string): string[] {
  const tokens = source.matchAll(/\/\/[^\n]*|Action::"((?:[^"\\]|\\[\s\S])*)"|"(?:[^"\\]|\\[\s\S])*"/g);
  return [...new Set([...tokens].flatMap(([, action]) => (action === undefined ? [] : [action])))];
}

/** The text with every character of strings and comments blanked, so that what is left is structure. */
function blanked(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"?|\/\/[^\n]*/g, (part) =>
    part.replace(/[^\n]/g, (char) => (char === '"' ? '"' : ' ')),
  );
}

function located(found: CedarProblem, policy: FilePolicy): FileProblem {
  const before = bytes(policy.whole.slice(0, policy.offset));
  const place =
    found.offset === undefined
      ? undefined
      : positionOf(policy.whole, before + found.offset.start, before + found.offset.end);
  const help = found.help === undefined ? '' : ` (${found.help})`;
  const excerpt = place === undefined ? '' : `\n${place.excerpt}\n`;
  return {
    ...invalid(policy.id, `${found.message}${help}${excerpt}`, 'Correct the policy'),
    severity: found.severity,
    at: sourcePlaces(policy, place?.line, place?.column).join(', '),
  };
}

function notValidated(policy: FilePolicy): FileProblem {
  const { id, dialect, line } = policy;
  return {
    code: 'CEDAR_NOT_VALIDATED',
    severity: 'warning',
    about: id,
    message: `policy '${id}' uses '${dialect}', which is not validated offline`,
    fix: 'Deploy it to a test engine to see whether the service accepts it',
    at: sourcePlaces(policy, line).join(', '),
  };
}

const EMPTY_ID = /^\s*@id\(""\)/m;

function withoutId(policy: FilePolicy): FileProblem {
  const message = 'the id of a policy is empty, got @id("")';
  const fix = 'Name the policy, or remove the annotation';
  return {
    code: 'CEDAR_FILE',
    severity: 'error',
    about: baseName(policy.file),
    message,
    fix,
    at: sourcePlaces(policy, policy.line).join(', '),
  };
}

function duplicates(policies: readonly FilePolicy[]): FileProblem[] {
  const seen = new Map<string, FilePolicy>();
  return policies.flatMap((policy) => {
    const first = seen.get(policy.id);
    seen.set(policy.id, first ?? policy);
    if (first === undefined) return [];
    const message = `two policies have the id '${policy.id}', the other is in ${first.file}`;
    return [
      {
        ...invalid(policy.id, message, 'Rename one with @id("...")'),
        at: sourcePlaces(policy, policy.line).join(', '),
      },
    ];
  });
}

function invalid(about: string, message: string, fix: string): FileProblem {
  return { code: 'CEDAR_INVALID', severity: 'error', about, message, fix };
}

function bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

function baseName(file: string): string {
  return file.replace(/^.*[\\/]/, '');
}
