import { isUnknown } from '../../assembly/resolve';
import { at, judge, judgeLiteral } from '../read';
import { toolFunctions } from '../roles';
import { defineRule, finding, undecided } from '../rule';

export const lp13 = defineRule({
  id: 'LP13',
  name: 'code-signed',
  layer: 'least-privilege',
  level: 'medium',
  profile: 'strict',
  summary: 'The code of a tool is neither signed nor pinned',
  explanation: 'Whoever can replace the artifact between build and deployment decides what the tool does.',
  fix: 'Set CodeSigningConfigArn with UntrustedArtifactOnDeployment Enforce; name images by digest in an immutable, scanned repository',
  acknowledge: 'When the pipeline signs and verifies elsewhere; name where.',
  limits: 'Whether a repository of images is immutable and scanned is not judged: an image counts by its digest.',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html'],
  frameworks: {
    owaspMcp: ['04'],
    owaspAgentic: ['04', '05'],
    wellArchitected: ['SEC06-BP04'],
    nist80053: ['CM-14', 'SI-7(15)', 'SR-4'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { CodeSigningConfigArn: !Ref Signing } }
Signing: { Type: AWS::Lambda::CodeSigningConfig, Properties: { CodeSigningPolicies: { UntrustedArtifactOnDeployment: Enforce } } }
`,
  },
  *evaluate(model) {
    for (const fn of toolFunctions(model)) {
      if (at(fn, 'PackageType') === 'Image') {
        yield* judge(
          fn,
          'Code.ImageUri',
          (uri) => (/@sha256:/.test(String(uri)) ? undefined : 'the image is named by a tag'),
          'image',
        );
        continue;
      }
      const config = at(fn, 'CodeSigningConfigArn');
      if (config === undefined)
        yield finding(fn, 'Properties.CodeSigningConfigArn', 'no code signing configuration is set');
      else {
        const resource = model.referenced(config);
        if (resource?.type !== 'AWS::Lambda::CodeSigningConfig')
          yield undecided(
            fn,
            'Properties.CodeSigningConfigArn',
            isUnknown(config) ? config : 'the configuration is not in the assembly',
          );
        else {
          yield* judgeLiteral(
            resource,
            'CodeSigningPolicies.UntrustedArtifactOnDeployment',
            (value) => (value === 'Enforce' ? undefined : 'untrusted artifacts are only warned about'),
            'policy',
          );
        }
      }
    }
  },
});
