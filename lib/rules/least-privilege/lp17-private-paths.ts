import { isUnknown } from '../../assembly/resolve';
import { asList, within } from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { gatewayNamed } from '../gateways';
import { at, judge, judgeLiteral, openPart } from '../read';
import { toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { parsedJson } from '../tools';
import { GATEWAY, RESOURCE_POLICY, RUNTIME, SECURITY_GROUP, SECURITY_GROUP_EGRESS } from '../types';

export const lp17 = defineRule({
  id: 'LP17',
  name: 'private-paths',
  layer: 'least-privilege',
  level: 'medium',
  profile: 'private',
  summary: 'Traffic of a tool or the gateway leaves the private network',
  explanation:
    'A tool that was taken over sends what it reads to any address; a public endpoint takes calls from any network.',
  fix: 'Run tools in subnets with security groups that allow named destinations, reach internal hosts by PrivateEndpoint, and restrict the gateway to your endpoint with aws:SourceVpce',
  acknowledge: 'When an egress proxy or firewall does it; name it.',
  limits:
    'An organization condition in an endpoint policy covers callers with a signature only: a JWT caller has no IAM principal.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/vpc.html'],
  frameworks: {
    owaspMcp: ['07', '09'],
    owaspAgentic: ['05', '07'],
    wellArchitected: ['SEC05-BP01', 'SEC05-BP02'],
    nist80053: ['SC-7', 'AC-4'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SecurityGroupIds: [!GetAtt Group.GroupId], SubnetIds: [subnet-1] } } }
Group: { Type: AWS::EC2::SecurityGroup, Properties: { SecurityGroupEgress: [{ CidrIp: 0.0.0.0/0, IpProtocol: "-1" }] } }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { VpcConfig: { SecurityGroupIds: [!GetAtt Group.GroupId], SubnetIds: [subnet-1] } } }
Group:
  Type: AWS::EC2::SecurityGroup
  Properties: { SecurityGroupEgress: [{ DestinationPrefixListId: pl-1, IpProtocol: tcp, FromPort: 443, ToPort: 443 }] }
`,
  },
  *evaluate(model) {
    const egress = groupedBy(model.ofType(SECURITY_GROUP_EGRESS), (rule) => model.referenced(at(rule, 'GroupId')));
    const resourcePolicies = groupedBy(model.ofType(RESOURCE_POLICY), (policy) =>
      gatewayNamed(model, at(policy, 'ResourceArn')),
    );
    for (const fn of toolFunctions(model)) {
      const groups = at(fn, 'VpcConfig.SecurityGroupIds');
      const open = openPart(groups);
      if (open !== undefined) yield undecided(fn, 'Properties.VpcConfig.SecurityGroupIds', open);
      else if (asList(groups).length === 0)
        yield finding(fn, 'Properties.VpcConfig', 'the tool runs outside of a VPC', 'vpc');
      for (const id of open === undefined ? asList(groups) : []) {
        const group = model.referenced(id);
        if (group?.type !== SECURITY_GROUP) {
          yield undecided(fn, 'Properties.VpcConfig.SecurityGroupIds', 'a security group is not in the assembly');
          continue;
        }
        yield* judge(
          group,
          'SecurityGroupEgress',
          (rules) => {
            if (rules === undefined) return 'a group without egress rules lets everything out';
            return asList(rules).some(isToEverywhere) ? WIDE : undefined;
          },
          'egress',
        );
        for (const rule of egress.get(group) ?? []) {
          for (const path of ['CidrIp', 'CidrIpv6'])
            yield* judge(rule, path, (to) => (EVERYWHERE.has(to) ? WIDE : undefined), 'egress');
        }
      }
    }
    for (const gateway of model.ofType(GATEWAY)) {
      const policies = resourcePolicies.get(gateway) ?? [];
      const restricted = policies.some((policy) =>
        /aws:SourceVpce?"/i.test(JSON.stringify(parsedJson(at(policy, 'Policy')) ?? '')),
      );
      const unread = policies.find((policy) => isUnknown(at(policy, 'Policy')));
      if (!restricted && unread !== undefined) yield undecided(unread, 'Properties.Policy', 'the policy is not known');
      else if (!restricted)
        yield finding(gateway, 'Properties', 'no resource policy restricts the gateway to a VPC endpoint', 'endpoint');
    }
    for (const runtime of model.ofType(RUNTIME)) {
      yield* judgeLiteral(
        runtime,
        'NetworkConfiguration.NetworkMode',
        (mode) => (mode === 'VPC' ? undefined : `NetworkMode is ${String(mode ?? 'missing')}`),
        'network',
      );
    }
  },
});

const WIDE = 'the group lets traffic out to every address';
const EVERYWHERE = new Set<unknown>(['0.0.0.0/0', '::/0']);

function isToEverywhere(rule: unknown): boolean {
  return EVERYWHERE.has(within(rule, 'CidrIp')) || EVERYWHERE.has(within(rule, 'CidrIpv6'));
}
