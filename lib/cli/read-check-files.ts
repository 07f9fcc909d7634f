import { relative } from 'node:path';
import { own } from '../assembly/cloudformation';
import { readJsonFile, readText } from '../assembly/read-json-file';
import { SecureMcpError, shown } from '../core/errors';
import { type CheckConfig, parseCheckConfig } from '../rules/check-config';
import type { LocatedFinding } from '../rules/run-rules';

const IDENTITY = ['ruleId', 'path', 'severity', 'message'] as const;

/** A baseline knows findings by rule and place, and by what was found there: one that got worse is new. */
export function fingerprint(finding: { readonly [key in (typeof IDENTITY)[number]]: unknown }): string {
  return JSON.stringify(IDENTITY.map((key) => finding[key]));
}

export function readBaseline(path: string): Set<string> {
  const findings = own(readJsonFile(path, 'CLI_USAGE'), 'findings');
  if (!Array.isArray(findings)) {
    throw new SecureMcpError({
      code: 'CLI_USAGE',
      message: `${shown(path)} cannot be used: it has no findings`,
      fix: 'Write it with --format json',
    });
  }
  return new Set(
    findings.map((finding) => {
      const [ruleId, path, severity, message] = IDENTITY.map((key) => own(finding, key));
      return fingerprint({ ruleId, path, severity, message });
    }),
  );
}

/** `secure-mcp.json`. */
export function readConfig(path: string): CheckConfig {
  return parseCheckConfig(readJsonFile(path, 'CHECK_CONFIG'), path);
}

/** Line of a resource in its template; templates are read once. */
export function templateLines(): (finding: LocatedFinding) => number | undefined {
  const files = new Map<string, Map<string, number>>();
  return ({ templateFile, resource }) => {
    let lines = files.get(templateFile);
    if (lines === undefined) {
      lines = resourceLines(readText(templateFile));
      files.set(templateFile, lines);
    }
    return lines.get(resource);
  };
}

const KEY = /^(\s*)(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9:]+))\s*:/;

/** Keys right under Resources: those as far to the right as its first, until one comes that is as far left as the first of all. */
function resourceLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  let section: number | undefined;
  let outer: number | undefined;
  let inner: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent, ...names] = KEY.exec(line) ?? [];
    if (indent === undefined) continue;
    const depth = indent.length;
    const name = names.find((each) => each !== undefined)!;
    outer ??= depth;
    if (depth <= outer) {
      section = name === 'Resources' ? depth : undefined;
      inner = undefined;
    } else if (section !== undefined) {
      inner ??= depth;
      if (depth === inner && !lines.has(name)) lines.set(name, index + 1);
    }
  }
  return lines;
}

export function shownFile({ templateFile }: LocatedFinding): string {
  const path = relative(process.cwd(), templateFile);
  return path.startsWith('..') ? templateFile : path;
}
