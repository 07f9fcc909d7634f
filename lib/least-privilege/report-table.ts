import type { AccessFinding } from '../analysis/access-finding';
import type { ResourceExpression, SourcePosition, UsedPermission } from '../analysis/handler-analysis';

/** What the table says about one tool. */
export interface TableRow {
  readonly tool: string;
  /** Why the code was not analysed. */
  readonly why?: string;
  readonly declared: readonly { readonly env: string; readonly declaration: string }[];
  readonly added: readonly { readonly Action?: unknown }[];
  readonly addedManagedPolicies: readonly unknown[];
  readonly used: readonly UsedPermission[];
  readonly missing: readonly AccessFinding[];
  readonly possiblyMissing: readonly AccessFinding[];
  readonly excess: readonly AccessFinding[];
  readonly resourceFromInput: readonly AccessFinding[];
  readonly unverifiable: readonly AccessFinding[];
}

/** The report as a table in Markdown, one line a tool. */
export function reportTable(rows: readonly TableRow[]): string {
  const head = ['tool', 'declared', 'used', 'missing', 'excess', 'undecided'];
  const lines = [head, head.map(() => '---'), ...rows.map(cells)];
  return `${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
}

function cells(row: TableRow): string[] {
  const undecided = [...row.possiblyMissing, ...row.resourceFromInput, ...row.unverifiable];
  return [
    row.tool,
    list([
      ...row.declared.map(({ env, declaration }) => `${env}: ${declaration}`),
      ...row.added.map(
        ({ Action }) =>
          `added from outside: ${Action === undefined ? 'all but some actions' : [Action].flat().join(', ')}`,
      ),
      ...row.addedManagedPolicies.map(
        (arn) => `added from outside: ${typeof arn === 'string' ? arn : JSON.stringify(arn)}`,
      ),
    ]),
    row.why === undefined ? list(row.used.map(use)) : `not analysed: ${row.why}`,
    list(row.missing.map(actionAt)),
    list(row.excess.map(actionAt)),
    list(undecided.map(({ message, at }) => `${message}${place(at)}`)),
  ];
}

function use({ action, resources, certainty, at }: UsedPermission): string {
  const on = resources.length === 0 ? '' : ` on ${resources.map(named).join(' or ')}`;
  return `${certainty === 'may' ? 'perhaps ' : ''}${action}${on}${place(at)}`;
}

function named(resource: ResourceExpression): string {
  if (resource.kind === 'env') return resource.name;
  if (resource.kind === 'text') return `"${resource.text}"`;
  return resource.kind === 'input' ? 'what the caller names' : 'what is not known';
}

function actionAt({ action, env, at }: AccessFinding): string {
  return `${action}${env === undefined ? '' : ` on ${env}`}${place(at)}`;
}

function place(at: SourcePosition | undefined): string {
  return at === undefined ? '' : `, ${at.file}:${at.line}`;
}

function list(entries: readonly string[]): string {
  return entries.map((entry) => entry.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join('<br>');
}
