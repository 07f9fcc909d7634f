import { readAcknowledgments } from '../../lib/rules/acknowledgment';
import { RULES } from '../../lib/rules/registry';
import { runRules } from '../../lib/rules/run-rules';
import { assemblyFromYaml } from '../support/template-assembly';

// The documentation of each rule shows these; they must do what the page says.
describe.each(RULES)('$id $name', (rule) => {
  const outcomes = (resources: string) => {
    const assembly = assemblyFromYaml(resources);
    const options = { profile: rule.profile ?? 'default', today: '2026-11-24' } as const;
    return runRules(assembly, { rules: [rule], options, acknowledgments: readAcknowledgments(assembly) });
  };

  test('finds its bad example', () => {
    expect(outcomes(rule.example.bad).filter((outcome) => !outcome.undecided)).not.toEqual([]);
  });

  test('has nothing to say about its good example', () => {
    expect(outcomes(rule.example.good)).toEqual([]);
  });
});
