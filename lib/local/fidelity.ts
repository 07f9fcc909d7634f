/** How near the local gateway is to the service in one behaviour. */
export interface Behaviour {
  readonly id: string;
  readonly what: string;
  readonly state: 'modelled' | 'approximated' | 'absent';
  readonly note: string;
  /** Where the service's behaviour is described; left out where it was only observed in public deployments. */
  readonly source?: string;
}

const GUIDE = 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg';
const IAM = 'https://docs.aws.amazon.com/IAM/latest/UserGuide';

/**
 * What the local gateway does as the service does, what only nearly, and what not at all. `docs/local-gateway.md` is made
 * from this list. None of it is a promise about AWS.
 */
export const BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'inbound-jwt',
    what: 'CUSTOM_JWT authorizer',
    state: 'modelled',
    note: 'RS256 only, exact issuer, no clock tolerance; audience, clients, scopes and custom claims combined with AND',
    source: `${GUIDE}/inbound-jwt-authorizer.html`,
  },
  {
    id: 'inbound-status',
    what: 'status of a refused token',
    state: 'approximated',
    note: '401 for a client, audience or custom claim that does not match and 403 for scope or issuer; for some cases the service is not documented. An observed 403 for tokens without aud is 401 here',
    source: `${GUIDE}/inbound-jwt-authorizer.html`,
  },
  {
    id: 'inbound-other',
    what: 'AWS_IAM and AUTHENTICATE_ONLY authorizers',
    state: 'approximated',
    note: 'requests are signed with credentials of a role that assumeRole hands out; AWS_IAM evaluates the identity policies and the boundary of that role for InvokeGateway, resource policies of the gateway are not evaluated. 403 without WWW-Authenticate; the body of the service is not documented',
    source: `${GUIDE}/gateway-inbound-auth.html`,
  },
  {
    id: 'resource-metadata',
    what: 'protected resource metadata (RFC 9728)',
    state: 'approximated',
    note: 'scopes are not advertised unless advertiseScopes is set. The service advertises all allowed scopes; the official client then asks for all of them, whatever its own scope is, and Cognito refuses a client that may not have them all. Override prepareTokenRequest of its provider, or get the token yourself',
    source: `${GUIDE}/gateway-inbound-auth.html`,
  },
  {
    id: 'issuer',
    what: 'Cognito user pool',
    state: 'approximated',
    note: 'client credentials, authorization code with S256, refresh tokens with the rotation of the template, revocation, discovery and key set; a new key at every start. People of a list log in without a password; no userInfo and no logout, and a refresh token that is used again after its grace period does not end the login. It advertises PKCE, which Cognito supports and does not advertise',
    source: 'https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html',
  },
  {
    id: 'foreign-issuer',
    what: 'identity providers other than a user pool of the app',
    state: 'approximated',
    note: 'a local issuer stands in for the provider; mintToken makes its tokens. With the option issuer a provider that runs by itself is asked for its keys',
  },
  {
    id: 'protocol',
    what: 'MCP revisions of the template, 2026-07-28 included',
    state: 'modelled',
    note: 'the official SDK behind an edge; a missing version header means 2025-03-26, and -32020 where the body names its revision',
    source: `${GUIDE}/gateway-using.html`,
  },
  {
    id: 'batches',
    what: 'JSON-RPC batches of 2025-03-26',
    state: 'absent',
    note: 'always refused with 400',
    source: 'https://modelcontextprotocol.io/specification/2025-03-26/basic/transports',
  },
  {
    id: 'sessions',
    what: 'MCP sessions',
    state: 'modelled',
    note: 'one for each initialize, of its caller, with the absolute timeout of the template; 400 without and 404 with another one. Not ended by DELETE',
    source: `${GUIDE}/gateway-using.html`,
  },
  {
    id: 'streaming',
    what: 'streamed answers',
    state: 'absent',
    note: 'said at start when the template asks for them. An answer is one JSON body, which the RESPONSE interceptor gets; events that an MCP server sends beside its result end here',
    source: `${GUIDE}/gateway-using.html`,
  },
  {
    id: 'pagination',
    what: 'pages of tools/list',
    state: 'absent',
    note: 'all tools come at once',
    source: `${GUIDE}/gateway-using.html`,
  },
  {
    id: 'search',
    what: 'semantic search tool',
    state: 'approximated',
    note: 'listed first and found by words, not by meaning; policies are asked neither about the tool nor about what it finds. Whether the service needs a permit for it is not documented',
    source: `${GUIDE}/gateway-using.html`,
  },
  {
    id: 'policy-decision',
    what: 'Cedar decisions in ENFORCE and LOG_ONLY, of gateway and policy',
    state: 'modelled',
    note: 'the Cedar engine of the same vendor, schema from the tools, request validation on every call; an error denies',
    source: `${GUIDE}/policy-enforcement-modes.html`,
  },
  {
    id: 'policy-list',
    what: 'tools/list by partial evaluation',
    state: 'modelled',
    note: 'a tool is shown when some arguments could be permitted',
    source: `${GUIDE}/policy-enforcement-modes.html`,
  },
  {
    id: 'policy-validation',
    what: 'validation of policies',
    state: 'approximated',
    note: 'strict Cedar validation at start; a policy that fails is reported and permits nothing. The semantic findings of the service (overly permissive, overly restrictive) are not computed',
    source: `${GUIDE}/use-gateway-with-policy.html`,
  },
  {
    id: 'policy-numbers',
    what: 'numbers in policies',
    state: 'approximated',
    note: 'numbers that Cedar cannot hold exactly (more than four decimals, unsafe integers) are denied; the service is not documented there',
  },
  {
    id: 'order',
    what: 'unknown tool, then policy, then arguments, then target',
    state: 'modelled',
    note: 'a caller that could never be permitted learns nothing about the arguments',
  },
  {
    id: 'unknown-arguments',
    what: 'arguments that the schema does not name',
    state: 'approximated',
    note: 'policies do not see them, the function gets them; the service is not documented there',
  },
  {
    id: 'interceptors',
    what: 'interceptors',
    state: 'approximated',
    note: 'REQUEST before tool lookup and policy, RESPONSE also after a short circuit, for every method; answers are read as strictly as the strictest gateway that was observed. Whatever fails ends the request with 500; interceptorTimeout: pass lets a time limit pass, as was seen elsewhere. A header that a REQUEST interceptor returns stands in place of the one of the client, where the target lists it. Its Authorization, which the service puts in place of the credential of the target, goes nowhere, which is said at start; headers of a RESPONSE interceptor have no effect',
    source: `${GUIDE}/gateway-interceptors-types.html`,
  },
  {
    id: 'limits',
    what: 'gateway rules, web ACLs, resource policies of gateways',
    state: 'absent',
    note: 'said at start',
  },
  {
    id: 'rate-limits',
    what: 'rate limits',
    state: 'approximated',
    note: 'calls of tools are counted exactly, and only with rateLimits, else it is said at start; the service counts eventually and lets calls through when in doubt. The status 429 is that of its other endpoints',
    source: `${GUIDE}/gateway-rate-limits.html`,
  },
  {
    id: 'outbound-role',
    what: 'the gateway role: trust policy, lambda:InvokeFunction, policy engine actions',
    state: 'modelled',
    note: 'evaluated for the exact ARNs at every call, GetPolicyEngine included, without which the service would not create the gateway',
    source: `${GUIDE}/gateway-prerequisites-permissions.html`,
  },
  {
    id: 'outbound-identity',
    what: 'identity actions of the gateway role: workload token, OAuth token, API key, secret, key, identity token',
    state: 'modelled',
    note: 'each is evaluated for directory, workload identity, vault and provider before a target is called; a secret with a key of its own needs kms:Decrypt, a signed assertion kms:Sign',
    source: `${GUIDE}/gateway-prerequisites-permissions.html`,
  },
  {
    id: 'outbound-providers',
    what: 'API keys, client credentials and on-behalf-of exchange (RFC 8693, RFC 7523)',
    state: 'approximated',
    note: 'real requests to the token endpoint of the template or of the options; values come from a local vault, a signing key there stands in for KMS. No consent (authorization code) and no signed requests (SigV4): such targets are said at start',
    source: `${GUIDE}/gateway-outbound-auth.html`,
  },
  {
    id: 'tool-identity',
    what: 'AgentCore Identity for tools that call APIs themselves',
    state: 'approximated',
    note: 'workload token, API key, client credentials and on-behalf-of exchange, judged against the role of the tool; no consent of users. A workload token is good until the stop',
    source: `${GUIDE}/get-workload-access-token.html`,
  },
  {
    id: 'remote-targets',
    what: 'OpenAPI, MCP server and API Gateway targets',
    state: 'approximated',
    note: 'called only if their host is named; each path parameter is one segment; redirects to another host are not followed; the name of a real host is resolved once for each request, and an internal address is refused; an answer that is no success becomes an error without its text, unless the gateway is in DEBUG. A stage that wants the gateway role is judged by IAM, but its request is not signed. Arguments are checked against the whole schema of the target',
    source: `${GUIDE}/gateway-supported-targets.html`,
  },
  {
    id: 'mcp-tools',
    what: 'tools of an MCP server',
    state: 'modelled',
    note: 'those that the template pins. With live listing the server is asked at every tools/list, and a tool that the app does not expect is not offered',
    source: `${GUIDE}/gateway-target-MCPservers.html`,
  },
  {
    id: 'other-targets',
    what: 'Smithy models, other AgentCore gateways and runtimes, HTTP targets, connectors',
    state: 'absent',
    note: 'said at start',
    source: `${GUIDE}/gateway-supported-targets.html`,
  },
  {
    id: 'propagation',
    what: 'headers and query parameters that a target lets through',
    state: 'modelled',
    note: 'those of the list, but never one that the service denies; the credential of the target wins',
    source: `${GUIDE}/gateway-headers.html`,
  },
  {
    id: 'lambda-event',
    what: 'event and client context of a Lambda target, wrapping of its result',
    state: 'modelled',
    note: 'event and context as documented, propagated headers included',
    source: `${GUIDE}/gateway-add-target-lambda.html`,
  },
  {
    id: 'lambda-runtime',
    what: 'Lambda',
    state: 'approximated',
    note: 'Node.js only, in the Node.js that runs the local gateway whatever the template says; own process and environment, timeout and concurrency of the template, memory as a heap limit. No layers, containers or VPC, and no sandbox: the code runs as you. Tried on Linux',
    source: `${LAMBDA}/runtimes-api.html`,
  },
  {
    id: 'iam',
    what: 'the role of a tool: identity policies, boundary, resource policies',
    state: 'modelled',
    note: 'each call is bound to its tool by verifying its SigV4 signature, then judged before anything happens; what cannot be judged is denied',
    source: `${IAM}/reference_policies_evaluation-logic.html`,
  },
  {
    id: 'iam-missing',
    what: 'AWS managed policies, service control policies, key policies',
    state: 'absent',
    note: 'an AWS managed policy grants nothing here, and that is said at start; calls to a table do not need its KMS key',
    source: `${IAM}/reference_policies_evaluation-logic.html`,
  },
  {
    id: 'dynamodb',
    what: 'DynamoDB',
    state: 'approximated',
    note: 'the emulator dynalite, in memory: no transactions, PartiQL, streams or time to live',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html',
  },
  {
    id: 'other-services',
    what: 'other AWS services',
    state: 'absent',
    note: 'a call is judged against the role first: denied, or NotImplemented. Lambda Invoke of another function of the app and AgentCore Identity work',
  },
  {
    id: 'several-gateways',
    what: 'several gateways on one policy engine',
    state: 'approximated',
    note: 'one gateway is run, and its own tools make the schema; on the service the tools of all attached gateways do',
  },
];

/** The list as a Markdown table. */
export function renderFidelityTable(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = BEHAVIOURS.map(({ what, state, note, source }) => {
    const name = source === undefined ? cell(what) : `[${cell(what)}](${source})`;
    return `| ${name} | ${state} | ${cell(note)} |`;
  });
  return ['| behaviour of the service | here | how |', '| --- | --- | --- |', ...rows].join('\n');
}
