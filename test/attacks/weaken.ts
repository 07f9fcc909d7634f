import { readAssembly } from '../../lib/assembly/read-assembly';
import { runRules } from '../../lib/rules/run-rules';
import { type EditableTemplate, resources } from '../support/local-shop';

/** Ways to take one control out of the template. */
export const authorizer = (template: EditableTemplate) =>
  resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!.Properties.AuthorizerConfiguration.CustomJWTAuthorizer;

export function noAuthorizer(template: EditableTemplate): void {
  const [gateway] = resources(template, 'AWS::BedrockAgentCore::Gateway');
  gateway!.Properties.AuthorizerType = 'NONE';
  delete gateway!.Properties.AuthorizerConfiguration;
}

const gatewayOf = (template: EditableTemplate) => resources(template, 'AWS::BedrockAgentCore::Gateway')[0]!.Properties;

export function noEngine(template: EditableTemplate): void {
  delete gatewayOf(template).PolicyEngineConfiguration;
}

export function logOnly(template: EditableTemplate): void {
  gatewayOf(template).PolicyEngineConfiguration.Mode = 'LOG_ONLY';
}

/** Rewrites the Cedar text of the policy of one tool; references are parts of their own. */
export function policy(tool: string, rewrite: (text: string) => string) {
  return (template: EditableTemplate): void => {
    for (const { Properties } of policiesOf(template, tool)) {
      const join = Properties.Definition.Cedar.Statement['Fn::Join'];
      const before = JSON.stringify(join[1]);
      join[1] = rewriteParts(join[1], rewrite);
      if (JSON.stringify(join[1]) === before) throw new Error(`nothing changes in ${before}`);
    }
  };
}

/** Puts another permit in place of the one of a tool: for every caller, unless there is a condition. */
export function permit(tool: string, condition?: string, action?: string) {
  return (template: EditableTemplate): void => {
    for (const { Properties } of policiesOf(template, tool)) {
      const join = Properties.Definition.Cedar.Statement['Fn::Join'];
      const [head, gatewayArn] = join[1];
      const scope = action === undefined ? head : head.replace(/== AgentCore::Action::"[^"]*"/, action);
      join[1] = [scope, gatewayArn, condition === undefined ? '");' : `") when { ${condition} };`];
    }
  };
}

/** Permits a tool to everybody who gets past the door, whatever kind of caller they are. */
export function anyone(tool: string) {
  return (template: EditableTemplate): void => {
    permit(tool)(template);
    policy(tool, (text) => text.replace('principal is AgentCore::OAuthUser', 'principal'))(template);
  };
}

/** A forbid about the tool of a permit. */
export function addForbid(template: EditableTemplate, tool: string, clause: string): void {
  const [own] = policiesOf(template, tool);
  const forbid = structuredClone(own!);
  const [head, arn] = forbid.Properties.Definition.Cedar.Statement['Fn::Join'][1];
  forbid.Properties.Definition.Cedar.Statement = {
    'Fn::Join': ['', [head.replace('permit', 'forbid'), arn, `"\n) ${clause};`]],
  };
  forbid.Properties.Name = `forbid_${tool}`;
  template.Resources.Forbid = forbid;
}

/** The rules that object to an assembly and not to the one that it was made of. */
export function objections(weakened: string, original: string): string[] {
  const known = new Set(findingsOf(original));
  const more = findingsOf(weakened).filter((ruleId) => !known.has(ruleId));
  return [...new Set(more.map((ruleId) => ruleId.replace(/^SecureMcp-|\[.*$/g, '')))].sort();
}

/** With what each is about, so that a second objection of a rule is seen, too. */
function findingsOf(assembly: string): string[] {
  return runRules(readAssembly(assembly)).map(({ ruleId }) => ruleId);
}

/** A weakening of nothing would prove nothing. */
function policiesOf(template: EditableTemplate, tool: string) {
  const found = resources(template, 'AWS::BedrockAgentCore::Policy', tool);
  if (found.length === 0) throw new Error(`no policy of ${tool}`);
  return found;
}

const MARK = '\u0001';

function rewriteParts(parts: readonly unknown[], rewrite: (text: string) => string): unknown[] {
  const references = parts.filter((part) => typeof part !== 'string');
  const text = parts.map((part) => (typeof part === 'string' ? part : MARK)).join('');
  const pieces = rewrite(text).split(MARK);
  return pieces.flatMap((piece, index) => (index < pieces.length - 1 ? [piece, references[index]] : [piece]));
}
