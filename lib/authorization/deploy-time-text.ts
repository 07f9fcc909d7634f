import { Reference, Token, Tokenization } from 'aws-cdk-lib';
import { patternText, stringLiteral } from '../core/cedar/literal';

const PLACEHOLDER = /(\$\{Token\[[^\]]*\]\})/g;

/**
 * The one door for values that are known only when deployed, such as a client id or an ARN: never let text in that a
 * user of the application can choose. CDK's placeholder is printable ASCII without quote or backslash, so it stays one
 * literal until it is resolved; after that the service that made the value vouches for its characters.
 */
export function deployTimeLiteral(value: string): string {
  return `"${aroundPlaceholders(value, (fixed) => stringLiteral(fixed).slice(1, -1))}"`;
}

/** The same, as a part of a `like` pattern. */
export function deployTimePattern(value: string): string {
  return aroundPlaceholders(value, patternText);
}

function aroundPlaceholders(value: string, encode: (fixed: string) => string): string {
  if (!Token.isUnresolved(value)) return encode(value);
  const parts = value.split(PLACEHOLDER);
  return parts.map((part, index) => (index % 2 === 1 ? part : encode(part))).join('');
}

/** What a placeholder of CDK may become when deployed: an ARN or an id. */
const DEPLOY_TIME_LENGTH = 128;

/** The text about as long as it is deployed; the same placeholder becomes the same text. */
export function asDeployed(text: string): string {
  return text.replace(PLACEHOLDER, (placeholder) => placeholder.padEnd(DEPLOY_TIME_LENGTH, 'x'));
}

/** A message about such a text, with the name of what is not known yet: `<Shop/Gateway/support/Client.Ref>`. */
export function inMessage(message: string): string {
  const [first = '', ...parts] = message.split(PLACEHOLDER);
  let shown = first;
  for (let index = 0; index < parts.length; index += 2) {
    const [placeholder, rest] = [parts[index]!, parts[index + 1]!];
    const padding = asDeployed(placeholder).slice(placeholder.length);
    shown += `<${nameOf(placeholder)}>${rest.startsWith(padding) ? rest.slice(padding.length) : rest}`;
  }
  return shown;
}

function nameOf(placeholder: string): string {
  const [token] = Tokenization.reverseString(placeholder).tokens;
  return Reference.isReference(token) ? `${token.target.node.path}.${token.displayName}` : 'known when deployed';
}
