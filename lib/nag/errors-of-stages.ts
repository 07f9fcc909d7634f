import { dirname, isAbsolute, resolve } from 'node:path';
import type { PolicyViolation } from 'aws-cdk-lib';
import { FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { IConstruct } from 'constructs';
import type { Assembly } from '../assembly/read-assembly';
import { type LocatedFinding, PACK_NAME } from '../rules/run-rules';

/**
 * The CDK CLI counts what is found in the stacks that a command selects, and `cdk synth` selects none of a stage: an app
 * whose stacks live in stages would pass with every error. What it finds without a construct it counts in any case.
 */
export function errorsOfStages(
  app: IConstruct,
  assembly: Assembly,
  open: readonly LocatedFinding[],
): PolicyViolation[] {
  const failsBySelf: unknown = app.node.tryGetContext(FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT);
  if (String(failsBySelf) !== 'false') return [];
  const errors = open.filter(
    ({ severity, templateFile: file }) =>
      severity === 'error' && isAbsolute(file) && dirname(file) !== resolve(assembly.path),
  );
  if (errors.length === 0) return [];
  const stacks = [...new Set(errors.map(({ stack }) => stack.split('/')[0]!))].join(', ');
  const description = `Stacks of stages have errors, which a command shows that selects them: ${errors.length} in ${stacks}`;
  const fix = "Run cdk synth '**'";
  // The CDK CLI counts it and does not print it.
  process.stderr.write(`${PACK_NAME}: ${description}. ${fix}\n`);
  return [{ ruleName: `${PACK_NAME}-Stages`, description, fix, severity: 'error', violatingResources: [] }];
}
