import { judgeLiteral } from '../read';
import { defineRule } from '../rule';
import { POLICY } from '../types';

export const az07 = defineRule({
  id: 'AZ07',
  name: 'analyzer-not-silenced',
  layer: 'authorization',
  level: 'high',
  summary: 'The analysis of the service is told to ignore what it finds',
  explanation:
    'The service proves at deployment whether a policy allows everything or nothing. IGNORE_ALL_FINDINGS deploys it anyway.',
  fix: 'Set ValidationMode to FAIL_ON_ANY_FINDINGS',
  acknowledge: 'When the analysis refuses a policy that was shown to be right; quote what it says.',
  references: ['https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-core-concepts.html'],
  frameworks: { owaspMcp: ['07'], owaspAgentic: ['02'], wellArchitected: ['SEC11-BP02'], nist80053: ['CM-6', 'RA-5'] },
  example: {
    bad: `
Policy: { Type: AWS::BedrockAgentCore::Policy, Properties: { ValidationMode: IGNORE_ALL_FINDINGS } }
`,
    good: `
Policy: { Type: AWS::BedrockAgentCore::Policy, Properties: { ValidationMode: FAIL_ON_ANY_FINDINGS } }
`,
  },
  *evaluate(model) {
    for (const policy of model.ofType(POLICY)) {
      yield* judgeLiteral(policy, 'ValidationMode', (mode) =>
        mode === undefined || mode === 'FAIL_ON_ANY_FINDINGS' ? undefined : `ValidationMode is ${String(mode)}`,
      );
    }
  },
});
