import { Names, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Problem } from '../core/errors';
import { shown } from '../core/errors';

const PROVIDER_NAME = /^[a-zA-Z0-9_-]{1,128}$/;

/** Name of a credential provider, derived from the path when none is given. */
export function checkedProviderName(
  scope: Construct,
  given: string | undefined,
): { name: string; problems: Problem[] } {
  const name = given ?? Names.uniqueResourceName(scope, { maxLength: 64, separator: '-' }).toLowerCase();
  if (!Token.isUnresolved(name) && PROVIDER_NAME.test(name)) return { name, problems: [] };
  const problem: Problem = {
    code: 'OUTBOUND_OPTION',
    message: `a provider name is letters, digits, - and _, up to 128, known at synthesis, got ${shown(name)}`,
    fix: 'Correct the name, or leave it out',
    at: scope.node.path,
  };
  return { name, problems: [problem] };
}
