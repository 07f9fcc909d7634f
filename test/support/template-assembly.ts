import type { CloudFormationTemplate } from '../../lib/assembly/cloudformation';
import { parseTemplateYaml } from '../../lib/assembly/parse-yaml';
import type { Assembly } from '../../lib/assembly/read-assembly';

/** An assembly of one template, `S`. */
export function assemblyOf(template: object): Assembly {
  const stack = {
    name: 'S',
    templateFile: 'S.template.json',
    template: { ...template, Resources: (template as CloudFormationTemplate).Resources ?? {} },
    assets: new Map(),
    account: '111122223333',
    region: 'eu-west-1',
  };
  return { path: 'cdk.out', stacks: [stack], unread: [] };
}

/** From the resources of a template in YAML, short forms allowed. */
export function assemblyFromYaml(resources: string): Assembly {
  return assemblyOf({ Resources: parseTemplateYaml(resources) as CloudFormationTemplate['Resources'] });
}
