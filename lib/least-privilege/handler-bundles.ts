import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, AspectPriority, Aspects, type IAspect, Stack, Stage } from 'aws-cdk-lib';
import { type CfnFunction, Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct, IConstruct } from 'constructs';
import type { AccessFinding } from '../analysis/access-finding';
import type { Problem } from '../core/errors';
import { type BuiltHandler, buildHandlers } from './build-handlers';
import type { CodeAnalysis } from './code-analysis';
import { type BesideAccess, compareHandler, comparePython, type HandlerAccess } from './handler-access';
import { type ToolReport, writeReport } from './least-privilege-report';
import { environmentOf, outsideGrants } from './outside-grants';
import { readPythonFolder } from './read-python-folder';
import { RolePolicies } from './role-statements';
import type { NamedAccess } from './tool-environment';

const REGISTRY = Symbol.for('cdk-secure-mcp.handler-bundles');

/** A file that is not code. */
export interface CodeFile {
  readonly name: string;
  readonly text: string;
}

/** A tool whose code is looked at. */
export interface JudgedTool {
  readonly tool: string;
  readonly access: readonly NamedAccess[];
  readonly analysis: CodeAnalysis;
  readonly resource: () => CfnFunction;
  /** Where the asset goes. */
  readonly scope: Construct;
  readonly onProblem: (problem: Problem) => void;
}

type UnanalysedTool = Pick<ToolReport, 'tool' | 'scope' | 'access' | 'role'>;

interface PendingHandler extends JudgedTool {
  /** `undefined` when the file is known to be missing. */
  readonly entry: string | undefined;
  readonly files?: () => readonly CodeFile[];
  readonly footer?: string;
  readonly onBundle?: (text: string) => void;
}

/**
 * All handlers of one app, bundled by a single esbuild call: 50 calls cost 18 s, one call for 50 costs 0.3 s. A `Stage`
 * is synthesized before the app is, and aspects of the app do not reach into it: the handlers in it have a call of their own.
 *
 * Functions are made before all handlers are known, so an aspect fills in their code: it runs when the tree is complete
 * and before anything is resolved.
 */
export class HandlerBundles implements IAspect {
  public static of(scope: IConstruct): HandlerBundles {
    const root = (Stage.of(scope) ?? scope.node.root) as IConstruct & { [REGISTRY]?: HandlerBundles };
    let bundles = root[REGISTRY];
    if (bundles === undefined) {
      bundles = new HandlerBundles(root);
      Object.defineProperty(root, REGISTRY, { value: bundles });
      Aspects.of(root).add(bundles, { priority: AspectPriority.MUTATING });
    }
    return bundles;
  }

  private pending: PendingHandler[] = [];
  private python: ((policies: RolePolicies) => ToolReport)[] = [];
  private readonly reports: ToolReport[] = [];
  private written = 0;

  private constructor(private readonly root: IConstruct) {}

  /** Code for a function, filled in when the whole app is known. */
  public add(handler: PendingHandler): Code {
    this.pending.push(handler);
    return new PendingCode();
  }

  /** A handler in Python, which is deployed as it is. */
  public addPython(tool: JudgedTool, folder: string, handler: string): void {
    this.python.push((policies) => {
      const judge = () => comparePython(readPythonFolder(folder, handler), tool.access, beside(tool, policies));
      return report(tool, judge, 'warning');
    });
  }

  /** A tool whose code is not there to be looked at, so that the report has it. */
  public addUnanalysed({ tool, scope, access, role }: UnanalysedTool, why: string): void {
    this.reports.push({ tool, scope, access, role, unanalysed: why });
  }

  public visit(_node: IConstruct): void {
    const isDone = this.pending.length === 0 && this.python.length === 0 && this.reports.length === this.written;
    if (isDone) return;
    const policies = new RolePolicies(this.root);
    this.bundle(policies);
    const python = this.python;
    this.python = [];
    this.reports.push(...python.map((judge) => judge(policies)));
    this.written = this.reports.length;
    writeReport(this.root, this.reports, policies);
  }

  private bundle(policies: RolePolicies): void {
    if (this.pending.length === 0) return;
    const handlers = this.pending;
    this.pending = [];

    const entries = new Set(handlers.flatMap((handler) => handler.entry ?? []));
    const { built, failed } = buildHandlers([...entries]);
    for (const handler of handlers) {
      if (handler.entry === undefined) continue;
      const result = built.get(handler.entry);
      if (result !== undefined) {
        stage(handler, result);
        handler.onBundle?.(result.files.find(({ name }) => name.endsWith('.js'))?.text ?? '');
        const judge = () => compareHandler(result, handler.access, beside(handler, policies));
        this.reports.push(report(handler, judge, 'info'));
        continue;
      }
      for (const message of failed.get(handler.entry) ?? failed.get('') ?? []) {
        handler.onProblem({
          code: 'HANDLER_BUNDLE',
          message: `the handler cannot be bundled, got ${message}`,
          fix: 'Fix the code or the import',
          at: handler.scope.node.path,
        });
      }
    }
  }
}

/** What the function of a tool has beside its declared access. */
function beside({ scope, access, resource }: JudgedTool, policies: RolePolicies): BesideAccess {
  const environment = environmentOf(resource());
  const outside = outsideGrants(policies.addedTo(scope), environment, access, Stack.of(scope));
  return { settings: Object.keys(environment), outside };
}

class PendingCode extends Code {
  public bind(_scope: Construct): CodeConfig {
    return { s3Location: { bucketName: 'filled-in-by-handler-bundles', objectKey: 'filled-in-by-handler-bundles' } };
  }
}

/**
 * A call that no access allows fails synthesis; an access that no code uses is a warning, and so is a resource that the
 * caller names. What cannot be decided is said. `undecided` is how loud a call is that only may happen.
 */
function report(tool: JudgedTool, judge: () => HandlerAccess, undecided: 'warning' | 'info'): ToolReport {
  const { scope, access, analysis } = tool;
  if (analysis._mode === 'off')
    return { tool: tool.tool, scope, access, unanalysed: `switched off: ${analysis._reason}` };
  const handler = judge();
  for (const finding of handler.findings) tell(tool, finding, undecided);
  return { tool: tool.tool, scope, access, handler };
}

const ANNOTATIONS: { readonly [Kind in AccessFinding['kind']]: string } = {
  missing: 'accessMissing',
  'possibly-missing': 'accessPossiblyMissing',
  excess: 'accessExcess',
  'resource-from-input': 'resourceFromInput',
  unverifiable: 'accessUndecided',
};

function tell(tool: JudgedTool, finding: AccessFinding, undecided: 'warning' | 'info'): void {
  const { kind, message, fix, at, env, action } = finding;
  const where = kind === 'excess' ? '; it is declared in' : ' in';
  const place = at === undefined ? '' : `${where} ${at.file}:${at.line}`;
  if (kind === 'missing' && tool.analysis._mode === 'enforce') {
    tool.onProblem({ code: 'ACCESS_MISSING', message: `${message}${place}`, fix, at: tool.scope.node.path });
    return;
  }
  const id = `cdk-secure-mcp:${ANNOTATIONS[kind]}:${env ?? ''}:${action ?? ''}`;
  const annotations = Annotations.of(tool.scope);
  if (kind === 'unverifiable' || (kind === 'possibly-missing' && undecided === 'info'))
    annotations.addInfoV2(id, `${message}${place}. ${fix}`);
  else annotations.addWarningV2(id, `${message}${place}. ${fix}`);
}

function stage(handler: PendingHandler, built: BuiltHandler): void {
  const directory = mkdtempSync(join(tmpdir(), 'secure-mcp-handler-'));
  try {
    for (const { name, text } of [...built.files, ...(handler.files?.() ?? [])]) {
      writeFileSync(join(directory, name), name === 'index.js' ? text + (handler.footer ?? '') : text);
    }
    const asset = new Asset(handler.scope, 'Code', { path: directory, deployTime: true });
    const resource = handler.resource();
    resource.code = { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey };
    asset.addResourceMetadata(resource, 'Code');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
