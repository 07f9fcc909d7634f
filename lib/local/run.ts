import { ConcreteAssembly } from '../assembly/concrete';
import { readAssembly } from '../assembly/read-assembly';
import type { PolicyDocument } from '../core/iam/policy-document';
import type { Decide } from './common/decision';
import type { LocalGatewayOptions } from './local-gateway';
import { RATE_LIMIT } from './mcp/rate-limits';
import { type RunnableFunction, readFunctions } from './model/functions';
import { type GatewayModel, readGateway } from './model/gateway-model';
import { reportNotSimulated } from './model/not-simulated';
import type { Report } from './model/report';
import { readResourcePolicies } from './model/resource-policies';
import { type Role, readRoles } from './model/roles';

/** One start of the local gateway: what is run, and whom to tell what. */
export interface Run {
  readonly options: LocalGatewayOptions;
  readonly assembly: ConcreteAssembly;
  readonly gateway: GatewayModel;
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Role>;
  /** By every ARN that reaches one. */
  readonly functions: ReadonlyMap<string, RunnableFunction>;
  /** By the ARN of what they guard. */
  readonly resourcePolicies: ReadonlyMap<string, PolicyDocument>;
  readonly decide: Decide;
  readonly report: Report;
  /** What ends with the gateway, the last one first. */
  readonly closers: (() => Promise<void>)[];
}

/** Reads what is run. Throws `ASSEMBLY_UNREADABLE`, `LOCAL_UNSUPPORTED`. */
export function readRun(options: LocalGatewayOptions, decide: Decide, report: Report): Run {
  const assembly = new ConcreteAssembly(
    typeof options.assembly === 'string' ? readAssembly(options.assembly) : options.assembly,
  );
  const gateway = readGateway(assembly, options.gateway, report);
  const roles = readRoles(assembly);
  const functions = readFunctions(assembly, roles, report);
  const resourcePolicies = readResourcePolicies(assembly);
  reportNotSimulated(assembly, gateway, functions, report, options.rateLimits === true ? [RATE_LIMIT] : []);
  return { options, assembly, gateway, roles, functions, resourcePolicies, decide, report, closers: [] };
}
