import type { ErrorCode, Problem } from '../errors';
import { type CedarPolicyText, type CedarProblem, type CedarSchema, cedar, validatePolicies } from './engine';
import { positionOf } from './excerpt';

/** Stands for the ARN of the gateway in a policy file: `AgentCore::Gateway::"{{GATEWAY_ARN}}"`. */
export const GATEWAY_PLACEHOLDER = '{{GATEWAY_ARN}}';

/** One statement of a policy file, with comments and annotations before it. */
export interface FilePolicy extends CedarPolicyText {
  /** File path as given. */
  readonly file: string;
  /** Where the text starts in the file, in UTF-16 units. */
  readonly offset: number;
  /** Uses a clause of AgentCore's own dialect, which the open source Cedar engine cannot check. */
  readonly dialect?: string;
}

/** Clauses of the dialect that AgentCore accepts in `Definition.Policy`; none of them is Cedar. */
const DIALECT = /\b(?:when|unless)\s+(guardrails|temporal)\s*\{|\b(suppressOutput)\b/;

/**
 * Splits a file into its policies. A policy has the id of its `@id("...")` annotation, else the file name without
 * extension, with a number when the file holds several.
 */
export function readPolicyFile(file: string, text: string): FilePolicy[] {
  const parts = statementsOf(text);
  const name = file.replace(/^.*[\\/]/, '').replace(/\.cedar$/, '');
  return parts.map(({ offset, source }, index) => {
    const dialect = DIALECT.exec(blanked(source));
    const id = /^\s*@id\("([^"\\]*)"\)/m.exec(source)?.[1];
    return {
      id: id ?? (parts.length === 1 ? name : `${name}-${index + 1}`),
      text: source,
      file,
      offset,
      ...(dialect === null ? {} : { dialect: dialect[1] ?? dialect[2]! }),
    };
  });
}

/**
 * Strict validation of the policies of files, with file, line and column in each problem. Statements in AgentCore's own
 * dialect are not judged; they are a problem of severity warning that says so.
 */
export function validatePolicyFiles(
  files: readonly { readonly file: string; readonly text: string }[],
  schema: CedarSchema,
): FileProblem[] {
  const policies = files.flatMap(({ file, text }) => readPolicyFile(file, text));
  const sources = new Map(files.map(({ file, text }) => [file, text]));
  const empty = files.filter(({ file }) => !policies.some((policy) => policy.file === file));
  const plain = policies.filter(({ dialect }) => dialect === undefined);
  // The same id twice is a problem of its own; for the validator each statement has its place as id.
  const byPlace = new Map(plain.map((policy) => [`${policy.file}:${policy.offset}`, policy]));
  const found = validatePolicies(
    [...byPlace].map(([id, policy]) => ({ id, text: policy.text })),
    schema,
  );
  return [
    ...empty.map(({ file }) => problem(file, 'error', 'the file has no policy', 'Write a permit or a forbid in it')),
    ...found.map((each) => located(each, byPlace.get(each.policyId)!, sources)),
    ...policies.filter(({ dialect }) => dialect !== undefined).map(notValidated),
    ...duplicates(policies),
  ];
}

export interface FileProblem extends Problem {
  readonly severity: 'error' | 'warning';
}

/** The file as the Cedar formatter writes it, or the reason why it cannot. */
export function formatPolicyText(text: string): { readonly text?: string; readonly problem?: string } {
  if (statementsOf(text).some(({ source }) => DIALECT.test(blanked(source)))) {
    return { problem: 'the formatter knows plain Cedar only' };
  }
  const answer = cedar().formatPolicies({ policyText: text, lineWidth: 100, indentWidth: 2 });
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

/** The text with every character of strings and comments blanked, so that what is left is structure. */
function blanked(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"?|\/\/[^\n]*/g, (part) =>
    part.replace(/[^\n]/g, (char) => (char === '"' ? '"' : ' ')),
  );
}

function located(found: CedarProblem, policy: FilePolicy, sources: ReadonlyMap<string, string>): FileProblem {
  const source = sources.get(policy.file)!;
  const before = policy.offset;
  const place =
    found.offset === undefined
      ? undefined
      : positionOf(
          source,
          bytes(source.slice(0, before)) + found.offset.start,
          bytes(source.slice(0, before)) + found.offset.end,
        );
  const help = found.help === undefined ? '' : ` (${found.help})`;
  const excerpt = place === undefined ? '' : `\n${place.excerpt}\n`;
  const at = place === undefined ? policy.file : `${policy.file}:${place.line}:${place.column}`;
  return problem(at, found.severity, `${found.message}${help}${excerpt}`, 'Correct the policy');
}

function notValidated(policy: FilePolicy): FileProblem {
  const fix = 'Deploy it to a test engine to see whether the service accepts it';
  return problem(
    policy.file,
    'warning',
    `policy '${policy.id}' uses '${policy.dialect}', which is not validated offline`,
    fix,
    'CEDAR_NOT_VALIDATED',
  );
}

function duplicates(policies: readonly FilePolicy[]): FileProblem[] {
  const seen = new Map<string, FilePolicy>();
  return policies.flatMap((policy) => {
    const first = seen.get(policy.id);
    if (first !== undefined) {
      return [
        problem(
          policy.file,
          'error',
          `two policies have the id '${policy.id}', the other is in ${first.file}`,
          'Rename one with @id("...")',
        ),
      ];
    }
    seen.set(policy.id, policy);
    return [];
  });
}

function bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

function problem(
  at: string,
  severity: 'error' | 'warning',
  message: string,
  fix: string,
  code: ErrorCode = 'CEDAR_INVALID',
): FileProblem {
  return { code, severity, message, fix, at };
}
