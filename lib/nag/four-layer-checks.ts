import { dirname } from 'node:path';
import {
  App,
  type CfnResource,
  type IPolicyValidationContext,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  Stack,
} from 'aws-cdk-lib';
import { NagPack } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import type { CloudFormationTemplate } from '../assembly/cloudformation';
import { type Assembly, readAssembly, type StackTemplate } from '../assembly/read-assembly';
import { RULES } from '../rules/registry';
import { severityOf } from '../rules/rule';
import { type LocatedFinding, PACK_NAME, runRules } from '../rules/run-rules';

/** What a rule is about, for reports and documentation. */
export interface RuleDescription {
  /** As findings carry it: `SecureMcp-IN01`. */
  readonly id: string;
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

/**
 * The four-layer model as a cdk-nag 3 pack, for any app: it needs no construct of this library.
 *
 * Register it with `Validations.of(app).addPlugins(new FourLayerChecks(app))`. Errors fail the synthesis, warnings do
 * not. The rules read the rendered templates, overrides and nested stacks included, and judge all stacks of the app
 * together. What a template does not decide is reported as a warning, never passed over.
 *
 * Acknowledge a finding with `Validations.of(construct).acknowledge({ id: 'SecureMcp::SecureMcp-IN01', reason: '…' })`.
 *
 * @see https://github.com/cdklabs/cdk-nag
 */
export class FourLayerChecks extends NagPack {
  /** All rules of the pack. */
  public static describeRules(): RuleDescription[] {
    return RULES.map((rule) => ({
      id: `${PACK_NAME}-${rule.id}`,
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

  public constructor(scope?: IConstruct) {
    super(scope);
    this.packName = PACK_NAME;
  }

  /** Called by the CDK when the templates are written. */
  public override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    return report(runRules(assemblyOf(context)));
  }

  /** Judges a construct tree without writing it, for unit tests. */
  public override validateScope(scope: IConstruct): PolicyValidationPluginReport {
    const stacks = scope.node.findAll().filter(Stack.isStack).map(inMemory);
    return report(runRules({ path: scope.node.path, stacks, unread: [] }));
  }

  /** Unused: rules need the whole template, not one resource. */
  protected checkResource(_node: CfnResource): void {}
}

function assemblyOf(context: IPolicyValidationContext): Assembly {
  const { appConstruct } = context;
  const directory = App.isApp(appConstruct) ? appConstruct.outdir : dirname(context.stackTemplates[0]!.templatePath);
  return readAssembly(directory);
}

function inMemory(stack: Stack): StackTemplate {
  const rendering = stack as unknown as { _toCloudFormation(): unknown };
  const template = stack.resolve(rendering._toCloudFormation()) as CloudFormationTemplate;
  return {
    name: stack.stackName,
    templateFile: stack.templateFile,
    template: { ...template, Resources: template.Resources ?? {} },
    assets: new Map(),
  };
}

function report(findings: readonly LocatedFinding[]): PolicyValidationPluginReport {
  return {
    success: !findings.some((finding) => finding.severity === 'error'),
    violations: findings.map(violation),
  };
}

function violation(finding: LocatedFinding): PolicyViolation {
  const rule = RULES.find((candidate) => finding.ruleId.startsWith(`${PACK_NAME}-${candidate.id}`));
  return {
    ruleName: finding.ruleId,
    description: finding.message,
    fix: finding.fix,
    severity: finding.severity,
    ruleMetadata: { layer: finding.layer, references: (rule?.references ?? []).join(' ') },
    violatingResources: [
      { resourceLogicalId: finding.resource, templatePath: finding.templateFile, locations: [finding.location] },
    ],
  };
}
