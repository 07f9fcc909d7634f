import { LAYERS } from '../core/finding';
import { RULES } from './registry';
import { type Frameworks, type Rule, severityOf } from './rule';

export interface RenderedPage {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every page of docs/rules: an index, one page a rule, the mapping to public frameworks. */
export function renderRuleDocs(): RenderedPage[] {
  return [
    { path: 'docs/rules/README.md', text: renderRuleIndex() },
    { path: 'docs/rules/mapping.md', text: renderMapping() },
    ...RULES.map((rule) => ({ path: `docs/rules/${fileOf(rule)}`, text: renderRulePage(rule) })),
  ];
}

function fileOf(rule: Rule): string {
  return `${rule.id.toLowerCase()}-${rule.name}.md`;
}

function renderRuleIndex(): string {
  const tables = LAYERS.map((layer) => {
    const rows = RULES.filter((rule) => rule.layer === layer).map(
      (rule) => `| [${rule.id}](${fileOf(rule)}) | ${severityOf(rule)} | ${rule.profile ?? ''} | ${rule.summary} |`,
    );
    return `## ${layer}\n\n| rule | severity | profile | finds |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `${[
    '# Rules',
    `${RULES.length} rules in the order of the four layers. Errors fail a synthesis, warnings do not. What a template leaves open is reported as a warning, never passed over. Made from the rules by \`npm run docs\`.`,
    ...tables,
    LIMITS,
  ].join('\n\n')}\n`;
}

const LIMITS = `## What a template cannot prove

- signature, algorithm and time checks of the service, and how it caches keys
- the quality of interceptor code, and that a tool validates its input
- that a human approved a call
- absence of prompt injection in the results of tools
- how a client stores its tokens
- that an approved host keeps its address (DNS rebinding)
- the policies of the organization

These belong to the attacks of the local gateway, to tests, or to \`secure-mcp guardrails\`.`;

export function renderRulePage(rule: Rule): string {
  const sections = [
    `# ${rule.id} ${rule.name}`,
    rule.summary,
    `Layer: ${rule.layer}. Severity: ${severityOf(rule)} (${rule.level}).${rule.profile === undefined ? '' : ` Only in the profile ${rule.profile}${rule.profile === 'strict' ? ' and private' : ''}.`}`,
    `## Why\n\n${rule.explanation}`,
    `## Fix\n\n${rule.fix}.`,
    `❌\n\n${fence(rule.example.bad)}`,
    `✅\n\n${fence(rule.example.good)}`,
    ...(rule.limits === undefined ? [] : [`## What it does not see\n\n${rule.limits}`]),
    `## When to acknowledge\n\n${rule.acknowledge}\n\n${acknowledgment(rule)}`,
    `## References\n\n${rule.references.map((url) => `- <${url}>`).join('\n')}\n\n${frameworkLine(rule.frameworks)}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function fence(resources: string): string {
  const indented = resources
    .trim()
    .split('\n')
    .map((line) => `  ${line}`);
  return ['```yaml', 'Resources:', ...indented, '```'].join('\n');
}

function acknowledgment(rule: Rule): string {
  return [
    '```ts',
    'Validations.of(construct).acknowledge({',
    `  id: 'SecureMcp::SecureMcp-${rule.id}',`,
    "  reason: 'SEC-1412 why this is right here, owner platform-team, expires 2027-03-31',",
    '});',
    '```',
    '',
    'In a template that the CDK does not write, on the resource:',
    '',
    '```yaml',
    'Metadata:',
    '  cdk-secure-mcp:',
    '    acknowledge:',
    `      - { id: SecureMcp-${rule.id}, reason: SEC-1412 why this is right here, owner: platform-team, expires: 2027-03-31 }`,
    '```',
  ].join('\n');
}

const FRAMEWORKS: readonly {
  readonly key: keyof Frameworks;
  readonly title: string;
  readonly prefix: string;
  readonly confidence: string;
}[] = [
  {
    key: 'owaspMcp',
    title: 'OWASP MCP Top 10 (2025, v0.1 beta)',
    prefix: 'MCP',
    confidence: 'Titles and numbers as of 2026-04-14.',
  },
  {
    key: 'owaspAgentic',
    title: 'OWASP Top 10 for Agentic Applications (2026)',
    prefix: 'ASI',
    confidence: 'ASI01 and ASI06 lie mostly outside of what a check of templates can do.',
  },
  {
    key: 'wellArchitected',
    title: 'AWS Well-Architected',
    prefix: '',
    confidence:
      'AGENTSEC numbers of the Agentic AI Lens are verified; SECnn-BPnn numbers of the Security Pillar are to be checked against its current edition.',
  },
  {
    key: 'nist80053',
    title: 'NIST SP 800-53 revision 5',
    prefix: '',
    confidence: 'A control helps towards these; it does not fulfil them.',
  },
];

function frameworkLine(frameworks: Frameworks): string {
  return FRAMEWORKS.map(
    ({ key, title, prefix }) => `${title}: ${frameworks[key].map((id) => `${prefix}${id}`).join(', ')}`,
  ).join('. ');
}

function renderMapping(): string {
  const tables = FRAMEWORKS.map(({ key, title, prefix, confidence }) => {
    const byId = new Map<string, string[]>();
    for (const rule of RULES) {
      for (const id of rule.frameworks[key]) byId.set(id, [...(byId.get(id) ?? []), `[${rule.id}](${fileOf(rule)})`]);
    }
    const rows = [...byId]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([id, rules]) => `| ${prefix}${id} | ${rules.join(' ')} |`);
    return `## ${title}\n\n${confidence}\n\n| id | rules |\n| --- | --- |\n${rows.join('\n')}`;
  });
  return `${['# Mapping to public frameworks', ...tables].join('\n\n')}\n`;
}
