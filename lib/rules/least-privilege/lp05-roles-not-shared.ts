import { isUnknown } from '../../assembly/resolve';
import type { ModelResource } from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { at } from '../read';
import { roleOf, roleUsers } from '../roles';
import { defineRule, finding, undecided } from '../rule';

export const lp05 = defineRule({
  id: 'LP05',
  name: 'roles-not-shared',
  layer: 'least-privilege',
  level: 'high',
  summary: 'Two trust boundaries share one role',
  explanation: 'When one tool is taken over, the attacker holds the rights of every tool that shares its role.',
  fix: 'Give each tool, interceptor and gateway its own role',
  acknowledge: 'When two functions are one tool, for example two versions during a migration.',
  references: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege'],
  frameworks: {
    owaspMcp: ['02'],
    owaspAgentic: ['03', '08'],
    wellArchitected: ['SEC03-BP02', 'AGENTSEC03'],
    nist80053: ['AC-5', 'AC-6', 'SC-39'],
  },
  example: {
    bad: `
A: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt GetFn.Arn } } } } }
B: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt PutFn.Arn } } } } }
GetFn: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt Role.Arn } }
PutFn: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt Role.Arn } }
Role: { Type: AWS::IAM::Role }
`,
    good: `
A: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt GetFn.Arn } } } } }
B: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt PutFn.Arn } } } } }
GetFn: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt GetRole.Arn } }
PutFn: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt PutRole.Arn } }
GetRole: { Type: AWS::IAM::Role }
PutRole: { Type: AWS::IAM::Role }
`,
  },
  *evaluate(model) {
    const users = roleUsers(model);
    for (const { user, property } of users) {
      const value = at(user, property);
      if (isUnknown(value)) yield undecided(user, `Properties.${property}`, value);
    }
    const byRole = groupedBy(users, ({ user, property }) => {
      const value = at(user, property);
      // The ARN of a role can be written in several ways.
      return roleOf(model, user, property) ?? (typeof value === 'string' ? value : undefined);
    });
    for (const sharing of byRole.values()) {
      if (sharing.length < 2) continue;
      for (const { user, property } of sharing)
        yield finding(user, `Properties.${property}`, `shared with ${othersThan(user, sharing)}`);
    }
  },
});

const MAX_SHOWN = 5;

/** The first few: a role of thousands of functions is found thousands of times. */
function othersThan(user: ModelResource, sharing: readonly { readonly user: ModelResource }[]): string {
  const shown = sharing
    .slice(0, MAX_SHOWN + 1)
    .filter((other) => other.user !== user)
    .slice(0, MAX_SHOWN)
    .map((other) => other.user.logicalId);
  const more = sharing.length - 1 - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
