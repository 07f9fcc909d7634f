import type { CfnResource, Stack } from 'aws-cdk-lib';
import type { CloudFormationTemplate } from '../assembly/cloudformation';
import { prepareTemplate } from '../assembly/prepare-template';
import type { StackTemplate } from '../assembly/read-assembly';

/** The template of a stack that is not written. */
export function inMemory(stack: Stack): StackTemplate {
  const rendering = stack as unknown as { _toCloudFormation(): unknown };
  const template = stack.resolve(rendering._toCloudFormation()) as CloudFormationTemplate;
  const parent = parentOf(stack);
  return {
    name: nameOf(stack),
    templateFile: stack.templateFile,
    template: prepareTemplate({ ...template, Resources: template.Resources ?? {} }),
    assets: new Map(),
    ...(parent && { parent: { stack: nameOf(parent.stack), logicalId: parent.logicalId } }),
  };
}

/** As in a cloud assembly: a nested stack has the name of its parent and of the resource there. */
function nameOf(stack: Stack): string {
  const parent = parentOf(stack);
  return parent === undefined ? stack.stackName : `${nameOf(parent.stack)}/${parent.logicalId}`;
}

function parentOf(stack: Stack): { stack: Stack; logicalId: string } | undefined {
  const { nestedStackParent, nestedStackResource } = stack;
  if (nestedStackParent === undefined || nestedStackResource === undefined) return undefined;
  return { stack: nestedStackParent, logicalId: nestedStackParent.getLogicalId(nestedStackResource as CfnResource) };
}
