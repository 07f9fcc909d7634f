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

export function shownFile({ templateFile }: LocatedFinding): string {
  const path = relative(process.cwd(), templateFile);
  return path.startsWith('..') ? templateFile : path;
}
