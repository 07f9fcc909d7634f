import type { PolicyTestReport } from './policy-tests';

/** For a terminal: one line per test, failures with their reason, then what nothing tests. */
export function policyTestsText({ results, coverage }: PolicyTestReport): string {
  const failed = results.filter(({ passed }) => !passed);
  const lines = results.map(({ name, passed, message }) =>
    passed ? `  ok    ${name}` : `  FAIL  ${name}\n        ${message}`,
  );
  const open = [
    ...coverage.untestedPolicies.map((id) => `  policy ${id} decides no test`),
    ...coverage.untestedClauses.map(({ policyId, clause }) => `  policy ${policyId}: ${clause}`),
  ];
  const tested = coverage.clauses - coverage.untestedClauses.length;
  return [
    ...lines,
    '',
    `${results.length - failed.length} passed, ${failed.length} failed; ${tested} of ${coverage.clauses} clauses tested`,
    ...(open.length === 0 ? [] : ['', 'No test would notice if these changed:', ...open]),
  ].join('\n');
}

/** JUnit XML, as CI systems read it. */
export function policyTestsJunit({ results }: PolicyTestReport, suite: string): string {
  const failures = results.filter(({ passed }) => !passed).length;
  const cases = results.map(({ name, tool, passed, message }) => {
    const head = `    <testcase classname="${xml(tool)}" name="${xml(name)}"`;
    return passed ? `${head}/>` : `${head}>\n      <failure message="${xml(message)}"/>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${results.length}" failures="${failures}">`,
    `  <testsuite name="${xml(suite)}" tests="${results.length}" failures="${failures}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** Control characters have no place in XML 1.0, not even escaped. */
function xml(text: string): string {
  const escapes: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => escapes[character]!).replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ');
}
