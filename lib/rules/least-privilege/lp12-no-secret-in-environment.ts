import { isUnknown } from '../../assembly/resolve';
import { at, judge } from '../read';
import { toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';
import { isSecretName, secretShape } from '../secrets';

export const lp12 = defineRule({
  id: 'LP12',
  name: 'no-secret-in-environment',
  layer: 'least-privilege',
  level: 'high',
  summary: 'The environment of a tool holds a secret, or is encrypted with the key of AWS only',
  explanation:
    'Everybody who may read the configuration of the function reads its environment; a dynamic reference is resolved into it.',
  fix: 'Put the ARN of the secret into the environment and read the secret at run time; set KmsKeyArn',
  acknowledge: 'When the value only looks like a secret; say what it is.',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html'],
  frameworks: {
    owaspMcp: ['01'],
    owaspAgentic: ['03'],
    wellArchitected: ['SEC02-BP03'],
    nist80053: ['IA-5(7)', 'SC-28'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { Environment: { Variables: { API_KEY: not-a-real-key } }, KmsKeyArn: !GetAtt Key.Arn } }
Key: { Type: AWS::KMS::Key }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { Environment: { Variables: { API_KEY_SECRET_ARN: !Ref Secret } }, KmsKeyArn: !GetAtt Key.Arn } }
Secret: { Type: AWS::SecretsManager::Secret }
Key: { Type: AWS::KMS::Key }
`,
  },
  *evaluate(model) {
    for (const fn of toolFunctions(model)) {
      const variables = at(fn, 'Environment.Variables');
      if (isUnknown(variables)) {
        yield undecided(fn, 'Properties.Environment.Variables', variables);
        continue;
      }
      const entries = Object.entries((variables ?? {}) as object);
      for (const [name, value] of entries) {
        const path = `Properties.Environment.Variables.${name}`;
        if (isUnknown(value)) {
          if (isSecretName(name)) yield undecided(fn, path, value);
        } else if (String(value).startsWith('{{resolve:'))
          yield finding(fn, path, 'a dynamic reference is resolved into the environment', name);
        else if (secretShape(String(value)) !== undefined)
          yield finding(fn, path, `the value has the shape of ${secretShape(String(value))}`, name);
        else if (PASSWORD_IN_ADDRESS.test(String(value))) yield finding(fn, path, 'the address holds a password', name);
        else if (/\$\{[^${}]+\.(ClientSecret|SecretAccessKey)\}/.test(String(value)))
          yield finding(fn, path, 'the attribute of a resource that is a secret stands in the environment', name);
        else if (isSecretName(name) && !namesPlace(String(value))) yield finding(fn, path, `${name} has a value`, name);
      }
      if (entries.length > 0)
        yield* judge(
          fn,
          'KmsKeyArn',
          (key) => (key === undefined ? 'the environment has no key of yours' : undefined),
          'key',
        );
    }
  },
});

const PASSWORD_IN_ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:[^\s/?#@]+@/i;

/** A reference, an ARN, an address or a path: where a secret is, not what it is. */
function namesPlace(value: string): boolean {
  return /^(\$\{[^${}]+\}|arn:\S*\$\{[^${}]+\}\S*|https:\/\/[^\s/?#@]+(\/[^\s?#]*)?|(\/[^\s/]+){2,})$/.test(value);
}
