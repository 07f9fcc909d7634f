import { isObject, own } from '../../assembly/cloudformation';
import { isUnknown } from '../../assembly/resolve';
import { asList } from '../../assembly/template-model';
import { resolvePointer } from '../../core/schema/inline-schema';
import { keepsToSegment } from '../../core/schema/segment-pattern';
import { targetKind } from '../gateways';
import { isPowerHeader } from '../headers';
import { at } from '../read';
import { defineRule, finding, undecided } from '../rule';
import { documentOf, parsedJson } from '../tools';
import { TARGET } from '../types';

export const out12 = defineRule({
  id: 'OUT12',
  name: 'openapi-closed-operations',
  layer: 'outbound',
  level: 'medium',
  summary: 'An OpenAPI operation takes more than it needs',
  explanation:
    'A path parameter without a pattern takes "../admin"; a body with additional properties takes fields that nobody meant to expose.',
  fix: 'Give each path parameter a pattern, enum or maxLength that excludes "/" and "..", close request bodies, and keep the document free of external $ref',
  acknowledge: 'When the API behind rejects such values itself; name the test.',
  limits:
    'Read from an inline JSON document only; a document in S3 or YAML is undecided, and so is an external $ref in it.',
  references: [
    'https://modelcontextprotocol.io/specification/2026-07-28/server/tools',
    'https://owasp.org/www-project-mcp-top-10/',
  ],
  frameworks: {
    owaspMcp: ['05'],
    owaspAgentic: ['02', '05'],
    wellArchitected: ['AGENTSEC08', 'AGENTSEC02'],
    nist80053: ['SI-10', 'SC-7'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    TargetConfiguration:
      Mcp:
        OpenApiSchema:
          InlinePayload: '{"paths":{"/orders/{id}":{"get":{"operationId":"getOrder","parameters":[{"in":"path","name":"id","schema":{"type":"string"}}]}}}}'
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    TargetConfiguration:
      Mcp:
        OpenApiSchema:
          InlinePayload: '{"paths":{"/orders/{id}":{"get":{"operationId":"getOrder","parameters":[{"in":"path","name":"id","schema":{"type":"string","pattern":"^[A-Za-z0-9-]{1,36}$"}}]}}}}'
`,
  },
  *evaluate(model, { options }) {
    for (const target of model.ofType(TARGET)) {
      if (targetKind(target) !== 'OpenApiSchema') continue;
      const path = 'Properties.TargetConfiguration.Mcp.OpenApiSchema';
      const [payload, place] = documentOf(target, at(target, 'TargetConfiguration.Mcp.OpenApiSchema'), path);
      const document = parsedJson(payload);
      if (document === undefined) {
        yield undecided(target, path, isUnknown(payload) ? payload : 'the document is not JSON in the assembly');
        continue;
      }
      for (const reference of externalReferences(document, '')) {
        const detail = 'a $ref points to another document';
        // Whoever answers there decides what the tools are, after every review.
        yield { ...finding(target, `${place}${reference}`, detail, detail), severity: 'error' };
      }
      for (const problem of documentProblems(document, options.maxToolsPerTarget)) {
        yield finding(target, place, problem, problem);
      }
    }
  },
});

const WRITING = ['post', 'put', 'patch', 'delete'];

function* documentProblems(document: unknown, maxOperations: number): Iterable<string> {
  const ids = new Set<string>();
  let operations = 0;
  for (const [route, item] of Object.entries((own(document, 'paths') ?? {}) as object)) {
    const shared = asList(own(item, 'parameters'));
    for (const method of ['get', 'head', 'options', ...WRITING]) {
      const operation = own(item, method);
      if (!isObject(operation)) continue;
      operations++;
      const name = `${method.toUpperCase()} ${route}`;
      const id = own(operation, 'operationId');
      if (typeof id !== 'string' || !/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(id))
        yield `${name} has no usable operationId`;
      else if (ids.has(id)) yield `${name} repeats the operationId ${id}`;
      else ids.add(id);
      for (const parameter of [...shared, ...asList(own(operation, 'parameters'))])
        yield* parameterProblems(name, referred(document, parameter), document);
      const body = own(operation, 'requestBody');
      if (WRITING.includes(method) && JSON.stringify(body ?? null).includes('"additionalProperties":true'))
        yield `${name} takes additional properties`;
    }
  }
  if (operations > maxOperations) yield `the document has ${operations} operations, more than ${maxOperations}`;
}

function* externalReferences(value: unknown, path: string): Iterable<string> {
  if (typeof value !== 'object' || value === null || isUnknown(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' && typeof item === 'string' && !item.startsWith('#')) yield `${path}.$ref`;
    else yield* externalReferences(item, `${path}.${key}`);
  }
}

/** What a reference within the document names. */
function referred(document: unknown, value: unknown): unknown {
  const reference = own(value, '$ref');
  return typeof reference === 'string' && reference.startsWith('#/') ? resolvePointer(document, reference) : value;
}

function* parameterProblems(operation: string, parameter: unknown, document: unknown): Iterable<string> {
  if (own(parameter, 'in') === undefined) {
    yield `${operation} has a parameter that cannot be read, so what it takes is not known`;
    return;
  }
  const name = String(own(parameter, 'name'));
  if (own(parameter, 'in') === 'header' && isPowerHeader(name)) yield `${operation} takes the header ${name}`;
  if (own(parameter, 'in') !== 'path') return;
  const schema = referred(document, own(parameter, 'schema'));
  const type = own(schema, 'type');
  if (type === 'integer' || type === 'number' || type === 'boolean' || own(schema, 'enum') !== undefined) return;
  const pattern = own(schema, 'pattern');
  if (typeof pattern !== 'string') yield `${operation} takes any text as ${name}`;
  else if (!keepsToSegment(pattern))
    yield `${operation} has a pattern for ${name} that is not proven to keep out "/", "..", "%", "\\", "?" and "#"`;
}
