import { Stack } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { OutsideGrant } from '../analysis/access-finding';
import { matchesPattern } from '../core/iam/match';
import type { RoleStatements, Statement } from './role-statements';
import type { NamedAccess } from './tool-environment';

/** Environment variables of a function, with what they hold as rendered. */
export type RenderedEnvironment = Readonly<Record<string, unknown>>;

export function environmentOf(resource: CfnFunction): RenderedEnvironment {
  return Stack.of(resource).resolve(resource.environment)?.variables ?? {};
}

/**
 * What was added to the role of a tool beside its declared access, as the analysis compares it with code: which actions,
 * and which environment variables name a resource of it. Conditions are not looked at: an allowed call may be denied all
 * the same.
 */
export function outsideGrants(
  { statements, managedPolicies }: RoleStatements,
  environment: RenderedEnvironment,
  access: readonly NamedAccess[],
  stack: Stack,
): OutsideGrant[] {
  const named = Object.entries(environment).map(([env, value]) => {
    const arn = access.find((entry) => entry.env === env)?.resourceArn;
    return { env, texts: [value, ...(arn === undefined ? [] : [stack.resolve(arn)])].map(textOf) };
  });
  return [
    ...statements
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => {
        const resources = listOf(statement.Resource).map(textOf);
        return {
          actions: actionsOf(statement),
          envs: named.filter(({ texts }) => texts.some((text) => isOneOf(text, resources))).map(({ env }) => env),
          anyResource: statement.Resource === undefined || resources.some((text) => /^\*?$/.test(text)),
          name: statement.Resource === undefined ? 'any resource but some' : resources.join(', '),
        };
      }),
    ...managedPolicies.map((arn) => ({ actions: undefined, envs: [], anyResource: true, name: textOf(arn) })),
  ];
}

/** `undefined` where a statement says what it does not allow. */
function actionsOf({ Action }: Statement): string[] | undefined {
  const actions = listOf(Action);
  return actions.length > 0 && actions.every((action) => typeof action === 'string')
    ? (actions as string[])
    : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Text of a rendered value: `${Orders}` for what refers to a resource, `*` for what only deployment tells. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [name, argument] = Object.entries((value ?? {}) as Record<string, unknown>)[0] ?? [];
  if (name === 'Ref') return String(argument).startsWith('AWS::') ? '*' : `\${${argument}}`;
  if (name === 'Fn::GetAtt') return `\${${Array.isArray(argument) ? argument[0] : String(argument).split('.')[0]}}`;
  if (name === 'Fn::Join' && Array.isArray(argument)) return listOf(argument[1]).map(textOf).join(String(argument[0]));
  return '*';
}

/** Whether a variable may name one of the resources: by reference to it, or by the last part of its literal name. */
function isOneOf(text: string, resources: readonly string[]): boolean {
  const references = referencesIn(text);
  const last = text.split(/[:/]/).at(-1)!;
  return resources.some((resource) => {
    // What only deployment tells may be the same.
    if (/^\*+$/.test(resource) || /^\*+$/.test(text)) return true;
    if (references.length > 0) return referencesIn(resource).some((reference) => references.includes(reference));
    return (
      last !== '' && resource.split(/[:/]/).some((part) => part !== '*' && part !== '' && matchesPattern(part, last))
    );
  });
}

function referencesIn(text: string): string[] {
  return text.match(/\$\{[^}]+\}/g) ?? [];
}
