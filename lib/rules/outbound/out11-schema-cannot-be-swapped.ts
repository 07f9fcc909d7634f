import { isUnknown, type Unknown } from '../../assembly/resolve';
import { type ModelResource, type TemplateModel, within } from '../../assembly/template-model';
import { groupedBy } from '../../core/grouped-by';
import { perModel } from '../per-model';
import { at, isTrue, textsOf } from '../read';
import { allows, runtimeRoles } from '../roles';
import { defineRule, finding, type Outcome, undecided } from '../rule';
import { BUCKET, BUCKET_POLICY, TARGET } from '../types';

export const out11 = defineRule({
  id: 'OUT11',
  name: 'schema-cannot-be-swapped',
  layer: 'outbound',
  level: 'high',
  summary: 'Somebody else can replace the document that defines the tools',
  explanation: 'Whoever can write the object, or register the bucket name, rewrites the tools and their descriptions.',
  fix: 'Keep the schema inline or in a CDK asset, and set BucketOwnerAccountId; version the bucket, block public access and require TLS',
  acknowledge: 'When the bucket belongs to another team of yours with the same protections.',
  references: ['https://owasp.org/www-project-mcp-top-10/'],
  frameworks: {
    owaspMcp: ['03', '04'],
    owaspAgentic: ['04'],
    wellArchitected: ['SEC06-BP04', 'SEC03-BP07'],
    nist80053: ['SI-7', 'CM-5', 'SR-4'],
  },
  example: {
    bad: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties: { TargetConfiguration: { Mcp: { OpenApiSchema: { S3: { Uri: "s3://shared-specs/crm.yaml" } } } } }
`,
    good: `
Target:
  Type: AWS::BedrockAgentCore::GatewayTarget
  Properties:
    TargetConfiguration:
      Mcp:
        OpenApiSchema:
          S3:
            Uri: !Sub s3://cdk-assets-\${AWS::AccountId}/7c211433f02071597741e6ff5a8ea34789abbf43d0c0a1b2c3d4e5f60718293a.json
            BucketOwnerAccountId: !Ref AWS::AccountId
`,
  },
  *evaluate(model) {
    for (const target of model.ofType(TARGET)) {
      for (const path of SCHEMAS) {
        const location = at(target, `TargetConfiguration.${path}.S3`);
        if (location === undefined) continue;
        const here = `Properties.TargetConfiguration.${path}.S3`;
        const uri = within(location, 'Uri');
        if (isUnknown(location) || isUnknown(uri)) {
          yield undecided(target, here, (isUnknown(location) ? location : uri) as Unknown);
          continue;
        }
        if (within(location, 'BucketOwnerAccountId') === undefined)
          yield finding(target, here, 'BucketOwnerAccountId is not set', 'owner');
        const bucket = model.referenced(/^s3:\/\/(\$\{[^${}]+\})\//.exec(String(uri))?.[1]);
        if (bucket?.type === BUCKET) yield* bucketProblems(model, target, here, bucket);
        else if (!/\/[0-9a-f]{64}(\.\w+)?$/.test(String(uri))) {
          yield undecided(target, here, 'the bucket is not in the assembly, and the key is no content hash');
        }
      }
    }
  },
});

const SCHEMAS = ['Mcp.OpenApiSchema', 'Mcp.SmithyModel', 'Mcp.Lambda.ToolSchema', 'Mcp.McpServer.McpToolSchema'];

function* bucketProblems(
  model: TemplateModel,
  target: ModelResource,
  path: string,
  bucket: ModelResource,
): Iterable<Outcome> {
  const problems: string[] = [];
  if (at(bucket, 'VersioningConfiguration.Status') !== 'Enabled') problems.push('is not versioned');
  const block = at(bucket, 'PublicAccessBlockConfiguration');
  const closed = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].every((name) =>
    isTrue(within(block, name)),
  );
  if (!closed) problems.push('does not block public access');
  const tls = (policiesByBucket(model).get(bucket) ?? []).some((policy) =>
    textsOf(at(policy, 'PolicyDocument')).some((text) => text.toLowerCase() === 'aws:securetransport'),
  );
  if (!tls) problems.push('accepts connections without TLS');
  if (writtenByCode(model).has(bucket)) problems.push('can be written by a role of running code');
  for (const problem of problems) yield finding(target, path, `the bucket ${bucket.logicalId} ${problem}`, problem);
}

const policiesByBucket = perModel((model) =>
  groupedBy(model.ofType(BUCKET_POLICY), (policy) => model.referenced(at(policy, 'Bucket'))),
);

/** What a role of running code may put objects into. */
const writtenByCode = perModel((model): ReadonlySet<ModelResource> => {
  const statements = runtimeRoles(model).flatMap((role) => model.statementsOf(role).statements);
  const resources = statements.filter((each) => allows(each, 's3:PutObject')).flatMap((each) => each.resources);
  const atoms = resources.flatMap((resource) => String(resource).match(/\$\{[^${}]+\}/g) ?? []);
  return new Set(atoms.flatMap((atom) => model.referenced(atom) ?? []));
});
