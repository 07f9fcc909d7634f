/** Schema, strict validation and analysis of the policies of a gateway, and layer 3 of the local gateway for one call. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { App } from 'aws-cdk-lib';
import { Caller, ToolArgument } from 'cdk-secure-mcp';
import { build } from '../examples/quickstart/app';
import { ConcreteAssembly } from '../lib/assembly/concrete';
import { readAssembly } from '../lib/assembly/read-assembly';
import { ToolPolicy } from '../lib/authorization';
import { analyzePolicies } from '../lib/core/cedar/analyze-policies';
import { validatePolicies } from '../lib/core/cedar/engine';
import { oauthPrincipal } from '../lib/core/cedar/request';
import { schemaFromTools } from '../lib/core/cedar/schema-from-tools';
import type { ToolInputSchema } from '../lib/core/schema/tool-schema';
import { PolicyAuthorization } from '../lib/local/authorization/authorization';
import { DecisionLog } from '../lib/local/common/decision';
import { readGateway } from '../lib/local/model/gateway-model';
import { readResourcePolicies } from '../lib/local/model/resource-policies';
import { readRoles } from '../lib/local/model/roles';
import { CallerClaims } from '../lib/local/outbound/caller-claims';
import { OutboundIdentity } from '../lib/local/outbound/outbound-identity';
import { type Figure, median, range } from './report';

const COUNTS = [100, 300, 1000];
const LARGEST = Math.max(...COUNTS);
const RUNS = 3;
/** Seconds that the figures of the largest gateway must stay below. */
const LIMITS = { validation: 5, calls: 1 };
const CALLS = 1000;
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
  for (const [name, limit] of [
    [validated(LARGEST), LIMITS.validation],
    [judged(LARGEST), LIMITS.calls],
  ] as const) {
    const middle = median(seconds.get(name)!);
    if (middle >= limit) throw new Error(`${name}: the median is ${middle.toFixed(2)} s`);
  }
  const figures = [...seconds].map(([name, all]) => ({ name, value: range(all) }));
  const of = (count: number) => median(seconds.get(validated(count))!);
  const ratio = of(1000) / of(100);
  return [...figures, { name: '10 times the tools and policies cost validation', value: `${ratio.toFixed(1)} times` }];
}

const validated = (count: number) =>
  `${count} tools, ${count} policies: schema and strict validation${limit(count, 'validation')}`;

const judged = (count: number) =>
  `${count} policies: ${CALLS} calls, each judged by schema, role of the gateway and Cedar${limit(count, 'calls')}`;

function limit(count: number, what: keyof typeof LIMITS): string {
  return count === LARGEST ? `; has to stay below ${LIMITS[what]} s` : '';
}

type Measure = <T>(what: string, action: () => T) => T;

function gateway(count: number, agent: string, measure: Measure): void {
  const { model, outbound } = quickstart();
  const { tools, texts } = made(count, agent, model.arn);
  const found = measure(validated(count), () => validatePolicies(texts, schemaFromTools(tools)));
  const principal = oauthPrincipal({ sub: agent, client_id: agent, scope: 'many/t0' })!;
  const callers = [{ name: 'a', principal, scopes: tools.map(({ scope }) => scope) }];
  const analyzed = measure(`${count} tools, ${count} policies: analysis`, () =>
    analyzePolicies({ gatewayArn: model.arn, tools, policies: texts, callers, today: '2026-11-24' }),
  );
  const [tool] = tools;
  const policyEngine = { ...model.policyEngine!, policies: texts.map((policy) => ({ ...policy, active: true })) };
  const many = { ...model, policyEngine, tools: new Map(tools.map((each) => [each.qualifiedName, each])) };
  const authorization = new PolicyAuthorization(many, outbound, new DecisionLog().add, (problem) => {
    throw new Error(problem);
  });
  const call = (amount: number) =>
    authorization.authorize({ principal, name: agent }, tool!, { orderId: 'o', amount }).kind;
  const decided = [call(5), call(501)].join();
  measure(judged(count), () => {
    for (let index = 0; index < CALLS; index++) call(5);
  });
  if (found.length > 0 || analyzed.some(({ kind }) => kind !== 'quota') || decided !== 'allow,deny')
    throw new Error(JSON.stringify([found[0], analyzed[0], decided]));
}

let read: ReturnType<typeof readQuickstart> | undefined;
/** The gateway of the quickstart and its role, as the local gateway reads them. */
function quickstart() {
  read ??= readQuickstart();
  return read;
}

function readQuickstart() {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'bench-policies-')) });
  build(app);
  const assembly = new ConcreteAssembly(readAssembly(app.synth().directory));
  const model = readGateway(assembly, undefined, () => undefined);
  const role = readRoles(assembly).get(model.roleArn);
  return {
    model,
    outbound: new OutboundIdentity(model, role, readResourcePolicies(assembly), new CallerClaims(model)),
  };
}

/** Each run has texts of its own: what is parsed is kept. */
function made(count: number, agent: string, gatewayArn: string) {
  const tools = Array.from({ length: count }, (_, index) => {
    const name = `t${index}`;
    const propagation = { requestHeaders: [], queryParameters: [], responseHeaders: [] };
    const backend = { kind: 'function', lambdaArn: '', propagation } as const;
    const names = { target: name, targetId: name, name, qualifiedName: `${name}___${name}`, description: name };
    return { ...names, backend, inputSchema: INPUT, scope: `many/${name}`, at: `Many/${name}` };
  });
  const texts = tools.map((tool) => {
    const policy = new ToolPolicy(tool);
    policy.permit(Caller.agent(agent, agent), [ToolArgument.named('amount').between(0.01, 500)]);
    return { id: tool.name, text: policy.renderPermit(gatewayArn)!.text };
  });
  return { tools, texts };
}
