import { MadeUpIds } from './made-up-ids';

/** Where a stack is pretended to be deployed. */
export interface CloudEnvironment {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** What the attributes of a resource are made from. */
export interface AttributeSource {
  readonly stackName: string;
  readonly logicalId: string;
  readonly environment: CloudEnvironment;
  /** A resolved top-level property. */
  readonly property: (name: string) => unknown;
}

export interface Identity {
  /** What `Ref` returns: the physical id. */
  readonly ref: string;
  /** What `Fn::GetAtt` returns, by attribute. */
  readonly attributes: { readonly [name: string]: string };
}

/** Type, `Ref` and attributes as the resource reference documents them. Types that are not here have a name only. */
const TYPES: { readonly [type: string]: (source: Facts) => Identity } = {
  'AWS::BedrockAgentCore::Gateway': (of) => {
    const id = `${of.named('Name', of.logicalId)}-${of.ids.base36(10)}`.toLowerCase();
    const url = `https://${id}.gateway.bedrock-agentcore.${of.environment.region}.amazonaws.com/mcp`;
    const arn = of.arn('bedrock-agentcore', `gateway/${id}`);
    return { ref: id, attributes: { GatewayIdentifier: id, GatewayArn: arn, GatewayUrl: url } };
  },
  'AWS::BedrockAgentCore::GatewayTarget': (of) => {
    const id = of.ids.base36(10).toUpperCase();
    return { ref: id, attributes: { TargetId: id } };
  },
  'AWS::BedrockAgentCore::PolicyEngine': (of) => {
    const id = `${of.named('Name', of.logicalId)}-${of.ids.base36(10)}`;
    const arn = of.arn('bedrock-agentcore', `policy-engine/${id}`);
    return { ref: id, attributes: { PolicyEngineId: id, PolicyEngineArn: arn } };
  },
  'AWS::BedrockAgentCore::Policy': (of) => {
    const id = `${of.named('Name', of.logicalId)}-${of.ids.base36(10)}`;
    return { ref: id, attributes: { PolicyId: id } };
  },
  'AWS::BedrockAgentCore::ApiKeyCredentialProvider': (of) => credentialProvider(of, 'apikeycredentialprovider'),
  'AWS::BedrockAgentCore::OAuth2CredentialProvider': (of) => credentialProvider(of, 'oauth2credentialprovider'),
  'AWS::BedrockAgentCore::WorkloadIdentity': (of) => {
    const name = of.named('Name', of.name);
    const arn = of.arn('bedrock-agentcore', `workload-identity-directory/default/workload-identity/${name}`);
    return { ref: name, attributes: { WorkloadIdentityArn: arn } };
  },
  'AWS::Cognito::UserPool': (of) => {
    const id = `${of.environment.region}_${of.ids.base36(9)}`;
    const provider = `cognito-idp.${of.environment.region}.amazonaws.com/${id}`;
    return {
      ref: id,
      attributes: {
        Arn: of.arn('cognito-idp', `userpool/${id}`),
        UserPoolId: id,
        ProviderName: provider,
        ProviderURL: `https://${provider}`,
      },
    };
  },
  'AWS::Cognito::UserPoolClient': (of) => {
    const id = of.ids.base36(26);
    return { ref: id, attributes: { ClientId: id } };
  },
  'AWS::Cognito::UserPoolResourceServer': (of) => ({ ref: of.named('Identifier', of.name), attributes: {} }),
  'AWS::Cognito::UserPoolDomain': (of) => ({ ref: of.named('Domain', of.name), attributes: {} }),
  'AWS::DynamoDB::Table': (of) => {
    const name = of.named('TableName', of.name);
    const arn = of.arn('dynamodb', `table/${name}`);
    return { ref: name, attributes: { Arn: arn, StreamArn: `${arn}/stream/2026-01-01T00:00:00.000` } };
  },
  'AWS::IAM::ManagedPolicy': (of) => {
    const arn = of.globalArn('iam', `policy${of.named('Path', '/')}${of.named('ManagedPolicyName', of.name)}`);
    return { ref: arn, attributes: { PolicyArn: arn } };
  },
  'AWS::IAM::Role': (of) => {
    const name = of.named('RoleName', of.name).slice(0, 64);
    const arn = of.globalArn('iam', `role${of.named('Path', '/')}${name}`);
    return { ref: name, attributes: { Arn: arn, RoleId: `AROA${of.ids.base36(16).toUpperCase()}` } };
  },
  'AWS::KMS::Key': (of) => {
    const id = of.ids.uuid();
    return { ref: id, attributes: { Arn: of.arn('kms', `key/${id}`), KeyId: id } };
  },
  'AWS::Lambda::Alias': (of) => {
    const arn = `${functionArn(of)}:${of.named('Name', 'alias')}`;
    return { ref: arn, attributes: { AliasArn: arn } };
  },
  'AWS::Lambda::Function': (of) => {
    const name = of.named('FunctionName', of.name).slice(0, 64);
    return { ref: name, attributes: { Arn: of.arn('lambda', `function:${name}`) } };
  },
  'AWS::Lambda::Version': (of) => {
    const arn = `${functionArn(of)}:1`;
    return { ref: arn, attributes: { FunctionArn: arn, Version: '1' } };
  },
  'AWS::Logs::LogGroup': (of) => {
    const name = of.named('LogGroupName', of.name);
    return { ref: name, attributes: { Arn: of.arn('logs', `log-group:${name}:*`) } };
  },
  'AWS::S3::Bucket': (of) => {
    const name = of.named('BucketName', of.name.toLowerCase());
    const domain = `${name}.s3.amazonaws.com`;
    return { ref: name, attributes: { Arn: `arn:${of.environment.partition}:s3:::${name}`, DomainName: domain } };
  },
  'AWS::SNS::Topic': (of) => {
    const name = of.named('TopicName', of.name);
    const arn = of.arn('sns', name);
    return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
  },
  'AWS::SQS::Queue': (of) => {
    const name = of.named('QueueName', of.name);
    const { region, account } = of.environment;
    const url = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
    return { ref: url, attributes: { Arn: of.arn('sqs', name), QueueName: name, QueueUrl: url } };
  },
  'AWS::SecretsManager::Secret': (of) => {
    const arn = of.arn('secretsmanager', `secret:${of.named('Name', of.logicalId)}-${of.ids.base36(6)}`);
    return { ref: arn, attributes: { Id: arn } };
  },
};

/** The physical id and attributes that a resource of this type would have. */
export function identityOf(type: string, source: AttributeSource): Identity {
  const facts = new Facts(source);
  const make = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  return make?.(facts) ?? { ref: facts.name, attributes: {} };
}

class Facts {
  public readonly ids: MadeUpIds;
  public readonly logicalId: string;
  public readonly environment: CloudEnvironment;
  /** The name that CloudFormation would generate. */
  public readonly name: string;

  public constructor(private readonly source: AttributeSource) {
    this.ids = new MadeUpIds(source.stackName, source.logicalId);
    this.logicalId = source.logicalId;
    this.environment = source.environment;
    // Nested stacks have a slash in their name here; a physical name has none.
    const stack = source.stackName.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 24);
    this.name = `${stack}-${source.logicalId.slice(0, 24)}-${this.ids.hex(8)}`;
  }

  public named(property: string, fallback: string): string {
    const value = this.source.property(property);
    return typeof value === 'string' && value !== '' ? value : fallback;
  }

  public arn(service: string, resource: string): string {
    const { partition, region, account } = this.environment;
    return `arn:${partition}:${service}:${region}:${account}:${resource}`;
  }

  public globalArn(service: string, resource: string): string {
    return `arn:${this.environment.partition}:${service}::${this.environment.account}:${resource}`;
  }
}

function credentialProvider(of: Facts, kind: string): Identity {
  const name = of.named('Name', of.name);
  const arn = of.arn('bedrock-agentcore', `token-vault/default/${kind}/${name}`);
  return { ref: name, attributes: { CredentialProviderArn: arn } };
}

/** `FunctionName` of an alias or a version: a name or an ARN. */
function functionArn(of: Facts): string {
  const name = of.named('FunctionName', of.name);
  return name.startsWith('arn:') ? name : of.arn('lambda', `function:${name}`);
}
