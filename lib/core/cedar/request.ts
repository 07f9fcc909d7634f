import { CEDAR_ENTITY } from '../../protocol/cedar-entities';
import { shown } from '../errors';
import { isPlainObject } from '../schema/json';
import { isRequired, type ToolInputSchema } from '../schema/tool-schema';

/** Cedar's JSON form of a value; `__extn` objects are extension values such as decimals. */
export type CedarValue = boolean | number | string | CedarValue[] | { [key: string]: CedarValue };

export interface CedarPrincipal {
  readonly type: string;
  readonly id: string;
  readonly attributes: { readonly [name: string]: string };
  readonly tags?: { readonly [name: string]: string };
}

/** A question without arguments: may this caller see the tool at all. */
export interface CedarListRequest {
  readonly principal: CedarPrincipal;
  /** `<target>___<tool>` */
  readonly action: string;
  readonly gatewayArn: string;
  readonly now: Date;
}

export interface CedarRequest extends CedarListRequest {
  /** The arguments as Cedar values; make them with `toolCallRequest`, never from raw JSON. */
  readonly input: { readonly [name: string]: CedarValue };
}

export interface ToolCall {
  readonly principal: CedarPrincipal;
  readonly gatewayArn: string;
  readonly qualifiedName: string;
  readonly inputSchema: ToolInputSchema;
  readonly arguments: unknown;
  readonly now: Date;
}

export type ToolCallRequest =
  | { readonly ok: true; readonly request: CedarRequest }
  | { readonly ok: false; readonly reason: string };

/**
 * A caller with a verified JWT: id = `sub`, every claim a tag. Claims that are not strings become their JSON text,
 * which is how the service renders arrays; for other types the service is not documented.
 *
 * `undefined` for a token without `sub`, which identifies nobody.
 */
export function oauthPrincipal(claims: { readonly [name: string]: unknown }): CedarPrincipal | undefined {
  const id = claims.sub;
  if (typeof id !== 'string' || id === '') return undefined;
  const tags = Object.fromEntries(
    Object.entries(claims).flatMap(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
  return { type: CEDAR_ENTITY.oauthUser, id, attributes: { id }, tags };
}

/** Of somebody who logs in to an agent the client and the scopes are known, and not whose token it is. */
export function withoutSubject({ tags, ...principal }: CedarPrincipal): CedarPrincipal {
  return { ...principal, tags: Object.fromEntries(Object.entries(tags ?? {}).filter(([claim]) => claim !== 'sub')) };
}

/**
 * A SigV4 caller. The session name of an assumed role is left out, as documented:
 * https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy-schema-constraints.html
 */
export function iamPrincipal(arn: string): CedarPrincipal {
  const id = arn.replace(/^(arn:[^:]+:sts::\d*:assumed-role\/[^/]+)\/.*$/s, '$1');
  return { type: CEDAR_ENTITY.iamEntity, id, attributes: { id } };
}

/** The caller of a gateway without authorizer. */
export function unauthenticatedPrincipal(): CedarPrincipal {
  return { type: CEDAR_ENTITY.unauthenticatedUser, id: 'anonymous', attributes: {} };
}

/**
 * Turns the arguments of a call into Cedar values along the schema of the tool. What does not fit is refused, never
 * converted or rounded: the value that is judged has to be the value the tool gets. Arguments that the schema does not
 * name are left out, so no policy can take them for true.
 */
export function toolCallRequest(call: ToolCall): ToolCallRequest {
  try {
    const given = call.arguments ?? {};
    const input = toCedarValue(given, { ...call.inputSchema, type: 'object' }, '') as CedarRequest['input'];
    const { principal, gatewayArn, now } = call;
    return { ok: true, request: { principal, gatewayArn, now, action: call.qualifiedName, input } };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.message };
    throw error;
  }
}

class Refused extends Error {
  public constructor(path: string, expected: string, value: unknown) {
    const name = path === '' ? 'the arguments' : `argument '${path}'`;
    super(`${name} must be ${expected}, got ${shown(value)}`);
  }
}

function toCedarValue(value: unknown, schema: ToolInputSchema, path: string): CedarValue {
  switch (schema.type) {
    case 'string':
      // Half a surrogate pair would be replaced on the way into Cedar, and another text judged than the tool gets.
      if (typeof value !== 'string' || /\p{Surrogate}/u.test(value)) throw new Refused(path, 'text', value);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw new Refused(path, 'true or false', value);
      return value;
    case 'integer':
      if (!Number.isSafeInteger(value)) throw new Refused(path, 'an integer of at most 2^53', value);
      return (value as number) + 0; // no -0
    case 'number':
      return toDecimal(value, path);
    case 'array':
      if (!Array.isArray(value)) throw new Refused(path, 'a list', value);
      return value.map((item, index) => toCedarValue(item, schema.items ?? { type: 'object' }, `${path}[${index}]`));
    case 'object':
      return toRecord(value, schema, path);
  }
}

function toRecord(value: unknown, schema: ToolInputSchema, path: string): CedarValue {
  if (!isPlainObject(value)) throw new Refused(path, 'an object', value);
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (Object.hasOwn(value, name)) return [[name, toCedarValue(value[name], property, at)] as const];
    if (isRequired(schema, name)) throw new Refused(at, 'given', undefined);
    return [];
  });
  return Object.fromEntries(entries);
}

/** Cedar's decimal: four digits after the point, about +-9.2e14 before it. */
function toDecimal(value: unknown, path: string): CedarValue {
  const expected = 'a number with at most 4 decimal places';
  if (typeof value !== 'number') throw new Refused(path, expected, value);
  const text = decimalText(value);
  if (text === undefined) throw new Refused(path, expected, value);
  return { __extn: { fn: 'decimal', arg: text } };
}

const DECIMAL_LIMIT = 922_337_203_685_477;

/** The decimal literal that is exactly this number, or `undefined` when Cedar has none. */
export function decimalText(value: number): string | undefined {
  if (!Number.isFinite(value) || Math.abs(value) > DECIMAL_LIMIT) return undefined;
  const text = String(value + 0);
  if (!/^-?\d+(\.\d{1,4})?$/.test(text)) return undefined;
  return text.includes('.') ? text : `${text}.0`;
}
