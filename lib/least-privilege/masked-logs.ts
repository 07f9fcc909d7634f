import { DataIdentifier, DataProtectionPolicy } from 'aws-cdk-lib/aws-logs';

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
];

/**
 * Masks credentials, card numbers and mail addresses in a log group, for everyone without `logs:Unmask`: callers put
 * them into arguments, and tools into what they print.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
 */
export function maskedLogs(): DataProtectionPolicy {
  return new DataProtectionPolicy({
    name: 'mask-sensitive-data',
    description: 'Credentials, card numbers and mail addresses are masked',
    identifiers: MASKED,
  });
}
