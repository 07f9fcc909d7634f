/** Schema, strict validation and analysis of the policies of a gateway, and one decision of the local gateway. */
import { performance } from 'node:perf_hooks';
import { Caller, ToolArgument } from 'cdk-secure-mcp';
import { ToolPolicy } from '../lib/authorization';
import { analyzePolicies } from '../lib/core/cedar/analyze-policies';
import { validatePolicies } from '../lib/core/cedar/engine';
import { PolicySet } from '../lib/core/cedar/policy-set';
import { oauthPrincipal, toolCallRequest } from '../lib/core/cedar/request';
import { schemaFromTools } from '../lib/core/cedar/schema-from-tools';
import type { ToolInputSchema } from '../lib/core/schema/tool-schema';
import { type Figure, median, range } from './report';

const COUNTS = [100, 300, 1000];
const RUNS = 3;
const GATEWAY = 'arn:aws:bedrock-agentcore:eu-west-1:123456789012:gateway/many-abcdefghij';
const INPUT: ToolInputSchema = {
  type: 'object',
  properties: {
    orderId: { type: 'string' },
    amount: { type: 'number' },
    reason: { type: 'string' },
    lines: {
      type: 'array',
      items: { type: 'object', properties: { sku: { type: 'string' }, n: { type: 'integer' } } },
    },
  },
  required: ['orderId', 'amount'],
};

export function policies(): Figure[] {
  const seconds = new Map<string, number[]>();
  const measure = <T>(what: string, action: () => T): T => {
    const start = performance.now();
    const result = action();
    seconds.set(what, [...(seconds.get(what) ?? []), (performance.now() - start) / 1000]);
    return result;
  };
  gateway(10, 'warm', (_what, action) => action());
  for (const count of COUNTS) {
    for (let run = 0; run < RUNS; run++) gateway(count, `run-${run}`, measure);
  }
  const figures = [...seconds].map(([name, all]) => ({ name, value: range(all) }));
  const of = (count: number) => median(seconds.get(validated(count))!);
  const ratio = of(1000) / of(100);
  return [...figures, { name: '10 times the tools and policies cost validation', value: `${ratio.toFixed(1)} times` }];
}

const validated = (count: number) => `${count} tools, ${count} policies: schema and strict validation`;

type Measure = <T>(what: string, action: () => T) => T;

function gateway(count: number, agent: string, measure: Measure): void {
  const { tools, texts } = made(count, agent);
  const found = measure(validated(count), () => validatePolicies(texts, schemaFromTools(tools)));
  const principal = oauthPrincipal({ sub: agent, client_id: agent, scope: 'many/t0' })!;
  const callers = [{ name: 'a', principal, scopes: tools.map(({ scope }) => scope) }];
  const judged = measure(`${count} tools, ${count} policies: analysis`, () =>
    analyzePolicies({ gatewayArn: GATEWAY, tools, policies: texts, callers }),
  );
  const set = new PolicySet(texts, schemaFromTools(tools));
  const call = toolCallRequest({
    principal,
    gatewayArn: GATEWAY,
    qualifiedName: 't0___t0',
    inputSchema: INPUT,
    arguments: { orderId: 'o', amount: 5 },
    now: new Date('2026-11-24T00:00:00Z'),
  });
  if (!call.ok) throw new Error(call.reason);
  const { request } = call;
  const first = set.decide(request);
  const many = 1000;
  measure(`${count} policies: ${many} decisions`, () => {
    for (let index = 0; index < many; index++) set.decide(request);
  });
  if (found.length > 0 || judged.some(({ kind }) => kind !== 'quota') || first.decision !== 'allow')
    throw new Error(JSON.stringify([found[0], judged[0], first]));
}

/** Each run has texts of its own: what is parsed is kept. */
function made(count: number, agent: string) {
  const tools = Array.from({ length: count }, (_, index) => {
    const name = `t${index}`;
    return { target: name, name, inputSchema: INPUT, scope: `many/${name}`, at: `Many/${name}` };
  });
  const texts = tools.map((tool) => {
    const policy = new ToolPolicy(tool);
    policy.permit(Caller.agent(agent, agent), [ToolArgument.named('amount').between(0.01, 500)]);
    return { id: tool.name, text: policy.renderPermit(GATEWAY)!.text };
  });
  return { tools, texts };
}
