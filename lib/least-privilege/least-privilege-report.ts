import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, Stage } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { HandlerAccess } from './handler-access';
import { reportTable } from './report-table';
import type { RolePolicies } from './role-statements';
import type { NamedAccess } from './tool-environment';

/** One tool of the report. */
export interface ToolReport {
  readonly tool: string;
  /** The construct of its function. */
  readonly scope: IConstruct;
  readonly access: readonly NamedAccess[];
  /** Left out when the code was not analysed. */
  readonly handler?: HandlerAccess;
  /** Why it was not. */
  readonly unanalysed?: string;
  /** Of a function that exists already: its role is not generated from the access. */
  readonly role?: IRole;
}

const FILE = 'least-privilege';

/**
 * Writes `least-privilege.json` into the cloud assembly: per tool declared, used, missing, excess, unverifiable. People
 * read the same as a table in `least-privilege.md`.
 */
export function writeReport(root: IConstruct, reports: readonly ToolReport[], policies: RolePolicies): void {
  if (!Stage.isStage(root)) return;
  const tools = reports.map((report) => toolReport(report, policies)).sort((a, b) => (a.path < b.path ? -1 : 1));
  writeFileSync(join(root.outdir, `${FILE}.md`), reportTable(tools));
  writeFileSync(join(root.outdir, `${FILE}.json`), `${JSON.stringify({ version: 1, tools }, undefined, 2)}\n`);
}

function toolReport({ tool, scope, access, handler, unanalysed, role }: ToolReport, policies: RolePolicies) {
  const stack = Stack.of(scope);
  const { statements, managedPolicies } = policies.addedTo(scope);
  const of = (...kinds: string[]) => handler?.findings.filter(({ kind }) => kinds.includes(kind)) ?? [];
  return {
    tool,
    path: scope.node.path,
    code: handler === undefined ? 'unanalysed' : 'analysed',
    ...(unanalysed === undefined ? {} : { why: unanalysed }),
    declared: access.map(({ env, declaration, operations, resourceArn, reason }) => ({
      env,
      declaration,
      actions: [...new Set(operations.flatMap((operation) => operation.actions))],
      resource: stack.resolve(resourceArn),
      ...(reason === undefined ? {} : { reason }),
    })),
    ...(role === undefined ? {} : { role: policies.of(role) ?? 'made outside of this app' }),
    /** What was added to the role from outside, and policies from outside whose statements the app does not hold. */
    added: statements,
    addedManagedPolicies: managedPolicies,
    used: handler?.used ?? [],
    missing: of('missing'),
    possiblyMissing: of('possibly-missing'),
    excess: of('excess'),
    resourceFromInput: of('resource-from-input'),
    unverifiable: of('unverifiable'),
  };
}
