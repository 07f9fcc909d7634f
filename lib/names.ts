import { createHash } from 'node:crypto';
import { Names } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type Problem, shown } from './core/errors';
import {
  QUALIFIED_TOOL_NAME_MAX,
  qualifiedToolName,
  SEARCH_TOOL_NAME,
  TARGET_NAME_PATTERN,
} from './protocol/tool-name';

/** `name` of a Gateway as the service accepts it, restricted to lower case. */
const GATEWAY_NAME_PATTERN = /^([0-9a-z]-?){1,48}$/;
const AGENT_NAME_PATTERN = /^[A-Za-z][A-Za-z0-9-]{0,62}$/;

/** Derived from the construct path, as the service takes it. */
export function defaultGatewayName(scope: Construct): string {
  return Names.uniqueResourceName(scope, { maxLength: 40, separator: '-' })
    .toLowerCase()
    .replace(/-+/g, '-')
    .replace(/^-|-$/g, '');
}

export function checkGatewayName(name: string, isToken: boolean, at: string): Problem[] {
  if (isToken) {
    return [
      {
        code: 'GATEWAY_NAME',
        message: 'the gateway name must be known at synthesis, got a deploy-time value',
        fix: 'Pass a literal: the IAM policies of the gateway are written for this name',
        at,
      },
    ];
  }
  if (GATEWAY_NAME_PATTERN.test(name) && name.length <= 48 && !name.endsWith('-')) return [];
  return [
    {
      code: 'GATEWAY_NAME',
      message: `a gateway name is lower case letters, digits and single hyphens, up to 48 characters, got ${shown(name)}`,
      fix: `Use ${shown(suggestedName(name, 48))}: ids and ARNs are lower case and IAM compares them case by case`,
      at,
    },
  ];
}

export function checkToolName(name: string, at: string): Problem[] {
  if (name === SEARCH_TOOL_NAME) {
    return [
      { code: 'TOOL_NAME', message: `${shown(name)} is the gateway's own search tool`, fix: 'Use another name', at },
    ];
  }
  if (!TARGET_NAME_PATTERN.test(name)) {
    return [
      {
        code: 'TOOL_NAME',
        message: `a tool name is letters, digits and single hyphens, got ${shown(name)}`,
        fix: `Use ${shown(suggestedName(name, 30))}: the name of a gateway target cannot hold an underscore`,
        at,
      },
    ];
  }
  const qualified = qualifiedToolName(name, name);
  if (qualified.length <= QUALIFIED_TOOL_NAME_MAX) return [];
  return [
    {
      code: 'TOOL_NAME',
      message: `clients see ${shown(qualified)}, ${qualified.length} characters, and model APIs take ${QUALIFIED_TOOL_NAME_MAX}`,
      fix: 'Use a name of 30 characters or less',
      at,
    },
  ];
}

/** The tools of a target are named by what is behind it, so only the name of the target can be changed. */
export function checkTargetName(name: string, tools: readonly string[], at: string): Problem[] {
  if (!TARGET_NAME_PATTERN.test(name)) {
    return [
      {
        code: 'TARGET_NAME',
        message: `a target name is letters, digits and single hyphens, up to 100, got ${shown(name)}`,
        fix: `Use ${shown(suggestedName(name, 30))}`,
        at,
      },
    ];
  }
  return tools
    .map((tool) => qualifiedToolName(name, tool))
    .filter((qualified) => qualified.length > QUALIFIED_TOOL_NAME_MAX)
    .map((qualified) => ({
      code: 'TARGET_NAME',
      message: `clients see ${shown(qualified)}, ${qualified.length} characters, and model APIs take ${QUALIFIED_TOOL_NAME_MAX}`,
      fix: 'Use a shorter name for the target, or leave the tool out',
      at,
    }));
}

export function checkAgentName(name: string, at: string): Problem[] {
  if (AGENT_NAME_PATTERN.test(name)) return [];
  return [
    {
      code: 'AGENT_NAME',
      message: `an agent name starts with a letter and holds letters, digits and hyphens, up to 63 characters, got ${shown(name)}`,
      fix: `Use ${shown(suggestedName(name, 63))}`,
      at,
    },
  ];
}

/**
 * Name of a policy or policy engine: `[A-Za-z][A-Za-z0-9_]*`, up to 48 characters. Reported to be unique in the account,
 * so it carries a digest of the construct path.
 */
export function policyName(name: string, path: string): string {
  const readable = name.replace(/[^A-Za-z0-9]/g, '_').slice(0, 36);
  return `${/^[A-Za-z]/.test(readable) ? '' : 'p'}${readable}_${createHash('sha256').update(path).digest('hex').slice(0, 10)}`;
}

function suggestedName(name: string, maxLength: number): string {
  const cleaned = name
    .toLowerCase()
    .replace(/[^0-9a-z]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, maxLength)
    .replace(/-+$/, '');
  return cleaned === '' ? 'my-name' : cleaned;
}

export interface NameInUse {
  readonly code: 'TOOL_DUPLICATE' | 'AGENT_DUPLICATE';
  readonly name: string;
  readonly used: ReadonlyMap<string, unknown>;
  readonly prefix?: string;
  readonly onProblem: (problem: Problem) => void;
}

/** A construct id for a name; a second use of a name is a problem, not an exception, so that all are reported. */
export function freeId(scope: Construct, { code, name, used, prefix = '', onProblem }: NameInUse): string {
  const id = `${prefix}${name}`;
  if (!used.has(name)) return id;
  onProblem({
    code,
    message: `the name is used twice, got ${shown(name)}`,
    fix: 'Give each its own name',
    at: scope.node.path,
  });
  return `${id}-duplicate-${scope.node.children.length}`;
}
