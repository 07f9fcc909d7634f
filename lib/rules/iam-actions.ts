/** Actions with which running code changes who is let in, what is permitted, or what a tool does. */
export const CONTROL_PLANE = [
  ...['Gateway', 'GatewayTarget', 'Policy', 'PolicyEngine', 'GatewayRule', 'GatewayRateLimit'].flatMap((type) =>
    ['Create', 'Update', 'Delete'].map((verb) => `bedrock-agentcore:${verb}${type}`),
  ),
  'bedrock-agentcore:PutResourcePolicy',
  'bedrock-agentcore:DeleteResourcePolicy',
  'bedrock-agentcore:SynchronizeGatewayTargets',
  ...['Oauth2', 'ApiKey'].flatMap((kind) =>
    ['Create', 'Update', 'Delete'].map((verb) => `bedrock-agentcore:${verb}${kind}CredentialProvider`),
  ),
  'lambda:UpdateFunctionCode',
  'lambda:UpdateFunctionConfiguration',
  'lambda:AddPermission',
  'lambda:PutFunctionConcurrency',
  'cognito-idp:CreateUserPoolClient',
  'cognito-idp:UpdateUserPoolClient',
  'cognito-idp:CreateResourceServer',
  'cognito-idp:UpdateResourceServer',
  'cognito-idp:UpdateUserPool',
];

/** Actions with which a role gains rights that it was not given. */
export const ESCALATING = [
  /^iam:/,
  /^sts:assumerole$/,
  /^lambda:(update|addpermission|createfunction)/,
  /^cloudformation:/,
  /^bedrock-agentcore:(create|update|delete|put|invokeagentruntimecommand|startcodeinterpretersession)/,
];

/** Actions that IAM cannot limit to a resource. */
export const UNSCOPABLE = new Set([
  'xray:puttracesegments',
  'xray:puttelemetryrecords',
  'xray:getsamplingrules',
  'xray:getsamplingtargets',
  'cloudwatch:putmetricdata',
  'ec2:createnetworkinterface',
  'ec2:describenetworkinterfaces',
  'ec2:describesubnets',
  'ec2:deletenetworkinterface',
  'ec2:assignprivateipaddresses',
  'ec2:unassignprivateipaddresses',
  'bedrock:retrieveandgenerate',
]);

const READING =
  /^(get|batchget|list|describe|query|scan|search|select|lookup|read|view|head|check|conditioncheck|test|estimate|count|decrypt|verify|partiqlselect|transactget)/;

/** Reading by the Service Authorization Reference or by nature, under a name that does not say so. */
const READING_BY_OTHER_NAMES = new Set([
  'appconfig:startconfigurationsession',
  'bedrock:applyguardrail',
  'bedrock:invokemodel',
  'bedrock:invokemodelwithresponsestream',
  'bedrock:retrieve',
  'bedrock:retrieveandgenerate',
  'sqs:receivemessage',
]);

/** Its own logs, traces and metrics, and what encryption needs. */
const BASELINE =
  /^(logs|xray|cloudwatch):|^kms:(decrypt|describekey|generatedatakey)$|^ec2:.*(networkinterface|privateipaddresses)/;

/** By the verb of the action; a pattern is as good as the worst action it covers. */
export function isReadOnlyAction(action: string): boolean {
  const lower = action.toLowerCase();
  if (BASELINE.test(lower) || READING_BY_OTHER_NAMES.has(lower)) return true;
  const name = lower.slice(lower.indexOf(':') + 1);
  return READING.test(name);
}
