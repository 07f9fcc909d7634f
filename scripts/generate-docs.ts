/**
 * Writes the documents that are made from code. With `--check` it writes nothing and fails when one is out of date.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { build as buildLeastPrivilege } from '../examples/least-privilege/app';
import { build as buildFirstDraft } from '../examples/least-privilege/first-draft/app';
import { build as buildQuickstart } from '../examples/quickstart/app';
import { validatePolicyFiles } from '../lib/core/cedar/policy-file';
import { schemaFromTools } from '../lib/core/cedar/schema-from-tools';
import { ERRORS, formatProblem } from '../lib/core/errors';
import { parseToolSchema } from '../lib/core/schema/parse-tool-schema';
import { renderFidelityTable } from '../lib/local/fidelity';
import { OAuth2Vendor } from '../lib/outbound/oauth2-vendor';
import { ALLOWED_CREDENTIALS } from '../lib/outbound/outbound-combinations';
import { renderRuleDocs } from '../lib/rules/docs';
import { type LeastPrivilegeOutput, leastPrivilegeOutput } from './docs/least-privilege-output';

const ROOT = join(__dirname, '..');

/** Written by `npm start`; its made-up ids are the same in every run. */
const START_OUTPUT = join(ROOT, '.cache', 'npm-start.txt');

interface Document {
  readonly path: string;
  readonly text: string;
}

function errors(): Document {
  const rows = Object.entries(ERRORS).map(([code, summary]) => `| \`${code}\` | ${summary} |`);
  return {
    path: 'docs/errors.md',
    text: `# Errors

Every error names its code, the value received, what to do next, and where. All problems of one synthesis are reported
together.

| code | meaning |
| --- | --- |
${rows.join('\n')}
`,
  };
}

/** What cdk-nag's AwsSolutions pack says about the quickstart, and what of it this library acknowledges: nothing. */
function awsSolutions(): Document {
  process.env.CDK_VALIDATION = 'false';
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'docs-')) });
  buildQuickstart(app);
  const assembly = app.synth();
  const { violations } = new AwsSolutionsChecks().validateScope(app);
  const rows = violations.map(
    ({ ruleName, severity, description }) => `| ${ruleName} | ${severity} | ${description} |`,
  );
  const report = join(assembly.directory, 'validation-report.json');
  const acknowledged = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8')).pluginReports.flatMap(
        (plugin: { suppressedViolations?: unknown[] }) => plugin.suppressedViolations ?? [],
      )
    : [];
  return {
    path: 'docs/aws-solutions.md',
    text: `# AwsSolutions on the quickstart

What the AwsSolutions pack of cdk-nag ${nagVersion()} reports on \`examples/quickstart\`, and what the constructs acknowledge. A test
fails when an error appears or a construct of this library acknowledges one.

- findings: ${violations.length}
- acknowledged: ${acknowledged.length}
${rows.length === 0 ? '' : `\n| rule | severity | finding |\n| --- | --- | --- |\n${rows.join('\n')}\n`}`,
  };
}

function nagVersion(): string {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies['cdk-nag'];
}

function localGateway(): Document {
  return {
    path: 'docs/local-gateway.md',
    text: `# The local gateway

\`secure-mcp dev\` runs the gateway of a synthesized app on 127.0.0.1 with no AWS account, and \`startLocalGateway\` of
\`cdk-secure-mcp/local\` does the same inside a test:

\`\`\`ts
import { startLocalGateway } from 'cdk-secure-mcp/local';

const gateway = await startLocalGateway({ assembly: 'cdk.out', seed: { Orders: [{ orderId: 'o-1001' }] } });
// gateway.mcpUrl, gateway.agents, gateway.mintToken({ … }), gateway.decisions
await gateway.close();
\`\`\`

Who comes in:

- **machine agents** are in \`gateway.agents\`, with the id and secret of their OAuth client;
- **people** log in as they would at the deployed pool, without a password: the official MCP client finds the issuer by
  itself, sends them to it, and refreshes their tokens. \`users: [{ name: 'ann', groups: ['managers'] }]\` says who there is
  (\`--users FILE\`); \`login_hint\` picks one, and a page asks where it is missing. \`gateway.interactiveAgents\` has the
  clients that people log in to;
- **IAM callers** sign their requests with \`gateway.assumeRole('<role>')\` (\`--assume-role ROLE\`);
- tokens of **another issuer** are made by \`gateway.mintToken\`, or come from an issuer that runs by itself:
  \`issuer: 'http://127.0.0.1:8080/'\` (\`--issuer URL\`).
  [examples/inbound-oidc/run-local.ts](../examples/inbound-oidc/run-local.ts) does that, with ten callers of whom four get in.

Its issuer makes up keys and secrets at every start: never trust its tokens elsewhere. It is no sandbox: the code of the
tools runs as you. What follows is what is known to differ from the service; its semantics are no promise about AWS. What
a template asks for and is not simulated is also said at start.

${renderFidelityTable()}
`,
  };
}

/** What stands between markers in documents that are otherwise written by hand. */
const TABLES: { readonly [name: string]: () => string } = {
  'outbound-combinations': () =>
    [
      '| target | credentials |',
      '| --- | --- |',
      ...Object.entries(ALLOWED_CREDENTIALS).map(
        ([kind, all]) => `| ${kind} | ${all.map((each) => `\`${each}\``).join(', ')} |`,
      ),
    ].join('\n'),
  'least-privilege-first-draft': () => firstDraft().table,
  'least-privilege-fixed': () => leastPrivilegeOutput(buildLeastPrivilege).table,
};
let draft: LeastPrivilegeOutput | undefined;

function firstDraft(): LeastPrivilegeOutput {
  draft ??= leastPrivilegeOutput(buildFirstDraft);
  return draft;
}

const OUTPUTS: { readonly [name: string]: () => string } = {
  'least-privilege first-draft': () => firstDraft().errors,
  'cedar without a guard': cedarError,
};
const LISTS: { readonly [name: string]: () => string } = {
  'oauth2-vendors': () =>
    Object.keys(OAuth2Vendor)
      .map((name) => `\`${name}\``)
      .join(', '),
};

/** The first of what a synthesis says about a policy of examples/authorization whose guard was forgotten. */
function cedarError(): string {
  const example = join(ROOT, 'examples', 'authorization');
  const text = readFileSync(join(example, 'policies', 'auditors.cedar'), 'utf8');
  const broken = text.replace('  principal.hasTag("client_id") &&\n', '');
  const json = JSON.parse(readFileSync(join(example, 'tools', 'purchase-list.schema.json'), 'utf8'));
  const tool = { target: 'purchase-list', name: 'purchase-list', inputSchema: parseToolSchema(json, 'input').schema! };
  const problems = validatePolicyFiles([{ file: 'policies/auditors.cedar', text: broken }], schemaFromTools([tool]));
  return problems.slice(0, 1).map(formatProblem).join('\n');
}

/** Snippets are the code of the examples, between `// begin: name` and `// end: name`. */
function handwritten(path: string): Document {
  const text = readFileSync(join(ROOT, path), 'utf8')
    .replace(/(<!-- output: npm start -->\n```text\n)[\s\S]*?```/, (whole, head: string) =>
      existsSync(START_OUTPUT) ? `${head}${readFileSync(START_OUTPUT, 'utf8')}\`\`\`` : whole,
    )
    .replace(
      /<!-- output: (?!npm start)(.+) -->\n```text\n[\s\S]*?```/g,
      (_whole, name: string) => `<!-- output: ${name} -->\n\`\`\`text\n${named(OUTPUTS, name)}\n\`\`\``,
    )
    .replace(
      /<!-- snippet: (\S+) (\S+) -->\n```(\w+)\n[\s\S]*?```/g,
      (_whole, file: string, region: string, language: string) =>
        `<!-- snippet: ${file} ${region} -->\n\`\`\`${language}\n${snippet(file, region)}\`\`\``,
    )
    .replace(
      /<!-- table: (\S+) -->\n(\n*\|.*)*\n*/g,
      (_whole, name: string) => `<!-- table: ${name} -->\n\n${named(TABLES, name)}\n\n`,
    )
    .replace(/<!-- list: (\S+) -->[^.]*\./g, (_whole, name: string) => `<!-- list: ${name} --> ${named(LISTS, name)}.`);
  return { path, text };
}

function named(all: { readonly [name: string]: () => string }, name: string): string {
  const make = all[name];
  if (make === undefined) throw new Error(`nothing makes ${name}`);
  return make();
}

function snippet(file: string, region: string): string {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const found = new RegExp(`^ *// begin: ${region}\\n([\\s\\S]*?)^ *// end: ${region}$`, 'm').exec(source)?.[1];
  if (found === undefined) throw new Error(`${file} has no region ${region}`);
  const lines = found.split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}

const stale: string[] = [];
for (const { path, text } of [
  errors(),
  awsSolutions(),
  localGateway(),
  handwritten('README.md'),
  handwritten('docs/authorization.md'),
  handwritten('docs/least-privilege.md'),
  handwritten('docs/outbound.md'),
  ...renderRuleDocs(),
]) {
  const file = join(ROOT, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (process.argv.includes('--check')) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`out of date: ${stale.join(', ')}. Run npm run docs`);
  process.exitCode = 1;
}
