import { own } from '../../assembly/cloudformation';
import { WRITTEN_AT_DEPLOYMENT } from '../../assembly/prepare-template';
import { asList, type ModelResource, type TemplateModel, within } from '../../assembly/template-model';
import { METADATA_KEY } from '../../protocol/template-metadata';
import { type Acknowledgment, isExpired, placeKey, placeKeys } from '../acknowledgment';
import { perModel } from '../per-model';
import { textsOf } from '../read';
import { defineRule, finding, undecided } from '../rule';

export const lp18 = defineRule({
  id: 'LP18',
  name: 'suppressions-visible',
  layer: 'least-privilege',
  level: 'medium',
  summary: 'Something is hidden from the checks, or was decided without a reason that lasts',
  explanation:
    'An acknowledgment without owner and end stays when nobody remembers why. A part of a template that cannot be read hides anything.',
  fix: 'Give a reason of 20 characters with ticket or owner and an expiry date, on the resource and not on the app',
  acknowledge:
    'For a macro, module or nested template that was reviewed in another way. What is said about an acknowledgment cannot be acknowledged in turn: change it.',
  references: ['https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html'],
  frameworks: {
    owaspMcp: ['02', '09'],
    owaspAgentic: ['09'],
    wellArchitected: ['SEC11-BP07'],
    nist80053: ['CM-3', 'CM-6', 'CA-7'],
  },
  example: {
    bad: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { AuthorizerType: NONE }
  Metadata: { cdk-secure-mcp: { acknowledge: [{ id: SecureMcp-IN01, reason: ok }] } }
`,
    good: `
Gateway:
  Type: AWS::BedrockAgentCore::Gateway
  Properties: { AuthorizerType: NONE }
  Metadata:
    cdk-secure-mcp:
      acknowledge: [{ id: SecureMcp-IN01, reason: "SEC-1412 public docs gateway", owner: docs-team, expires: 2099-03-31 }]
`,
  },
  *evaluate(model, { acknowledgments, options, levels }) {
    for (const acknowledgment of acknowledgments) {
      const place = placeOf(model, acknowledgment);
      if (place === undefined) continue;
      const id = acknowledgment.ruleId;
      const level = levels.get(id.replace(/^SecureMcp-/, '').replace(/\[.*$/, ''));
      const path = 'Metadata';
      if (isExpired(acknowledgment, options.today))
        yield finding(place, path, `the acknowledgment of ${id} expired on ${acknowledgment.expires}`, `expired:${id}`);
      if (acknowledgment.reason.trim() === '' && level !== 'critical')
        yield finding(place, path, `the acknowledgment of ${id} has no reason`, `reason:${id}`);
      const named = acknowledgment.owner !== undefined || /[A-Z][A-Z0-9]+-\d+/.test(acknowledgment.reason);
      if (level === 'critical' && (acknowledgment.reason.trim().length < 20 || !named)) {
        yield finding(
          place,
          path,
          `the acknowledgment of ${id} has no reason of 20 characters with a ticket or owner`,
          `reason:${id}`,
        );
      }
      if (acknowledgment.scope === 'app' && level !== 'medium')
        yield finding(place, path, `${id} is acknowledged for the whole app`, `scope:${id}`);
    }
    for (const resource of model.resources) {
      for (const weakening of asList(within(resource.metadata, METADATA_KEY, 'weakenings'))) {
        const name = within(weakening, 'weakening');
        if (name !== 'CodeAnalysis.off' && name !== 'CodeAnalysis.warn') continue;
        const what = name.endsWith('off') ? 'is not compared' : 'only warns when it does not agree';
        const detail = `the code of the tool ${what} with its declared access: ${within(weakening, 'reason')}`;
        yield finding(resource, 'Metadata', detail, name);
      }
    }
    for (const { stack, logicalId } of model.assembly.unread) {
      const resource = places(model).get(placeKey(stack, logicalId));
      if (resource !== undefined)
        yield undecided(resource, 'Properties.TemplateURL', 'the template of the nested stack is not in the assembly');
    }
    for (const stack of model.assembly.stacks) {
      const macro = asList(stack.template.Transform).find((name) => !KNOWN_TRANSFORMS.test(String(name)));
      const place = macro === undefined ? undefined : places(model).get(placeKey(stack.name, undefined));
      if (place !== undefined)
        yield undecided(place, 'Transform', `the macro ${shownMacro(macro)} writes the template anew at deployment`);
    }
    for (const resource of model.resources) {
      if (resource.type === WRITTEN_AT_DEPLOYMENT)
        yield undecided(resource, 'Type', `${resource.logicalId} writes resources at deployment`);
      else if (resource.type.endsWith('::MODULE'))
        yield undecided(resource, 'Type', `the module ${resource.type} stands for resources that are not here`);
      else if (/^(Custom::|AWS::CloudFormation::CustomResource$)/.test(resource.type) && makesGateway(resource))
        yield undecided(resource, 'Properties', 'a custom resource calls AgentCore, and what it makes is not here');
    }
  },
});

/** The resource it is about; for a whole stack or app, its first resource. */
function placeOf(model: TemplateModel, { stack, logicalId }: Acknowledgment): ModelResource | undefined {
  return places(model).get(placeKey(stack, logicalId));
}

/** The first resource that a key of a place stands for. */
const places = perModel((model) => {
  const first = new Map<string, ModelResource>();
  for (const resource of model.resources) {
    for (const key of placeKeys(resource.stack.name, resource.logicalId)) if (!first.has(key)) first.set(key, resource);
  }
  return first;
});

/** Transforms of AWS that are followed here, or write nothing that the rules are about. */
const KNOWN_TRANSFORMS = /^AWS::(Serverless-2016-10-31|LanguageExtensions|CodeDeployBlueGreen|SecretsManager-\S+)$/;

function shownMacro(macro: unknown): string {
  return String(own(macro, 'Name') ?? macro);
}

/** A call of the SDK, as the CDK's `AwsCustomResource` carries it. */
function makesGateway(resource: ModelResource): boolean {
  return textsOf(resource.properties).some(
    (text) => /bedrock-?agentcore/i.test(text) && /\b(create|update|put)/i.test(text),
  );
}
