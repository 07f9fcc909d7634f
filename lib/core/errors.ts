/**
 * Every error of the library has a stable code from this registry. `docs/errors.md` is generated from it.
 *
 * Shape of a message: `<what is wrong>, got <value>. <next action> [CODE] (at <construct path>)`.
 */
export const ERRORS = {
  ACCESS_INVALID: 'A declared access names nothing, or contradicts itself.',
  ACCESS_MISSING: 'The code of a tool makes a call that no declared access allows.',
  ACCESS_WILDCARD: 'A declared access holds a wildcard where one thing must be named.',
  AGENT_CLIENT: 'The client id of an external agent is not known at synthesis.',
  AGENT_DUPLICATE: 'Two agents of one gateway have the same name.',
  AGENT_KIND: 'An agent does not fit the inbound choice of its gateway.',
  AGENT_NAME: 'An agent name is not usable as an identifier.',
  AGENT_WITHOUT_PERMIT: 'An agent may call no tool, so its OAuth client would hold no scope.',
  ASSEMBLY_UNREADABLE: 'A cloud assembly or template cannot be read.',
  CALLBACK_URL: 'A callback URL is not an exact https URL or a loopback URL.',
  CALLER_INVALID: 'A caller of a permit cannot be expressed exactly in a policy.',
  CALLER_KIND: 'A caller of a permit cannot come in through the inbound choice of the gateway.',
  CEDAR_FILE: 'A file with Cedar policies cannot be read, or leaves a placeholder open.',
  CEDAR_FORMAT: 'A file with Cedar policies is not as the Cedar formatter writes it.',
  CEDAR_INVALID: 'A Cedar policy does not parse or does not match the schema of the tools.',
  CEDAR_NOT_VALIDATED: 'A policy uses a dialect of the service that no offline engine can check.',
  CHECK_CONFIG: 'The configuration of the checks cannot be used.',
  CLI_USAGE: 'The command line is not understood.',
  CONDITION_TYPE: 'A condition compares a tool argument with a value of another type.',
  CONDITION_VALUE: 'A condition compares with a value that a policy cannot hold.',
  ENDPOINT_UNSAFE: 'A URL that the gateway calls is not https to a public name.',
  ENVIRONMENT_NAME: 'The name of an environment variable is not usable or is taken.',
  ENVIRONMENT_SECRET: 'A secret stands in the environment of a function.',
  FUNCTION_OPTION: 'An option of a tool function has a value that does not work, or does not apply.',
  GATEWAY_NAME: 'A gateway name is not lower case or not accepted by the service.',
  GATEWAY_WAF: 'A web ACL cannot be made or used as asked for.',
  HANDLER_BUNDLE: 'The code of a tool handler cannot be bundled.',
  HANDLER_IMAGE: 'A container image is not named by its digest.',
  HANDLER_NOT_FOUND: 'The file of a tool handler does not exist.',
  HANDLER_RUNTIME: 'A handler runs on a runtime that is not supported.',
  INBOUND_CLAIM: 'A claim cannot be compared by the gateway with the value given.',
  INBOUND_ISSUER: 'The issuer of the tokens is not one exact https issuer.',
  INBOUND_OPEN:
    'The gateway would accept tokens that were issued for something else, or its pool has no client to let in.',
  INBOUND_SCOPE: 'A scope of an external issuer cannot be compared by the gateway, or proves nothing.',
  INTERCEPTOR_DUPLICATE: 'A gateway has two interceptors at one point.',
  INTERCEPTOR_OPTION: 'An interceptor lacks what one of its checks needs.',
  LOCAL_UNSUPPORTED: 'The local gateway cannot run what the template asks for.',
  MCP_OPTIONS: 'The gateway cannot speak MCP as asked for.',
  MCP_TOOLS_INVALID: 'The tool list of an MCP server cannot be pinned.',
  OPENAPI_INVALID: 'An OpenAPI document is not one that the gateway takes, or is unsafe to expose.',
  OUTBOUND_COMBINATION: 'A kind of target cannot use the credential.',
  OUTBOUND_OPTION: 'An option of an outbound credential is not accepted or not safe.',
  OUTBOUND_RESOURCE: 'A target would give the gateway role more than named resources.',
  POLICY_ANALYSIS:
    'A policy is valid and still not meant: too wide, without effect, open on error, or refused by the service.',
  POLICY_SIZE: 'A policy is longer than the service accepts.',
  POLICY_TEST: 'A table of policy tests is not understood.',
  POLICY_TRIAL: 'The trial of a policy has no day on which it ends.',
  POLICY_TRIAL_OVER: 'The trial of a policy has ended, and nobody has decided about it.',
  PORT_IN_USE: 'The local gateway cannot listen on the port.',
  PRIVATE_ENDPOINT: 'A private endpoint does not say what it may reach.',
  PROPAGATION_DENIED: 'A header or query parameter may not be passed on.',
  RATE_LIMIT: 'A rate limit cannot be expressed as asked for.',
  REASON_MISSING: 'A weaker choice is made without a reason.',
  SCHEMA_INVALID: 'The input schema of a tool is not valid JSON Schema for a tool.',
  SCHEMA_KEYWORD: 'The input schema of a tool uses a keyword that the service does not accept.',
  SCHEMA_SIZE: 'The rules of an input schema do not fit where they are enforced.',
  SCOPE_LIMIT: 'There are more scopes than a user pool takes for a resource server or a client.',
  SEARCH_UNFILTERED: 'The search tool would show callers tools that they may not call.',
  SECRET_PLAINTEXT: 'A secret stands in the app as plain text.',
  SECRET_REFERENCE:
    'A secret is not referenced in a way that keeps its value out of the template and that the service can follow.',
  SMITHY_INVALID: 'A Smithy model cannot be read, or has no such operation.',
  TARGET_NAME: 'A target name is not accepted by the service.',
  TARGET_TOOL_UNKNOWN: 'A target has no tool of that name.',
  TOKEN_VALIDITY: 'A token would be valid for too long or too short a time.',
  TOOL_ARGUMENT_UNKNOWN: 'A condition names an argument that the tool does not have.',
  TOOL_DUPLICATE: 'Two tools of one gateway have the same name.',
  TOOL_LOCK: 'A tool is not as the lock of the tools has it, or the lock cannot be read.',
  TOOL_NAME: 'A tool name is not accepted by the service.',
  TOOL_TIMEOUT: 'A tool may run longer than its caller waits.',
  TOOL_UNREACHABLE: 'A tool has no permit, so every call to it is denied.',
  VPC_ENDPOINTS: 'A gateway is limited to VPC endpoints, but none is given.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** One problem, in the form in which it is shown. */
export interface Problem {
  readonly code: ErrorCode;
  /** What is wrong and the value received; lower case, no period at the end. */
  readonly message: string;
  /** What to do next, a sentence without period. */
  readonly fix: string;
  /** Construct path, file position or the like. */
  readonly at?: string;
}

export function formatProblem(problem: Problem): string {
  const at = problem.at === undefined || problem.at === '' ? '' : ` (at ${problem.at})`;
  // An excerpt of a source ends with its own line.
  const message = problem.message.endsWith('\n') ? problem.message : `${problem.message}. `;
  return `${message}${problem.fix} [${problem.code}]${at}`;
}

/** The one error class of the library: carries the code and the problems it reports. */
export class SecureMcpError extends Error {
  public readonly code: ErrorCode;
  public readonly problems: readonly Problem[];

  public constructor(problems: Problem | readonly Problem[]) {
    const all = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(all.map(formatProblem).join('\n'));
    this.name = 'SecureMcpError';
    this.code = all[0]!.code;
    this.problems = all;
  }
}

/** Shows a received value in an error: JSON, cut to a readable length. Never hand it a secret or a token. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Control characters, line breaks among them, and those that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;

/** A text of somebody else in one line that a terminal and a CI log only show: it cannot erase a line or add one. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What is wrong with a text in JSON, without the piece of it that the engine quotes: it may be a secret. */
export function jsonProblem(error: unknown): string {
  return oneLine((error as Error).message.replace(/, (?:\.{3})?".*"(?:\.{3})? is not valid JSON$/s, ''));
}
