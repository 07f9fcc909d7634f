import type { InterceptionPoint, JsonObject } from '../../protocol/interceptor';
import type { Intercepted } from './step';

export interface AuditOutcome {
  readonly kind: 'passed' | 'refused' | 'failed';
  /** The step that refused or failed. */
  readonly step?: string;
}

/**
 * One line of JSON in the log of the function: who called what, and what became of it. No arguments, no results, no
 * headers and no token; the reason of a refusal only by the name of the step. The record of a repeated call was seen to
 * have the same `requestId`.
 */
export function auditRecord(
  point: InterceptionPoint,
  request: Intercepted,
  outcome: AuditOutcome,
  answer?: JsonObject,
): void {
  const { caller, call, message } = request;
  const record = {
    audit: 'mcp',
    point,
    requestId: request.requestId,
    gateway: request.gatewayArn,
    sourceIp: request.sourceIp,
    method: named(message.method),
    tool: named(call?.name),
    subject: caller?.subject,
    client: caller?.clientId,
    principal: request.principalArn,
    outcome: outcome.kind,
    step: outcome.step,
    answered: answer === undefined ? undefined : kindOf(answer),
  };
  console.info(withoutTokens(JSON.stringify(record)));
}

function kindOf(answer: JsonObject): string {
  const { error, result } = answer as { error?: { code?: unknown }; result?: { isError?: unknown } };
  if (error !== undefined) return `error ${Number(error.code)}`;
  return result?.isError === true ? 'tool error' : 'result';
}

/** Names come from the caller, and a log line is no place for whatever it sends. */
function named(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return /^[A-Za-z0-9_./-]{1,256}$/.test(value) ? value : 'not a name';
}

/** Whatever looks like a JSON Web Token never reaches a log. */
export function withoutTokens(text: string): string {
  return text.replace(/eyJ[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,4}/g, '[token]');
}
