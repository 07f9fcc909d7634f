import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { withoutByteOrderMark } from '../core/byte-order-mark';
import type { PolicySource } from '../core/cedar/policy-file';
import { type Problem, shown } from '../core/errors';
import { CallSite } from './call-site';
import type { PolicyTrial } from './policy-trial';

/** Options of {@link SecureMcpGateway.addPolicies}. */
export interface AddPoliciesOptions {
  /**
   * Texts for placeholders of the files: `{ SUPPORT: agent.clientId }` stands where a string has `{{SUPPORT}}`. They may be
   * known only when deployed. `{{GATEWAY_ARN}}` and `{{GATEWAY_NAME}}` need not be given.
   *
   * Literal text, also around references, is printable ASCII without `"`, `\` and `*`. What a reference becomes at
   * deployment (a parameter, a parameter of SSM, an attribute) is trusted: who can change it can change the policy.
   *
   * @default - none
   */
  readonly values?: { [placeholder: string]: string };

  /**
   * Tries them on real calls without letting them decide.
   *
   * @default - they decide
   */
  readonly trial?: PolicyTrial;
}

/**
 * Policies in Cedar's own language, for what permits of tools cannot say. They are read when the app is synthesized,
 * validated against the schemas of all tools of the gateway and analyzed together with its other policies.
 *
 * The scope of a policy names the gateway by a placeholder, since its ARN is known only when deployed:
 * `resource == AgentCore::Gateway::"{{GATEWAY_ARN}}"`.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-understanding-cedar.html
 */
export class CedarPolicies {
  /**
   * All files `*.cedar` of a directory, one policy each or several; in a directory below it there may be none. A relative
   * path starts at the current working directory.
   */
  public static fromDirectory(path: string): CedarPolicies {
    try {
      const all = readdirSync(resolve(path), { recursive: true, encoding: 'utf8' });
      const names = all.filter((name) => name.endsWith('.cedar') && statSync(resolve(path, name)).isFile());
      const deeper = names.find((name) => name !== basename(name));
      if (deeper !== undefined)
        return new CedarPolicies([], [unreadable(path, `${deeper}, which is in a directory below it and is not read`)]);
      if (names.length > 0) return CedarPolicies.read(names.sort().map((name) => join(path, name)));
      return new CedarPolicies([], [unreadable(path, 'no *.cedar file')]);
    } catch (error) {
      return new CedarPolicies([], [unreadable(path, (error as Error).message)]);
    }
  }

  /** One file, with one policy or several. A relative path starts at the current working directory. */
  public static fromFile(path: string): CedarPolicies {
    return CedarPolicies.read([path]);
  }

  /**
   * Text with one policy or several.
   *
   * @param text Cedar
   * @param name stands for the name of a file in messages, and names the policies
   */
  public static fromText(text: string, name: string): CedarPolicies {
    return new CedarPolicies([{ file: name, text, origin: CallSite.current() }], []);
  }

  private static read(paths: readonly string[]): CedarPolicies {
    const files: PolicySource[] = [];
    const problems: Problem[] = [];
    for (const path of paths) {
      try {
        files.push({
          file: shownPath(path),
          text: withoutByteOrderMark(readFileSync(resolve(path), 'utf8')).replaceAll('\r\n', '\n'),
        });
      } catch (error) {
        problems.push(unreadable(path, (error as Error).message));
      }
    }
    return new CedarPolicies(files, problems);
  }

  private constructor(
    /** @internal */
    public readonly _files: readonly PolicySource[],
    /** @internal */
    public readonly _problems: readonly Problem[],
  ) {}
}

/** The same on every machine, where the app runs in its own directory. */
function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), resolve(path));
  return fromHere.startsWith('..') ? path : fromHere;
}

function unreadable(path: string, why: string): Problem {
  return {
    code: 'CEDAR_FILE',
    message: `policies cannot be read from ${shown(path)}, got ${why}`,
    fix: 'Pass a path relative to the directory where the app runs',
  };
}
