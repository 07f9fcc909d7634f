import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isObject, own } from '../assembly/cloudformation';
import { readToolLock } from '../assembly/read-tool-lock';
import { SecureMcpError, shown } from '../core/errors';
import { type Acknowledgment, readReason, ruleIdOf } from '../rules/acknowledgment';
import { DEFAULT_OPTIONS, type RuleOptions } from '../rules/options';
import type { LocatedFinding } from '../rules/run-rules';

/** A baseline knows findings by rule and place. */
export function fingerprint(finding: { readonly ruleId: string; readonly path: string }): string {
  return `${finding.ruleId}|${finding.path}`;
}

export function readBaseline(path: string): Set<string> {
  const findings = own(readJsonFile(path), 'findings');
  if (!Array.isArray(findings)) throw unusable(path, 'it has no findings', 'Write it with --format json');
  return new Set(
    findings.map((finding) =>
      fingerprint({ ruleId: String(own(finding, 'ruleId')), path: String(own(finding, 'path')) }),
    ),
  );
}

/** `secure-mcp.json`: options of the rules, severities, acknowledgments. */
export interface CheckConfig {
  readonly options: Partial<RuleOptions>;
  readonly acknowledgments: readonly Acknowledgment[];
}

export function readConfig(path: string): CheckConfig {
  const config = readJsonFile(path);
  if (!isObject(config)) throw unusable(path, 'it is no object', 'See `secure-mcp check --help`');
  const { acknowledgments, ...options } = config;
  const known = [...Object.keys(DEFAULT_OPTIONS), 'approvedIssuers', 'approvedHosts', 'toolLock'];
  const odd = Object.keys(options).find((name) => !known.includes(name));
  if (odd !== undefined)
    throw unusable(path, `it has an unknown option, got ${shown(odd)}`, `Use ${known.join(', ')}, acknowledgments`);
  return {
    options: {
      ...(options as Partial<RuleOptions>),
      ...(options.toolLock === undefined ? {} : { toolLock: readToolLock(String(options.toolLock)) }),
    },
    acknowledgments: (Array.isArray(acknowledgments) ? acknowledgments : []).map((each) => {
      const text = (name: string) => (own(each, name) === undefined ? undefined : String(own(each, name)));
      const reason = text('reason') ?? '';
      return {
        ruleId: ruleIdOf(String(own(each, 'id'))),
        reason,
        stack: text('stack'),
        logicalId: text('resource'),
        scope: text('resource') === undefined ? 'app' : `${path}`,
        owner: text('owner') ?? readReason(reason).owner,
        expires: text('expires') ?? readReason(reason).expires,
      };
    }),
  };
}

function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unusable(path, (error as Error).message, 'Check the path and the file');
  }
}

function unusable(path: string, why: string, fix: string): SecureMcpError {
  return new SecureMcpError({ code: 'CLI_USAGE', message: `${shown(path)} cannot be used: ${why}`, fix });
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
