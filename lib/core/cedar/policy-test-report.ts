import type { PolicyTestReport, PolicyTestResult } from './policy-tests';

/** For a terminal: one line per test, failures with their reason, then what nothing tests. */
export function policyTestsText({ results, coverage }: PolicyTestReport): string {
  const failed = results.filter(({ passed }) => !passed);
  const open = [
    ...coverage.untestedPolicies.map((id) => `  policy ${id} decides no test`),
    ...coverage.untestedClauses.map(({ policyId, clause }) => `  policy ${policyId}: ${clause}`),
  ];
  const tested = coverage.clauses - coverage.untestedClauses.length;
  return [
    ...results.flatMap(lines),
    '',
    `${results.length - failed.length} passed, ${failed.length} failed; ${tested} of ${coverage.clauses} clauses tested, coverage ${coverage.percent} %`,
    ...(open.length === 0 ? [] : ['', 'No test would notice if these changed:', ...open]),
  ].join('\n');
}

/** A denial that no policy decided says why: a test that misspells an argument is denied, too. */
function lines({ name, passed, message, decision, policies, explanation }: PolicyTestResult): string[] {
  if (!passed)
    return [`  FAIL  ${name}`, `        ${message}`, ...explanation.map((line) => `          ${line}`.trimEnd())];
  const why = decision === 'deny' && policies.length === 0 ? ` (${message.replace(/^got deny[:,] /, '')})` : '';
  return [`  ok    ${name}${why}`];
}

/** JUnit XML, as CI systems read it. `problem` is what fails the run besides the tests. */
export function policyTestsJunit({ results, coverage }: PolicyTestReport, suite: string, problem?: string): string {
  const failures = results.filter(({ passed }) => !passed).length + (problem === undefined ? 0 : 1);
  const tests = results.length + (problem === undefined ? 0 : 1);
  const cases = results.map(({ name, tool, passed, message, explanation }) => {
    const head = `    <testcase classname="${xml(tool)}" name="${xml(name)}"`;
    const text = [message, ...explanation].map(xml).join('\n');
    return passed
      ? `${head}/>`
      : `${head}>\n      <failure message="${xml(message)}">${text}</failure>\n    </testcase>`;
  });
  const extra =
    problem === undefined
      ? []
      : [
          '    <testcase classname="policies" name="coverage">',
          `      <failure message="${xml(problem)}"/>`,
          '    </testcase>',
        ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${tests}" failures="${failures}">`,
    `  <testsuite name="${xml(suite)}" tests="${tests}" failures="${failures}">`,
    `    <properties><property name="coverage" value="${coverage.percent}"/></properties>`,
    ...cases,
    ...extra,
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
