import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

/** Purchases by id, and by cost center through the index `byCostCenter`. */
export class PurchaseTable extends Table {
  public constructor(scope: Construct, id: string) {
    super(scope, id, {
      partitionKey: { name: 'purchaseId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.addGlobalSecondaryIndex({
      indexName: 'byCostCenter',
      partitionKey: { name: 'costCenter', type: AttributeType.STRING },
      sortKey: { name: 'orderedAt', type: AttributeType.STRING },
    });
  }
}
