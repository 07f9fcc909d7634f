import { Token } from 'aws-cdk-lib';
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
