import type { AccessFinding, DeclaredAccess, OutsideGrant } from '../analysis/access-finding';
import { ACCESS_METHODS } from '../analysis/access-methods';
import { analyzeHandler } from '../analysis/analyze-handler';
import { analyzePython } from '../analysis/analyze-python';
import { compareAccess } from '../analysis/compare';
import type { HandlerAnalysis, UsedPermission } from '../analysis/handler-analysis';
import type { PythonCode } from '../analysis/python/program';
import { OUTBOUND_ENV } from '../protocol/tool-outbound';
import type { BuiltHandler } from './build-handlers';
import { pathInProject } from './project-folder';
import type { NamedAccess } from './tool-environment';

/** What a tool declares, compared with what its code does. */
export interface HandlerAccess {
  readonly used: readonly UsedPermission[];
  readonly findings: readonly AccessFinding[];
}

/** What a function has that no access of its tool sets. */
export interface BesideAccess {
  /** Environment variables. */
  readonly settings: readonly string[];
  /** What was added to its role. */
  readonly outside: readonly OutsideGrant[];
}

/** Compares the bundle that is deployed with the declared access. Never widens a role. */
export function compareHandler(
  handler: BuiltHandler,
  access: readonly NamedAccess[],
  beside: BesideAccess,
): HandlerAccess {
  const text = (suffix: string) => handler.files.find((file) => file.name.endsWith(suffix))?.text;
  return compare(analyzeHandler({ code: text('.js') ?? '', sourceMap: text('.map') }), access, beside);
}

/** Compares a handler in Python with the declared access. Never widens a role. */
export function comparePython(code: PythonCode, access: readonly NamedAccess[], beside: BesideAccess): HandlerAccess {
  const { used, findings } = compare(analyzePython(code), access, beside);
  return {
    used,
    findings: findings.map((finding) => ({
      ...finding,
      message: inPython(finding.message),
      fix: inPython(finding.fix),
    })),
  };
}

/** Environment variables as Python names them. */
function inPython(text: string): string {
  return text.replace(/process\.env\.(\w+)/g, "os.environ['$1']");
}

function compare(analysis: HandlerAnalysis, access: readonly NamedAccess[], beside: BesideAccess): HandlerAccess {
  const findings = compareAccess(access.map(declared), analysis, beside.settings, beside.outside);
  const left = withoutCompanions(withoutOtherFlows(findings, access), access);
  return { used: analysis.used, findings: left.map((finding) => withPlace(finding, access)) };
}

/** What no code uses is at the place of its declaration. */
function withPlace(finding: AccessFinding, access: readonly NamedAccess[]): AccessFinding {
  if (finding.kind !== 'excess') return finding;
  const site = access.find(({ env }) => env === finding.env)?.madeAt?.();
  return site === undefined ? finding : { ...finding, at: { file: pathInProject(site.file), line: site.line } };
}

/** The runtime helper of `outbound` can get every kind of credential; what it gets is up to the declaration. */
const IDENTITY_ACTIONS = [
  'bedrock-agentcore:GetResourceApiKey',
  'bedrock-agentcore:GetResourceOauth2Token',
  'bedrock-agentcore:GetWorkloadAccessToken',
  'bedrock-agentcore:GetWorkloadAccessTokenForJWT',
];

function withoutOtherFlows(findings: readonly AccessFinding[], access: readonly NamedAccess[]): AccessFinding[] {
  if (!access.some(({ env }) => env === OUTBOUND_ENV)) return [...findings];
  return findings.filter(({ kind, action }) => kind === 'excess' || !IDENTITY_ACTIONS.includes(action ?? ''));
}

/** By action, since an access names all operations that its actions allow, and the code needs one of them. */
function declared(entry: NamedAccess): DeclaredAccess {
  const parts: Record<string, string[]> = {};
  const open = new Set<string>();
  for (const operation of entry.operations) {
    for (const action of operation.actions.map((name) => nameOf(name, entry))) {
      for (const resource of operation.resources) {
        // A path with a slash after it is the same path.
        if (resource === `${entry.resourceArn}/`) continue;
        if (!resource.startsWith(entry.resourceArn)) open.add(action);
        else parts[action] = [...new Set([...(parts[action] ?? []), resource.slice(entry.resourceArn.length)])];
      }
    }
  }
  for (const action of open) delete parts[action];
  return {
    env: entry.env,
    companions: Object.keys(entry.companions ?? {}).map((suffix) => `${entry.env}${suffix}`),
    service: entry.service,
    operations: [...new Set(entry.operations.flatMap(({ actions }) => actions.map((name) => nameOf(name, entry))))],
    resource: entry.resourceArn,
    declaration: entry.declaration,
    ...(entry.reason === undefined ? { parts } : {}),
  };
}

/** In a custom access an action may belong to another service than the first. */
function nameOf(action: string, { reason }: NamedAccess): string {
  return reason === undefined ? action.slice(action.indexOf(':') + 1) : action;
}

/**
 * One method can stand for several actions, such as an upload and its abort: it is used when one of them is. An action
 * that an option adds, such as tags, is not among them.
 */
function withoutCompanions(findings: readonly AccessFinding[], access: readonly NamedAccess[]): AccessFinding[] {
  const unused = new Set(findings.flatMap(({ kind, env, action }) => (kind === 'excess' ? [`${env} ${action}`] : [])));
  return findings.filter(({ kind, env, action }) => {
    if (kind !== 'excess' || isByOption(action)) return true;
    const verbs = access.find((entry) => entry.env === env)?.verbs ?? [];
    const mine = verbs.filter((actions) => actions.includes(action ?? ''));
    return !mine.some((actions) => actions.some((other) => !unused.has(`${env} ${other}`)));
  });
}

function isByOption(action: string | undefined): boolean {
  return ACCESS_METHODS.get(action ?? '')?.option?.endsWith(': true') === true;
}
