import { invisibleCharacter, mixedScript } from '../metadata-text';
import { judge } from '../read';
import { defineRule, finding, undecided, warning } from '../rule';
import { openTextsForModel, textsForModel } from '../tool-texts';
import { GATEWAY, TARGET } from '../types';

export const az19 = defineRule({
  id: 'AZ19',
  name: 'no-invisible-characters',
  layer: 'authorization',
  level: 'high',
  summary: 'A text that the model reads has characters that people do not see',
  explanation:
    'Instructions can be written in Unicode tags or zero-width characters: the reviewer sees nothing, the model reads them.',
  fix: 'Remove the characters; write names and descriptions in one script',
  acknowledge: 'For a language that needs a joiner or mixes scripts.',
  references: ['https://www.unicode.org/reports/tr39/', 'https://owasp.org/www-project-mcp-top-10/'],
  frameworks: {
    owaspMcp: ['03', '06'],
    owaspAgentic: ['01', '04', '06'],
    wellArchitected: ['AGENTSEC04', 'AGENTSEC08'],
    nist80053: ['SI-10', 'SI-7'],
  },
  example: {
    bad: `
Crm: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { Name: crm, Description: "Gets an order.\\u200B" } }
`,
    good: `
Crm: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { Name: crm, Description: "Gets an order by id." } }
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      for (const { path, text } of textsForModel(target)) {
        const hidden = invisibleCharacter(text);
        if (hidden !== undefined) yield finding(target, `Properties.${path}`, `it has the character ${hidden}`, hidden);
        else if (mixedScript(text)) yield warning(target, `Properties.${path}`, 'one word mixes scripts', 'script');
      }
      for (const { path, why } of openTextsForModel(target)) yield undecided(target, `Properties.${path}`, why);
    }
    for (const gateway of model.ofType(GATEWAY)) {
      yield* judge(gateway, 'ProtocolConfiguration.Mcp.Instructions', (text) => {
        const hidden = invisibleCharacter(String(text ?? ''));
        return hidden === undefined ? undefined : `it has the character ${hidden}`;
      });
    }
  },
});
