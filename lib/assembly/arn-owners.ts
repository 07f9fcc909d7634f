import type { ArnOwner } from '../core/iam/relation';
import { type ModelResource, property, type TemplateModel } from './template-model';

/** Types whose resources have an ARN of their own; those with a `name` can be the target of a proof. */
export const ARN_TYPES: { readonly [type: string]: { service: string; name?: string } | undefined } = {
  'AWS::BedrockAgentCore::Gateway': { service: 'bedrock-agentcore' },
  'AWS::BedrockAgentCore::Runtime': { service: 'bedrock-agentcore' },
  'AWS::Bedrock::Agent': { service: 'bedrock' },
  'AWS::Bedrock::Guardrail': { service: 'bedrock' },
  'AWS::Bedrock::KnowledgeBase': { service: 'bedrock' },
  'AWS::Cognito::UserPool': { service: 'cognito-idp' },
  'AWS::DynamoDB::GlobalTable': { service: 'dynamodb', name: 'TableName' },
  'AWS::DynamoDB::Table': { service: 'dynamodb', name: 'TableName' },
  'AWS::ECR::Repository': { service: 'ecr' },
  'AWS::Events::EventBus': { service: 'events' },
  'AWS::IAM::Role': { service: 'iam' },
  'AWS::KMS::Key': { service: 'kms', name: 'KeyId' },
  'AWS::Kinesis::Stream': { service: 'kinesis' },
  'AWS::Lambda::Function': { service: 'lambda', name: 'FunctionName' },
  'AWS::Logs::LogGroup': { service: 'logs' },
  'AWS::S3::Bucket': { service: 's3', name: 'BucketName' },
  'AWS::SNS::Topic': { service: 'sns', name: 'TopicName' },
  'AWS::SQS::Queue': { service: 'sqs', name: 'QueueName' },
  'AWS::SecretsManager::Secret': { service: 'secretsmanager', name: 'Name' },
  'AWS::StepFunctions::StateMachine': { service: 'states' },
};

/** Types that lead to another resource, by the property that names it. */
const LEADS_TO: { readonly [type: string]: string | undefined } = {
  'AWS::Lambda::Alias': 'FunctionName',
  'AWS::Lambda::Url': 'TargetFunctionArn',
  'AWS::Lambda::Version': 'FunctionName',
  'AWS::S3::AccessPoint': 'Bucket',
  'AWS::SecretsManager::SecretTargetAttachment': 'SecretId',
};

/** To which resources what the atoms of a template stand for belongs. */
export class ArnOwners {
  public constructor(private readonly model: TemplateModel) {}

  /** `undefined` for a type of which it is not known: an attribute of a custom resource may be the ARN of anything. */
  public of(key: string): ArnOwner | undefined {
    const resource = this.model.referenced(`\${${key}}`);
    if (resource === undefined) return undefined;
    const lead = LEADS_TO[resource.type];
    const owner = lead === undefined ? resource : this.model.referenced(property(resource, lead));
    const kind = owner && ARN_TYPES[owner.type];
    if (owner === undefined || kind === undefined) return undefined;
    const name = kind.name === undefined ? undefined : property(owner, kind.name);
    return { key: keyOf(owner), service: kind.service, ...(typeof name === 'string' && { name }) };
  }

  /** The `Ref` of an attachment is the ARN of its secret. */
  public exact(text: string): string {
    return text.replace(/^\$\{[^${}]+\}/, (atom) => {
      const resource = this.model.referenced(atom);
      const secret = resource?.type.endsWith('::SecretTargetAttachment') ? property(resource, 'SecretId') : undefined;
      return typeof secret === 'string' ? secret : atom;
    });
  }
}

function keyOf({ stack, logicalId }: ModelResource): string {
  return `${stack.name}:${logicalId}`;
}
