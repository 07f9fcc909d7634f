import { isUnknown } from '../../assembly/resolve';
import { defineRule, finding, undecided, warning } from '../rule';
import { isContextName, isIdentityName } from '../secrets';
import { textsForModel } from '../tool-texts';
import { toolsOf } from '../tools';
import { TARGET } from '../types';

export const az22 = defineRule({
  id: 'AZ22',
  name: 'no-secrets-as-arguments',
  layer: 'authorization',
  level: 'high',
  summary: 'A tool asks the model for a secret, for its context or for who the caller is',
  explanation:
    'What a model may fill in, an injected instruction may fill in: conversation, credentials, another identity.',
  fix: 'Remove the argument: secrets come from the credential provider, the identity comes from the token',
  acknowledge: 'When the word means something else in your domain; say what.',
  references: ['https://owasp.org/www-project-mcp-top-10/'],
  frameworks: {
    owaspMcp: ['01', '10'],
    owaspAgentic: ['06', '09'],
    wellArchitected: ['AGENTSEC08'],
    nist80053: ['SI-10', 'AC-4', 'PT-2'],
  },
  example: {
    bad: `
Crm:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: crm
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: get_user, InputSchema: { Type: object, Properties: { api_key: { Type: string } } } }] } } } }
`,
    good: `
Crm:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    Name: crm
    TargetConfiguration: { Mcp: { Lambda: { ToolSchema: { InlinePayload: [{ Name: get_user, InputSchema: { Type: object, Properties: { id: { Type: string } } } }] } } } }
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      const { open } = toolsOf(target);
      if (open !== undefined && isUnknown(open.why)) yield undecided(target, `Properties.${open.path}`, open.why);
      for (const { path, text, role } of textsForModel(target)) {
        if (role !== 'name' || !/[.](Properties|properties|parameters|members)[.]/.test(path)) continue;
        if (isContextName(text)) yield finding(target, `Properties.${path}`, `the argument ${text}`, text);
        else if (isIdentityName(text))
          yield warning(target, `Properties.${path}`, `the argument ${text} says who the caller is`, text);
      }
    }
  },
});
