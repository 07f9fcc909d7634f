import { Token } from 'aws-cdk-lib';
import { isEncodable, stringLiteral } from '../core/cedar/literal';
import { SecureMcpError, shown } from '../core/errors';
import { anyOf, ELEMENT_PATTERN, elementTest, SCOPE_PATTERN, wordTest } from './claim-text';

/** How a claim of a token is compared. The service turns every claim into text; each factory says which text it reads. */
export class ClaimMatch {
  /** A claim that is a string, exactly one of these. */
  public static oneOf(...values: string[]): ClaimMatch {
    const literals = checked(values, isEncodable, 'text that is not empty and that UTF-8 can hold').map(stringLiteral);
    return new ClaimMatch(
      (claim) => (literals.length === 1 ? `${claim} == ${literals[0]}` : `[${literals.join(', ')}].contains(${claim})`),
      `is ${values.map(shown).join(' or ')}`,
    );
  }

  /** A claim that is a list of strings and has at least one of these in it, for instance `cognito:groups`. */
  public static listContains(...elements: string[]): ClaimMatch {
    const fits = (element: string) => ELEMENT_PATTERN.test(element);
    const all = checked(elements, fits, 'printable ASCII without " \\ & \' < = > and not starting with , ] or a space');
    return new ClaimMatch(
      (claim) => anyOf(all.map((element) => elementTest(claim, element))),
      `contains ${all.map(shown).join(' or ')}`,
    );
  }

  /** A claim that is a list of words separated by spaces and has at least one of these in it, as `scope`. */
  public static words(...words: string[]): ClaimMatch {
    const all = checked(words, (word) => SCOPE_PATTERN.test(word), 'printable ASCII without space, " and \\');
    return new ClaimMatch(
      (claim) => anyOf(all.map((word) => wordTest(claim, word))),
      `has the word ${all.map(shown).join(' or ')}`,
    );
  }

  private constructor(
    private readonly test: (claim: string) => string,
    private readonly text: string,
  ) {}

  /** @internal */
  public _test(claim: string): string {
    return this.test(claim);
  }

  /** @internal */
  public get _text(): string {
    return this.text;
  }
}

function checked(values: string[], fits: (value: string) => boolean, allowed: string): string[] {
  if (values.length === 0) throw invalidCaller('a claim is compared with no values', 'Give at least one');
  for (const value of values) {
    if (Token.isUnresolved(value)) {
      throw invalidCaller('a claim is compared with a value that is known only when deployed', 'Use a literal value');
    }
    if (value === '' || !fits(value)) {
      throw invalidCaller(`a claim cannot be compared exactly with ${shown(value)}`, `Use ${allowed}`);
    }
  }
  return values;
}

export function invalidCaller(message: string, fix: string): SecureMcpError {
  return new SecureMcpError({ code: 'CALLER_INVALID', message, fix });
}
