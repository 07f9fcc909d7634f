import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CallSite } from '../core/call-site';
import { type Problem, shown } from '../core/errors';
import type { AccessRendering } from './access/declared-access';

export interface NamedAccess extends AccessRendering {
  /** Environment variable. */
  readonly env: string;
  /** Where the app declares it. For people: what is deployed must not depend on it. */
  readonly madeAt?: () => CallSite | undefined;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const NAME = /^[A-Za-z][A-Za-z0-9_]+$/;
const RESERVED = /^(AWS_|LAMBDA_|SECURE_MCP_|_)|^(NODE_OPTIONS|PATH|LD_LIBRARY_PATH|TZ)$/;

const SECRET_NAME = /(SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY)/i;
const SECRET_VALUE =
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b|\b(sk|rk)[-_](live|test|ant|proj)[-_]|\bgh[pousr]_[A-Za-z0-9]{20}|\bxox[abps]-|-----BEGIN|^eyJ[A-Za-z0-9_-]+\.eyJ/;
/** Dynamic references are filled in at deployment: the value then stands in the function's configuration. */
const SECRET_REFERENCE = /\{\{resolve:(secretsmanager|ssm-secure):/;

/** The environment of a function, from its declared access and its plain settings, with what is wrong with it. */
export function toolEnvironment(
  scope: Construct,
  access: readonly NamedAccess[],
  settings: { readonly [name: string]: string },
): { variables: Record<string, string>; problems: Problem[] } {
  const at = scope.node.path;
  const variables: Record<string, string> = {};
  const problems: Problem[] = [];
  const add = (name: string, value: string) => {
    if (!NAME.test(name) || RESERVED.test(name)) {
      problems.push({
        code: 'ENVIRONMENT_NAME',
        message: `the name of an environment variable is letters, digits and underscores and not reserved, got ${shown(name)}`,
        fix: 'Use a name such as ORDERS',
        at,
      });
      return;
    }
    if (Object.hasOwn(variables, name)) {
      problems.push({
        code: 'ENVIRONMENT_NAME',
        message: `two entries set the same environment variable, got ${shown(name)}`,
        fix: 'Give each its own name',
        at,
      });
    }
    variables[name] = value;
  };
  for (const entry of access) {
    add(entry.env, entry.environmentValue);
    // The value of a custom access is the author's own text, like a setting; the name says what it gives access to.
    if (entry.reason !== undefined && isSecret(scope, '', entry.environmentValue)) {
      problems.push(secretProblem(entry.env, at));
    }
    for (const [suffix, value] of Object.entries(entry.companions ?? {})) add(`${entry.env}${suffix}`, value);
  }
  for (const [name, value] of Object.entries(settings)) {
    add(name, value);
    if (isSecret(scope, name, value)) problems.push(secretProblem(name, at));
  }
  return { variables, problems };
}

function isSecret(scope: Construct, name: string, value: string): boolean {
  const text = JSON.stringify(Stack.of(scope).resolve(value)) ?? '';
  if (SECRET_REFERENCE.test(text)) return true;
  return !Token.isUnresolved(value) && (SECRET_NAME.test(name) || SECRET_VALUE.test(value));
}

/** Does not show the value. */
function secretProblem(name: string, at: string): Problem {
  return {
    code: 'ENVIRONMENT_SECRET',
    message: `an environment variable holds a secret, got one under the name ${shown(name)}`,
    fix: 'Keep it in Secrets Manager and declare access: { NAME: Access.secret(secret).read() }',
    at,
  };
}
