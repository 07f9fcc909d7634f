import { isUnknown } from '../../assembly/resolve';
import type { ModelResource } from '../../assembly/template-model';
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
    const users = new Map<string, { user: ModelResource; property: string }[]>();
    for (const each of roleUsers(model)) {
      const value = at(each.user, each.property);
      if (isUnknown(value)) yield undecided(each.user, `Properties.${each.property}`, value);
      else if (typeof value === 'string') {
        // The ARN of a role can be written in several ways.
        const role = roleOf(model, each.user, each.property);
        const key = role === undefined ? value : `${role.stack.name}:${role.logicalId}`;
        users.set(key, [...(users.get(key) ?? []), each]);
      }
    }
    for (const sharing of users.values()) {
      if (sharing.length < 2) continue;
      for (const { user, property } of sharing) {
        const others = sharing.filter((other) => other.user !== user).map((other) => other.user.logicalId);
        yield finding(user, `Properties.${property}`, `shared with ${others.join(', ')}`);
      }
    }
  },
});
