import { dirname } from 'node:path';
import {
  App,
  type CfnResource,
  type IPolicyValidationContext,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { NagPack } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { type Assembly, readAssembly } from '../assembly/read-assembly';
import { readJsonFile } from '../assembly/read-json-file';
import { readToolLock } from '../assembly/read-tool-lock';
import { SecureMcpError } from '../core/errors';
import { notAPath } from '../core/tool-lock';
import { TOOL_LOCK_CONTEXT } from '../protocol/template-metadata';
import {
  type Acknowledgment,
  acknowledgmentText,
  cdkAcknowledgments,
  coverage,
  isExpired,
  judgesAcknowledgments,
  metadataAcknowledgments,
  readReason,
  ruleIdOf,
} from '../rules/acknowledgment';
import { type CheckConfig, parseCheckConfig } from '../rules/check-config';
import { DEFAULT_OPTIONS, type Profile, type RuleOptions } from '../rules/options';
import { RULES } from '../rules/registry';
import { severityOf } from '../rules/rule';
import { acknowledge, type LocatedFinding, PACK_NAME, runRules, switchedOff } from '../rules/run-rules';
import { errorsOfStages } from './errors-of-stages';
import { inMemory } from './stack-in-memory';

/** What a rule is about, for reports and documentation. */
export interface RuleDescription {
  /** As findings carry it: `SecureMcp-IN01`. */
  readonly id: string;
  /** `gateway-requires-authorizer`. */
  readonly name: string;
  /** `inbound`, `outbound`, `authorization` or `least-privilege`. */
  readonly layer: string;
  /** `error` or `warning`. */
  readonly severity: string;
  /** What is wrong when the rule fires. */
  readonly summary: string;
  /** What can happen. */
  readonly explanation: string;
  /** What to change. */
  readonly fix: string;
  /** Pages the rule rests on. */
  readonly references: string[];
}

/** How much the checks ask for. */
export enum CheckProfile {
  /** Every rule that a public gateway should pass. */
  DEFAULT = 'default',
  /** Adds signed code, permissions boundaries and traces; what cannot be verified weighs as much as a violation. */
  STRICT = 'strict',
  /** Adds rules on networks to the strict ones. */
  PRIVATE = 'private',
}

/** Options of {@link FourLayerChecks}. */
export interface FourLayerChecksProps {
  /**
   * How much the checks ask for.
   *
   * @default CheckProfile.DEFAULT
   */
  readonly profile?: CheckProfile;

  /**
   * Hosts of issuers that gateways may trust, besides user pools of the app.
   *
   * @default - every public https host
   */
  readonly approvedIssuers?: string[];

  /**
   * Hosts that targets may call.
   *
   * @default - every public https host
   */
  readonly approvedHosts?: string[];

  /**
   * Accept callback URLs on localhost, for development.
   *
   * @default false
   */
  readonly allowLocalCallbacks?: boolean;

  /**
   * Path of the lock of the tools, which `npx secure-mcp lock` writes: see `SecureMcpGatewayProps.toolLock`.
   *
   * @default - the context `cdk-secure-mcp:toolLock` of the app, else tools are not compared
   */
  readonly toolLock?: string;

  /**
   * Path of a configuration in JSON, the same that `npx secure-mcp check --config` takes: options and limits of the rules,
   * severities, acknowledgments. What is given here goes before what the file says.
   *
   * @default - no file
   */
  readonly configFile?: string;

  /**
   * Ids of rules that do not run, such as `IN16`; the report names them. Prefer an acknowledgment: it has a reason.
   * An id that no rule has is an error, `CHECK_CONFIG`.
   *
   * @default - all rules of the profile run
   */
  readonly disabledRules?: string[];
}

/**
 * The four-layer model as a cdk-nag 3 pack, for any app: it needs no construct of this library.
 *
 * Register it with `Validations.of(app).addPlugins(new FourLayerChecks(app))`. Errors fail the synthesis, warnings do
 * not. The rules read the rendered templates, overrides and nested stacks included, and judge all stacks of the app
 * together. What a template does not decide is reported as a warning, never passed over. The CDK CLI shows what is found in
 * the stacks that a command selects: write `cdk synth '**'` where stacks live in stages.
 *
 * Acknowledge a finding with `Validations.of(construct).acknowledge({ id: 'SecureMcp::SecureMcp-IN01', reason: '…' })`.
 * The id without the part in brackets covers all findings of the rule below the construct. Say who and until when in the
 * reason: `SEC-1412 public docs, owner docs-team, expires 2027-03-31`. Acknowledgments in the `Metadata` of a resource, as
 * `npx secure-mcp check` takes them, and those of `configFile` count as well: what they cover is reported as a warning that
 * says why, who and until when. One that has expired covers nothing, and is a finding itself.
 *
 * @see https://github.com/cdklabs/cdk-nag
 */
export class FourLayerChecks extends NagPack {
  /** All rules of the pack. */
  public static describeRules(): RuleDescription[] {
    return RULES.map((rule) => ({
      id: `${PACK_NAME}-${rule.id}`,
      name: rule.name,
      layer: rule.layer,
      severity: severityOf(rule),
      summary: rule.summary,
      explanation: rule.explanation,
      fix: rule.fix,
      references: [...rule.references],
    }));
  }

  public readonly name = PACK_NAME;
  public override readonly ruleIds?: string[] = RULES.map((rule) => `${PACK_NAME}-${rule.id}`);
  private readonly options: RuleOptions;
  /** Of the configuration file. */
  private readonly acknowledgments: readonly Acknowledgment[];
  private readonly toolLock: string | undefined;

  public constructor(scope?: IConstruct, props: FourLayerChecksProps = {}) {
    super(scope);
    this.packName = PACK_NAME;
    const given = configOf(props);
    this.toolLock = props.toolLock ?? given.toolLock;
    this.acknowledgments = given.acknowledgments;
    this.options = {
      ...DEFAULT_OPTIONS,
      ...given.options,
      ...(props.profile && { profile: props.profile as Profile }),
      ...(props.approvedIssuers && { approvedIssuers: props.approvedIssuers }),
      ...(props.approvedHosts && { approvedHosts: props.approvedHosts }),
      ...(props.allowLocalCallbacks !== undefined && { allowLocalCallbacks: props.allowLocalCallbacks }),
      severities: { ...given.options.severities, ...disabled(props) },
    };
  }

  /** Called by the CDK when the templates are written. */
  public override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const assembly = assemblyOf(context);
    const byCdk = [...cdkAcknowledgments(assembly), ...aboveStacks(context.appConstruct)];
    return this.report(context.appConstruct, assembly, byCdk);
  }

  /** Judges a construct tree without writing it, for unit tests. The CDK applies its acknowledgments at a synthesis only. */
  public override validateScope(scope: IConstruct): PolicyValidationPluginReport {
    const stacks = scope.node.findAll().filter(Stack.isStack).map(inMemory);
    const assembly = { path: scope.node.path, stacks, unread: [] };
    return this.report(scope, assembly, []);
  }

  /** Unused: rules need the whole template, not one resource. */
  protected checkResource(_node: CfnResource): void {}

  private report(
    scope: IConstruct,
    assembly: Assembly,
    byCdk: readonly Acknowledgment[],
  ): PolicyValidationPluginReport {
    const path: unknown = this.toolLock ?? scope.node.tryGetContext(TOOL_LOCK_CONTEXT);
    if (path !== undefined && typeof path !== 'string') throw new SecureMcpError(notAPath(path));
    const lock = path === undefined ? {} : { toolLock: readToolLock(path) };
    const ours = [...metadataAcknowledgments(assembly), ...this.acknowledgments];
    const run = { options: { ...this.options, ...lock }, acknowledgments: [...byCdk, ...ours] };
    // What these acknowledge stays in the report, as a warning: the CDK knows its own acknowledgments only.
    const { open, acknowledged } = acknowledge(runRules(assembly, run), ours, this.options.today);
    const accepted = acknowledged.map(({ acknowledgment, ...finding }) => ({
      ...finding,
      severity: 'warning' as const,
      message: `${finding.message} (acknowledged: ${acknowledgmentText(acknowledgment)})`,
    }));
    const nameOf = ruleNames(byCdk, this.options.today);
    const off = switchedOff(this.options);
    return {
      ...(off.length > 0 && { metadata: { switchedOff: off.join(', ') } }),
      success: !open.some((finding) => finding.severity === 'error'),
      violations: [
        ...[...open, ...accepted].map((finding) => violation(finding, nameOf(finding))),
        ...errorsOfStages(scope, assembly, acknowledge(open, byCdk, this.options.today).open),
      ],
    };
  }
}

function configOf({ configFile }: FourLayerChecksProps): CheckConfig {
  if (configFile === undefined) return { options: {}, acknowledgments: [] };
  return parseCheckConfig(readJsonFile(configFile, 'CHECK_CONFIG'), configFile);
}

/** @throws SecureMcpError CHECK_CONFIG for an id that is none of a rule: nothing would be switched off, and nothing said */
function disabled({ disabledRules = [] }: FourLayerChecksProps): { [id: string]: 'off' } {
  const severities = Object.fromEntries(
    disabledRules.map((id) => [ruleIdOf(id).slice(PACK_NAME.length + 1), 'off'] as const),
  );
  const { options } = parseCheckConfig({ severities }, 'FourLayerChecks.disabledRules');
  return { ...(options.severities as { [id: string]: 'off' }) };
}

function assemblyOf(context: IPolicyValidationContext): Assembly {
  const { appConstruct } = context;
  const directory = App.isApp(appConstruct) ? appConstruct.outdir : dirname(context.stackTemplates[0]!.templatePath);
  return readAssembly(directory);
}

/** Acknowledgments on the app and on stages: the CDK does not write them beside the templates. */
function aboveStacks(app: IConstruct): Acknowledgment[] {
  const stacks = app.node.findAll().filter(Stack.isStack);
  const above = new Set(
    stacks.flatMap((stack) => stack.node.scopes.filter((scope) => !scope.node.scopes.some(Stack.isStack))),
  );
  return [...above].flatMap((scope) =>
    scope.node.metadata
      .filter((entry) => entry.type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap((entry) =>
        Object.entries(entry.data as { readonly [id: string]: string })
          .filter(([id]) => id.includes(`${PACK_NAME}-`))
          .map(([id, reason]) => ({
            ruleId: ruleIdOf(id),
            reason,
            scope: scope.node.path || 'app',
            ...readReason(reason),
          })),
      ),
  );
}

/**
 * The CDK compares ids as a whole and knows no expiry: a finding that a valid acknowledgment covers is reported under
 * the id that was acknowledged, and one that an expired one covers, or none may, under an id that nobody acknowledged.
 */
function ruleNames(acknowledgments: readonly Acknowledgment[], today: string): (finding: LocatedFinding) => string {
  const coveringOf = coverage(acknowledgments);
  const taken = new Set(acknowledgments.map(({ ruleId }) => ruleId));
  return (finding) => {
    const covering = coveringOf(finding);
    const valid = covering.find((each) => !isExpired(each, today));
    if (valid !== undefined) return valid.ruleId;
    let name = finding.ruleId;
    if (covering.length === 0 && !judgesAcknowledgments(name)) return name;
    const suffix = covering.length > 0 ? '[acknowledgment-expired]' : '[not-acknowledgeable]';
    while (taken.has(name)) name += suffix;
    return name;
  };
}

function violation(finding: LocatedFinding, name: string): PolicyViolation {
  const rule = RULES.find(({ id }) => finding.ruleId.startsWith(`${PACK_NAME}-${id}`));
  return {
    ruleName: name,
    // The CDK prints the construct; the text that is wrong may stand deep in a property.
    description: `${finding.message}, at ${finding.location}`,
    fix: finding.fix,
    severity: finding.severity,
    ruleMetadata: { layer: finding.layer, references: (rule?.references ?? []).join(' ') },
    violatingResources: [
      { resourceLogicalId: finding.resource, templatePath: finding.templateFile, locations: [finding.location] },
    ],
  };
}
