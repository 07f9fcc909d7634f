import { Annotations, Lazy, Stack } from 'aws-cdk-lib';
import { type CfnGateway, CfnPolicy, type CfnPolicyEngine } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct, Dependable, type IConstruct, type IDependable } from 'constructs';
import type { Agent } from './agent';
import {
  type AddPoliciesOptions,
  type CedarPolicies,
  checkPolicies,
  type PolicyTool,
  type PolicyTrial,
  type ToolPolicy,
} from './authorization';
import { fillPlaceholders, type PlaceholderValues, unfitWhenResolved } from './authorization/policy-placeholders';
import {
  type FilePolicy,
  mayConcern,
  type PolicySource,
  policySubject,
  readPolicyFile,
  sourcePlaces,
} from './core/cedar/policy-file';
import { formatProblem, type Problem } from './core/errors';
import { reportInputs } from './input-report';
import { policyName } from './names';
import { METADATA_KEY, type PolicyTrialMetadata } from './protocol/template-metadata';
import type { RemoteTarget } from './remote-target';
import type { RemoteTool } from './remote-tool';
import type { Tool } from './tool';
import type { TriedPolicy } from './tool-permits';
import { trialAlarm } from './trial-alarm';

export interface GatewayPoliciesProps {
  readonly gatewayName: string;
  readonly gateway: CfnGateway;
  readonly policyEngine: CfnPolicyEngine;
  readonly alarmActions: readonly IAlarmAction[];
  readonly onProblem: (problem: Problem) => void;
}

interface GatewayTool {
  readonly tool: Tool | RemoteTool;
  readonly target: Tool | RemoteTarget;
}

interface FilledFile {
  readonly source: FilePolicy;
  readonly text: string;
}

interface DeployedPolicy {
  readonly resource: CfnPolicy;
  readonly effect: 'permit' | 'forbid';
  readonly concerns: (tool: PolicyTool) => boolean;
}

/** Layer 3 of a gateway: which policies its engine gets, in which order, and what is wrong with them. */
export class GatewayPolicies extends Construct {
  private readonly tools: GatewayTool[] = [];
  private readonly files: PolicySource[] = [];
  private readonly filePolicies: FilledFile[] = [];
  private readonly triedFiles: FilledFile[] = [];
  private readonly placeholders: { readonly policy: FilePolicy; readonly values: PlaceholderValues }[] = [];
  private readonly tried: ToolPolicy[] = [];
  private readonly deployed: DeployedPolicy[] = [];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GatewayPoliciesProps,
  ) {
    super(scope, id);
  }

  /** A tool gets a permit when somebody is permitted, and a forbid when something is demanded. */
  public addTool(tool: Tool | RemoteTool, target: Tool | RemoteTarget): void {
    const { gateway } = this.props;
    const { policy } = tool._permits;
    this.tools.push({ tool, target });
    const add = (effect: 'permit' | 'forbid', id: string, description: string) => {
      const render = effect === 'permit' ? policy.renderPermit.bind(policy) : policy.renderForbid.bind(policy);
      const statement = Lazy.string({ produce: () => render(gateway.attrGatewayArn)?.text });
      const definition = { cedar: { statement } };
      const name = policyName(tool.toolName, `${tool.node.path}${effect === 'permit' ? '' : '/Forbid'}`);
      const resource = this.makePolicy(tool, id, { name, description, definition });
      this.order({ resource, effect, concerns: ({ at }) => at === policy.tool.at });
    };
    tool._permits.onFirst('permit', () =>
      add('permit', 'Policy', `Who may call ${tool.qualifiedName}, with which arguments`),
    );
    tool._permits.onFirst('forbid', () =>
      add('forbid', 'Forbid', `What every call of ${tool.qualifiedName} has to be like`),
    );
    tool._permits.onTrial((tried) => this.addTrial(tool, tried));
    if (this.filePolicies.some(({ source }) => permits(source, policy.tool))) tool._permits.demandInputs();
  }

  private addTrial(tool: Tool | RemoteTool, { policy, effect, trial }: TriedPolicy): void {
    const { gateway } = this.props;
    this.tried.push(policy);
    const id = `Trial${this.tried.length}`;
    const render = () =>
      (effect === 'permit' ? policy.renderPermit : policy.renderForbid).call(policy, gateway.attrGatewayArn)?.text;
    const props = {
      name: policyName(`${tool.toolName}-${id}`, `${tool.node.path}/${id}`),
      description: `Trial of a ${effect} of ${tool.qualifiedName} until ${trial._lastDay}`,
      definition: { cedar: { statement: Lazy.string({ produce: render }) } },
    };
    for (const problem of trial._problems(policy.writtenAt)) this.props.onProblem(problem);
    const resource = this.makePolicy(tool, id, props, trial);
    this.order({ resource, effect, concerns: ({ at }) => at === policy.tool.at });
  }

  /** Each policy of the files becomes a resource of its own. */
  public addFiles(policies: CedarPolicies, { values = {}, trial }: AddPoliciesOptions): void {
    const { gatewayName, gateway, onProblem } = this.props;
    const filled = { ...values, GATEWAY_ARN: gateway.attrGatewayArn, GATEWAY_NAME: gatewayName };
    for (const problem of policies._problems) onProblem({ ...problem, at: this.node.path });
    this.files.push(...policies._files);
    for (const written of policies._files.flatMap(readPolicyFile)) {
      const { text, problems } = fillPlaceholders(written, filled);
      const late = trial?._problems(sourcePlaces(written, written.line).join(', ')) ?? [];
      for (const problem of [...problems, ...late]) onProblem(problem);
      this.placeholders.push({ policy: written, values });
      const source = { ...written, ...policySubject(text) };
      (trial === undefined ? this.filePolicies : this.triedFiles).push({ source, text });
      const id = this.node.tryFindChild(source.id) === undefined ? source.id : `${source.id}-${this.deployed.length}`;
      const props = {
        name: policyName(source.id, `${this.node.path}/${id}`),
        description: `From ${source.file.replace(/^.*[\\/]/, '')}`.slice(0, 200),
        definition: source.dialect === undefined ? { cedar: { statement: text } } : { policy: { statement: text } },
      };
      const resource = this.makePolicy(this, id, props, trial);
      this.order({ resource, effect: source.effect, concerns: (tool) => mayConcern(source, tool) });
      for (const { tool } of this.tools) {
        if (trial === undefined && permits(source, tool._permits.policy.tool)) tool._permits.demandInputs();
      }
    }
  }

  /** All tools of the gateway, as policies see them. */
  public get policyTools(): readonly PolicyTool[] {
    return this.tools.map(({ tool }) => tool._permits.policy.tool);
  }

  /** Says which line of an input schema is enforced where. */
  public reportInputs(gateway: IConstruct, interceptorChecks: boolean): void {
    const tools = this.tools.map(({ tool }) => ({
      tool: tool._permits.policy.tool,
      handlerChecks: '_checksInput' in tool && tool._checksInput(),
    }));
    reportInputs(gateway, tools, interceptorChecks);
  }

  public findProblems(agents: readonly Agent[]): Problem[] {
    const { problems, warnings } = checkPolicies({
      tools: this.policyTools,
      policies: this.tools.map(({ tool }) => tool._permits.policy),
      files: this.files,
      filePolicies: this.filePolicies,
      trials: { policies: this.tried, filePolicies: this.triedFiles },
      gatewayArn: this.props.gateway.attrGatewayArn,
      callers: agents.flatMap((agent) => agent._analyzed ?? []),
    });
    for (const { id, problem } of warnings) {
      Annotations.of(this).addWarningV2(`cdk-secure-mcp:${id}`, formatProblem(problem));
    }
    const unfit = this.placeholders.flatMap(({ policy, values }) =>
      unfitWhenResolved(policy, values, (value) => Stack.of(this).resolve(value)),
    );
    return [...problems, ...unfit];
  }

  private makePolicy(
    scope: Construct,
    id: string,
    props: Pick<ConstructorParameters<typeof CfnPolicy>[2], 'name' | 'description' | 'definition'>,
    trial?: PolicyTrial,
  ): CfnPolicy {
    const { gateway, policyEngine, alarmActions } = this.props;
    const policy = new CfnPolicy(scope, id, {
      ...props,
      policyEngineId: policyEngine.attrPolicyEngineId,
      enforcementMode: trial === undefined ? 'ACTIVE' : 'LOG_ONLY',
      validationMode: 'FAIL_ON_ANY_FINDINGS',
    });
    policy.addResourceDependency(gateway);
    if (trial === undefined) return policy;
    const metadata: PolicyTrialMetadata = { trial: { lastDay: trial._lastDay } };
    policy.addMetadata(METADATA_KEY, metadata);
    trialAlarm({
      policy,
      policyEngineId: policyEngine.attrPolicyEngineId,
      gatewayId: gateway.attrGatewayIdentifier,
      description: `The policy ${props.name} would have changed a decision; it is tried out until ${trial._lastDay}`,
      actions: alarmActions,
    });
    return policy;
  }

  /**
   * The service validates a policy against the tools of the gateway, so it comes after the targets it names; and it refuses
   * a forbid that leaves an engine without anything it permits, so forbids come after the permits of the same tools. Which
   * these are is asked when all have been added.
   */
  private order(policy: DeployedPolicy): void {
    this.deployed.push(policy);
    policy.resource.node.addDependency(
      whenAsked(() => {
        const concerned = this.tools.filter(({ tool }) => policy.concerns(tool._permits.policy.tool));
        const targets = new Set(concerned.map(({ target }) => target._target));
        const earlier = this.deployed.filter(
          ({ effect, concerns }) =>
            effect === 'permit' &&
            policy.effect === 'forbid' &&
            concerned.some(({ tool }) => concerns(tool._permits.policy.tool)),
        );
        return [...targets, ...earlier.map(({ resource }) => resource)];
      }),
    );
  }
}

function permits(source: FilePolicy, tool: PolicyTool): boolean {
  return source.effect === 'permit' && mayConcern(source, tool);
}

function whenAsked(roots: () => IConstruct[]): IDependable {
  const dependable = {};
  Dependable.implement(dependable, {
    get dependencyRoots() {
      return roots();
    },
  });
  return dependable;
}
