import { isObject } from '../../assembly/cloudformation';
import { asList, type ModelResource, property, within } from '../../assembly/template-model';
import { openPart } from '../read';
import { conditionValue, rolesOfGateways, unknownRole } from '../roles';
import { defineRule, finding, undecided } from '../rule';

export const lp01 = defineRule({
  id: 'LP01',
  name: 'gateway-role-trust',
  layer: 'least-privilege',
  level: 'high',
  summary: 'The gateway role can be assumed for another gateway or by another principal',
  explanation:
    'Without conditions on account and source, the service can be made to use the role for a foreign gateway.',
  fix: 'Trust only bedrock-agentcore.amazonaws.com, with aws:SourceAccount and an aws:SourceArn for this gateway',
  acknowledge: 'When the name of the gateway is decided at deployment and the pattern names the account and region.',
  references: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-prerequisites-permissions.html',
  ],
  frameworks: {
    owaspMcp: ['07'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC03-BP07', 'SEC03-BP08'],
    nist80053: ['AC-3', 'IA-9', 'SC-23'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { RoleArn: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement: [{ Effect: Allow, Principal: { Service: bedrock-agentcore.amazonaws.com }, Action: sts:AssumeRole }]
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { RoleArn: !GetAtt Role.Arn } }
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement:
        - Effect: Allow
          Principal: { Service: bedrock-agentcore.amazonaws.com }
          Action: sts:AssumeRole
          Condition:
            StringEquals: { aws:SourceAccount: !Ref AWS::AccountId }
            ArnLike: { aws:SourceArn: !Sub "arn:aws:bedrock-agentcore:*:\${AWS::AccountId}:gateway/orders-*" }
`,
  },
  *evaluate(model) {
    const users = rolesOfGateways(model);
    const namesFor = (role: ModelResource) =>
      users.filter((user) => user.role === role).map(({ gateway }) => property(gateway, 'Name'));
    for (const { gateway, role } of users) {
      if (role === undefined) {
        yield undecided(gateway, 'Properties.RoleArn', unknownRole(gateway, 'RoleArn'));
        continue;
      }
      const path = 'Properties.AssumeRolePolicyDocument';
      const statements = property(role, 'AssumeRolePolicyDocument', 'Statement');
      const open = openPart(property(role, 'AssumeRolePolicyDocument'));
      if (open !== undefined) {
        yield undecided(role, path, open);
        continue;
      }
      for (const [index, statement] of asList(statements).entries()) {
        const problem = trustProblem(statement) ?? foreignProblem(statement, role, namesFor(role));
        if (problem !== undefined) yield finding(role, `${path}.Statement.${index}`, problem, String(index));
      }
    }
  },
});

function trustProblem(statement: unknown): string | undefined {
  if (within(statement, 'Effect') === 'Deny') return undefined;
  const principal = within(statement, 'Principal');
  const services = asList(within(principal, 'Service'));
  const only = isObject(principal) && Object.keys(principal).length === 1;
  if (!only || services.length !== 1 || services[0] !== 'bedrock-agentcore.amazonaws.com') {
    return 'a principal other than bedrock-agentcore.amazonaws.com is trusted';
  }
  const condition = within(statement, 'Condition');
  const account = conditionValue(condition, /^StringEquals$/, 'aws:SourceAccount');
  if (account === undefined) return 'aws:SourceAccount is not checked';
  const source = asList(conditionValue(condition, /^(Arn|String)(Like|Equals)$/, 'aws:SourceArn')).map(String);
  if (source.length === 0) return 'aws:SourceArn is not checked';
  const wide = source.find((arn) => !/gateway\/[^*?]/.test(arn));
  return wide === undefined ? undefined : `aws:SourceArn names no gateway: ${wide}`;
}

/** What is known to be of somebody else: an account that is not the stack's, an ARN that no gateway with the role has. */
function foreignProblem(statement: unknown, role: ModelResource, names: readonly unknown[]): string | undefined {
  if (within(statement, 'Effect') === 'Deny') return undefined;
  const condition = within(statement, 'Condition');
  const own = role.stack.account;
  const isForeign = (account: string) => own !== undefined && /^\d{12}$/.test(account) && account !== own;
  const account = asList(conditionValue(condition, /^StringEquals$/, 'aws:SourceAccount'))
    .map(String)
    .find(isForeign);
  if (account !== undefined) return `aws:SourceAccount names account ${account}, not ${own}`;
  const source = asList(conditionValue(condition, /^(Arn|String)(Like|Equals)$/, 'aws:SourceArn')).map(String);
  const foreign = source.find((arn) => isForeign(arn.split(':')[4] ?? '') || !mayName(arn, names));
  return foreign === undefined ? undefined : `aws:SourceArn is not that of this gateway alone: ${foreign}`;
}

/** Whether an ARN is that of a gateway with one of the names: the service appends a hyphen and ten characters. */
function mayName(arn: string, names: readonly unknown[]): boolean {
  const id = arn.slice(arn.indexOf('gateway/') + 'gateway/'.length);
  if (id.includes('${')) return true;
  return names.some((name) => {
    if (typeof name !== 'string' || name.includes('${')) return true;
    const prefix = `${name.toLowerCase()}-`;
    return id.startsWith(prefix) && /^[a-z0-9*?]+$/.test(id.slice(prefix.length));
  });
}
