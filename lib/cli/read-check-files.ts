import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { own } from '../assembly/cloudformation';
import { readJsonFile } from '../assembly/read-json-file';
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
      lines = new Map();
      for (const [index, line] of readFileSync(templateFile, 'utf8').split('\n').entries()) {
        const id = /^\s{1,4}["']?([A-Za-z0-9]+)["']?\s*:/.exec(line)?.[1];
        if (id !== undefined && !lines.has(id)) lines.set(id, index + 1);
      }
      files.set(templateFile, lines);
    }
    return lines.get(resource);
  };
}

export function shownFile({ templateFile }: LocatedFinding): string {
  const path = relative(process.cwd(), templateFile);
  return path.startsWith('..') ? templateFile : path;
}
