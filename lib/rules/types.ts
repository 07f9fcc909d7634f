/** CloudFormation types the rules are about. */
export const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
export const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';
export const POLICY = 'AWS::BedrockAgentCore::Policy';
export const OAUTH_PROVIDER = 'AWS::BedrockAgentCore::OAuth2CredentialProvider';
export const API_KEY_PROVIDER = 'AWS::BedrockAgentCore::ApiKeyCredentialProvider';
export const FUNCTION = 'AWS::Lambda::Function';
export const ALIAS = 'AWS::Lambda::Alias';
export const VERSION = 'AWS::Lambda::Version';
export const LAMBDA_PERMISSION = 'AWS::Lambda::Permission';
export const ROLE = 'AWS::IAM::Role';
