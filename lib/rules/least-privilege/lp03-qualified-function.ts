import { isUnknown } from '../../assembly/resolve';
import { lambdaArnOf } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { ALIAS, TARGET, VERSION } from '../types';

export const lp03 = defineRule({
  id: 'LP03',
  name: 'qualified-function',
  layer: 'least-privilege',
  severity: 'warning',
  summary: 'The target invokes whatever code the function has at the moment',
  explanation:
    'Without alias or version, an update of the function is live at once and a rollback means another deployment.',
  fix: 'Give the target the ARN of an alias or a version',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html'],
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const path = 'Properties.TargetConfiguration.Mcp.Lambda.LambdaArn';
      const arn = lambdaArnOf(target);
      if (arn === undefined) continue;
      if (isUnknown(arn)) {
        yield undecided(target, path, arn);
        continue;
      }
      const type = model.referenced(arn)?.type;
      const literal = /:function:[^:]+:(?!\$LATEST$)[A-Za-z0-9_-]+$/.test(String(arn));
      const joined = /^\$\{[^${}]+\.Arn\}:(?!\$LATEST$)[A-Za-z0-9_-]+$/.test(String(arn));
      if (type !== ALIAS && type !== VERSION && !literal && !joined) yield finding(target, path, String(arn));
    }
  },
});
