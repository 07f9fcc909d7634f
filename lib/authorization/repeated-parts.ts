import { expressionText, parsePolicy } from '../core/cedar/engine';
import { explain } from '../core/cedar/explain';
import { conditionOf } from '../core/cedar/expression';
import type { PolicyFinding } from '../core/cedar/policy-finding';
import type { WrittenPolicy } from './written-at';

/** Permits or demands of one tool that are the same word for word: they stand in its policy once. */
export function repeatedParts(policyId: string, { parts }: Pick<WrittenPolicy, 'parts'>): PolicyFinding[] {
  const texts = parts.map(({ text }) => text);
  const repeated = texts.filter((text, index) => texts.indexOf(text) !== index);
  return [...new Set(repeated)].flatMap((text): PolicyFinding[] => {
    const { json } = parsePolicy(`permit (principal, action, resource) when { ${text} };`);
    if (json === undefined) return [];
    const part = conditionOf(json);
    const message = `policy '${policyId}' is told more than once: ${explain(part, expressionText)}`;
    return [{ kind: 'duplicate', severity: 'warning', policyId, part, message, fix: 'Remove one of them' }];
  });
}
