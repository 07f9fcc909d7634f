/** CloudFormation types the rules are about. */
export const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
export const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';
export const POLICY = 'AWS::BedrockAgentCore::Policy';
export const POLICY_ENGINE = 'AWS::BedrockAgentCore::PolicyEngine';
export const RATE_LIMIT = 'AWS::BedrockAgentCore::GatewayRateLimit';
export const RESOURCE_POLICY = 'AWS::BedrockAgentCore::ResourcePolicy';
export const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
export const WORKLOAD_IDENTITY = 'AWS::BedrockAgentCore::WorkloadIdentity';
export const OAUTH_PROVIDER = 'AWS::BedrockAgentCore::OAuth2CredentialProvider';
export const API_KEY_PROVIDER = 'AWS::BedrockAgentCore::ApiKeyCredentialProvider';
export const FUNCTION = 'AWS::Lambda::Function';
export const ALIAS = 'AWS::Lambda::Alias';
export const VERSION = 'AWS::Lambda::Version';
export const LAMBDA_PERMISSION = 'AWS::Lambda::Permission';
export const FUNCTION_URL = 'AWS::Lambda::Url';
export const EVENT_SOURCE = 'AWS::Lambda::EventSourceMapping';
export const ROLE = 'AWS::IAM::Role';
export const USER_POOL = 'AWS::Cognito::UserPool';
export const USER_POOL_CLIENT = 'AWS::Cognito::UserPoolClient';
export const RESOURCE_SERVER = 'AWS::Cognito::UserPoolResourceServer';
export const KEY = 'AWS::KMS::Key';
export const SECRET = 'AWS::SecretsManager::Secret';
export const ROTATION = 'AWS::SecretsManager::RotationSchedule';
export const LOG_GROUP = 'AWS::Logs::LogGroup';
export const BUCKET = 'AWS::S3::Bucket';
export const BUCKET_POLICY = 'AWS::S3::BucketPolicy';
export const WEB_ACL = 'AWS::WAFv2::WebACL';
export const WEB_ACL_ASSOCIATION = 'AWS::WAFv2::WebACLAssociation';
export const DELIVERY_SOURCE = 'AWS::Logs::DeliverySource';
export const DELIVERY = 'AWS::Logs::Delivery';
export const SECURITY_GROUP = 'AWS::EC2::SecurityGroup';
export const SECURITY_GROUP_EGRESS = 'AWS::EC2::SecurityGroupEgress';

const PREFIXES = [
  'AWS::BedrockAgentCore::',
  'AWS::Cognito::',
  'AWS::EC2::',
  'AWS::IAM::',
  'AWS::KMS::',
  'AWS::Lambda::',
  'AWS::Logs::',
  'AWS::S3::',
  'AWS::SecretsManager::',
  'AWS::Serverless::',
  'AWS::WAFv2::',
];

/** Types whose conditions are worth trying out. */
export function isRelevantType(type: string): boolean {
  return PREFIXES.some((prefix) => type.startsWith(prefix));
}
