import { CustomDataIdentifier, DataIdentifier, DataProtectionPolicy } from 'aws-cdk-lib/aws-logs';

/**
 * The service has no identifier of its own for tokens. Of expressions it takes 10, each with up to 200 of few characters:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html
 */
const TOKENS = [
  // JSON in base64url begins so: signed tokens and encrypted ones, with all their parts.
  new CustomDataIdentifier('JsonWebToken', 'eyJ[a-zA-Z0-9_-]+\\.[a-zA-Z0-9_.-]+'),
  // RFC 6750, also where the token is opaque; what is shorter may be prose.
  new CustomDataIdentifier('BearerToken', '[Bb]earer [a-zA-Z0-9_.=+/-]{16,}'),
];

/** What nobody needs in clear to see why a call went wrong, whatever its language. */
const MASKED = [
  DataIdentifier.AWSSECRETKEY,
  DataIdentifier.OPENSSHPRIVATEKEY,
  DataIdentifier.PGPPRIVATEKEY,
  DataIdentifier.PKCSPRIVATEKEY,
  DataIdentifier.PUTTYPRIVATEKEY,
  DataIdentifier.CREDITCARDNUMBER,
  DataIdentifier.CREDITCARDSECURITYCODE,
  DataIdentifier.EMAILADDRESS,
  ...TOKENS,
];

/**
 * Masks private keys, secret access keys of AWS, tokens, card numbers and mail addresses in a log group, for everyone
 * without `logs:Unmask`: callers put them into arguments, and tools into what they print. API keys, client secrets and
 * passwords have no form by which they could be told, so they stay in clear.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
 */
export function maskedLogs(): DataProtectionPolicy {
  return new DataProtectionPolicy({
    name: 'mask-sensitive-data',
    description: 'Private keys, tokens, card numbers and mail addresses are masked',
    identifiers: MASKED,
  });
}
