import { isUnknown } from '../../assembly/resolve';
import { property } from '../../assembly/template-model';
import { functionOf, toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { LAMBDA_PERMISSION } from '../types';

export const lp08 = defineRule({
  id: 'LP08',
  name: 'tools-not-invokable-by-others',
  layer: 'least-privilege',
  severity: 'error',
  summary: 'A tool can be invoked around the gateway',
  explanation: 'A direct invocation passes none of the layers and can claim to be any call of any tool.',
  fix: 'Remove the permission: the gateway role needs none. Else name the gateway role, or the service with SourceArn and SourceAccount',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html'],
  *evaluate(model) {
    const tools = toolFunctions(model);
    for (const permission of model.ofType(LAMBDA_PERMISSION)) {
      const fn = functionOf(model, property(permission, 'FunctionName'));
      if (fn === undefined || !tools.has(fn)) continue;
      const principal = property(permission, 'Principal');
      if (isUnknown(principal)) {
        yield undecided(permission, 'Properties.Principal', principal);
        continue;
      }
      if (property(permission, 'FunctionUrlAuthType') !== undefined) {
        yield finding(permission, 'Properties.FunctionUrlAuthType', 'the tool has a function URL', 'url');
      }
      const isRole = model.referenced(principal)?.type === 'AWS::IAM::Role';
      const isService = principal === 'bedrock-agentcore.amazonaws.com';
      const pinned =
        property(permission, 'SourceArn') !== undefined && property(permission, 'SourceAccount') !== undefined;
      if (!isRole && !(isService && pinned)) {
        yield finding(permission, 'Properties.Principal', `the principal is ${String(principal)}`, 'principal');
      }
    }
  },
});
