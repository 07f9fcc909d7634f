import { ERRORS, type ErrorCode } from '../../core/errors';
import { nearest } from '../../core/suggest';
import { ruleIdOf } from '../../rules/acknowledgment';
import { renderRulePage } from '../../rules/docs';
import { RULES } from '../../rules/registry';
import { PACK_NAME } from '../../rules/run-rules';
import { parseCommandLine, usage } from '../args';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';

export const explain: Command = {
  summary: 'Explain a rule or an error code',
  help: `secure-mcp explain <rule | error code>

Why the rule is there, what to change, a bad and a good template, and how to acknowledge it.

  secure-mcp explain IN01
  secure-mcp explain CEDAR_INVALID`,
  run: (args) => {
    const { positionals } = parseCommandLine(args, {}, 1);
    const [asked] = positionals;
    if (asked === undefined) throw usage('explain needs a rule or an error code');
    if (Object.hasOwn(ERRORS, asked))
      return { exitCode: EXIT.clean, output: `${asked}: ${ERRORS[asked as ErrorCode]}` };
    const id = ruleIdOf(asked.toUpperCase().replace(/^SECUREMCP-/, ''))
      .slice(PACK_NAME.length + 1)
      .replace(/\[.*$/, '');
    const rule = RULES.find((candidate) => candidate.id === id || candidate.name === asked);
    if (rule === undefined) {
      const near = nearest(asked, [...RULES.map((each) => each.id), ...Object.keys(ERRORS)]);
      throw usage(
        `no rule or error ${JSON.stringify(asked)}${near === undefined ? '' : `, did you mean ${near}?`}`,
        'See `secure-mcp list`',
      );
    }
    return { exitCode: EXIT.clean, output: renderRulePage(rule).trimEnd() };
  },
};
