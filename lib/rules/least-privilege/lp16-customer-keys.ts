import { isUnknown, type Unknown } from '../../assembly/resolve';
import { asList, type ModelResource, type RoleStatement, within } from '../../assembly/template-model';
import { customerKeyProblem } from '../keys';
import { at, judge, openPart } from '../read';
import { allows, isEverybody, isTiedTo, rolesOfGateways } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { GATEWAY, KEY, POLICY_ENGINE } from '../types';

export const lp16 = defineRule({
  id: 'LP16',
  name: 'customer-keys',
  layer: 'least-privilege',
  level: 'medium',
  summary: 'What the service stores of the gateway is not under a rotating key of yours',
  explanation: 'With a key of AWS you can neither see who decrypts nor take the key away.',
  fix: 'Set KmsKeyArn of the gateway and EncryptionKeyArn of the policy engine to a key with EnableKeyRotation and a closed key policy, which the gateway role uses through the service only (kms:ViaService)',
  acknowledge: 'When the data is public anyway.',
  limits: 'The key of the token vault has no CloudFormation type. Keys of data stores behind the tools are not judged.',
  references: [
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-encryption.html',
    'https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html',
  ],
  frameworks: {
    owaspMcp: ['01', '10'],
    owaspAgentic: ['06'],
    wellArchitected: ['SEC08-BP01'],
    nist80053: ['SC-12', 'SC-13', 'SC-28'],
  },
  example: {
    bad: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM } }
`,
    good: `
Gateway: { Type: AWS::BedrockAgentCore::Gateway, Properties: { AuthorizerType: AWS_IAM, KmsKeyArn: !GetAtt Key.Arn } }
Key: { Type: AWS::KMS::Key, Properties: { EnableKeyRotation: true } }
`,
  },
  *evaluate(model) {
    const keys = new Set<ModelResource>();
    const places = [
      ...model.ofType(GATEWAY).map((resource) => ({ resource, path: 'KmsKeyArn' })),
      ...model.ofType(POLICY_ENGINE).map((resource) => ({ resource, path: 'EncryptionKeyArn' })),
    ];
    for (const { resource, path } of places) {
      yield* judge(resource, path, (key) => customerKeyProblem(model, key));
      const key = model.referenced(at(resource, path));
      if (key?.type === KEY) keys.add(key);
    }
    for (const key of keys) {
      const policy = at(key, 'KeyPolicy');
      if (isUnknown(policy)) yield undecided(key, 'Properties.KeyPolicy', policy);
      for (const [index, statement] of asList(within(policy, 'Statement')).entries()) {
        const path = `Properties.KeyPolicy.Statement.${index}`;
        const problem = keyPolicyProblem(statement);
        if (isUnknown(problem)) yield undecided(key, path, problem);
        else if (problem !== undefined) yield finding(key, path, problem, String(index));
      }
    }
    // What cannot be read of these roles is reported by LP04.
    for (const role of new Set(rolesOfGateways(model).flatMap(({ role }) => role ?? []))) {
      for (const statement of model.statementsOf(role).statements) {
        const problem = keyUseProblem(statement);
        const path = `${statement.path}.Condition`;
        if (isUnknown(problem)) yield undecided(statement.holder, path, problem);
        else if (problem !== undefined) yield finding(statement.holder, path, problem, path);
      }
    }
  },
});

/** `kms:ViaService` leaves the key to the service; without it, whoever has the role decrypts by calling KMS. */
function keyUseProblem(statement: RoleStatement): string | Unknown | undefined {
  const use = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant'].find((action) => allows(statement, action));
  if (use === undefined || isTiedTo(statement.condition, ['kms:ViaService'])) return undefined;
  return openPart(statement.condition) ?? `the role of the gateway may ${use} without kms:ViaService`;
}

/** Keys that say whose key use it is. What the caller chooses, such as the encryption context, does not. */
const TIES = [
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalOrgID',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:SourceOrgID',
  'aws:SourceVpce',
  'kms:CallerAccount',
];

/** A service sets the encryption context itself. */
const TIES_OF_SERVICES = [...TIES, /^kms:EncryptionContext:/i];

function keyPolicyProblem(statement: unknown): string | Unknown | undefined {
  if (isUnknown(statement)) return statement;
  const effect = within(statement, 'Effect');
  if (!isUnknown(effect) && effect !== 'Allow') return undefined;
  const principal = within(statement, 'Principal');
  const condition = within(statement, 'Condition');
  if (isEverybody(statement))
    return isTiedTo(condition, TIES) ? undefined : (openPart(condition) ?? 'everybody may use the key');
  if (within(principal, 'Service') !== undefined && !isTiedTo(condition, TIES_OF_SERVICES))
    return openPart(condition) ?? 'a service may use the key for anybody';
  return isTiedTo(condition, TIES) ? undefined : openPart(principal);
}
