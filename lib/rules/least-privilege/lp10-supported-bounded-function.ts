import { asNumber, at, judge, judgeEach, judgeLiteral } from '../read';
import { interceptorFunctions, toolFunctions } from '../roles';
import { defineRule } from '../rule';

export const lp10 = defineRule({
  id: 'LP10',
  name: 'supported-bounded-function',
  layer: 'least-privilege',
  level: 'medium',
  summary: 'A tool runs on an outdated runtime, or without limits of its own',
  explanation:
    'Nobody patches a deprecated runtime. A call that outlives the gateway goes on doing what the caller was told failed.',
  fix: 'Use a supported runtime or an image by digest, and set Timeout (1 to 30 seconds) and MemorySize',
  acknowledge: 'While a function is migrated, with the date.',
  limits: 'A dead-letter queue is no use for a synchronous tool: acknowledge rules that ask for one.',
  references: ['https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html'],
  frameworks: {
    owaspMcp: ['04'],
    owaspAgentic: ['05', '08'],
    wellArchitected: ['SEC06-BP01'],
    nist80053: ['SA-22', 'SI-2', 'SC-5'],
  },
  example: {
    bad: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs18.x } }
`,
    good: `
Target: { Type: AWS::BedrockAgentCore::GatewayTarget, Properties: { TargetConfiguration: { Mcp: { Lambda: { LambdaArn: !GetAtt Fn.Arn } } } } }
Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs24.x, Timeout: 10, MemorySize: 256 } }
`,
  },
  *evaluate(model, { options }) {
    const interceptors = interceptorFunctions(model);
    for (const fn of toolFunctions(model)) {
      if (at(fn, 'PackageType') === 'Image') {
        yield* judge(
          fn,
          'Code.ImageUri',
          (uri) => (/@sha256:[0-9a-f]{64}$/.test(String(uri)) ? undefined : 'the image is named by a tag'),
          'image',
        );
      } else {
        yield* judgeLiteral(
          fn,
          'Runtime',
          (runtime) => {
            if (typeof runtime !== 'string') return 'Runtime is missing';
            const end = END_OF_SUPPORT.get(runtime);
            return end !== undefined && end <= options.today ? `${runtime} is not supported since ${end}` : undefined;
          },
          'runtime',
        );
      }
      if (!interceptors.has(fn)) {
        yield* judge(
          fn,
          'Timeout',
          (value) => {
            const seconds = asNumber(value);
            return seconds !== undefined && seconds >= 1 && seconds <= options.maxTimeoutSeconds
              ? undefined
              : `Timeout is ${String(value ?? 'missing')}`;
          },
          'timeout',
        );
      }
      yield* judge(
        fn,
        'MemorySize',
        (value) => (asNumber(value) === undefined ? 'MemorySize is missing' : undefined),
        'memory',
      );
      yield* judgeEach(fn, 'Layers', (layer) => {
        const account = /^arn:[^:]*:lambda:[^:]*:(\d{12}):layer:/.exec(String(layer))?.[1];
        return account === undefined || account === fn.stack.account || AWS_LAYERS.has(account)
          ? undefined
          : `the layer belongs to account ${account}`;
      });
    }
  },
});

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, column "Deprecation date". */
const END_OF_SUPPORT: ReadonlyMap<string, string> = new Map([
  ...['nodejs', 'nodejs4.3', 'nodejs6.10', 'nodejs8.10', 'nodejs10.x', 'nodejs12.x', 'nodejs14.x', 'nodejs16.x'].map(
    (name) => [name, '2024-06-12'] as const,
  ),
  ['nodejs18.x', '2025-09-01'],
  ['nodejs20.x', '2026-04-30'],
  ['nodejs22.x', '2027-04-30'],
  ...['python2.7', 'python3.6', 'python3.7', 'python3.8'].map((name) => [name, '2024-10-14'] as const),
  ['python3.9', '2025-12-15'],
  ['python3.10', '2026-10-31'],
  ['python3.11', '2027-06-30'],
  ['java8', '2024-01-08'],
  ['go1.x', '2024-01-08'],
  ['provided', '2024-01-08'],
  ['provided.al2', '2026-07-31'],
  ['dotnet6', '2024-12-20'],
  ['dotnet8', '2026-11-10'],
  ['ruby2.7', '2023-12-07'],
  ['ruby3.2', '2026-03-31'],
]);

/** Powertools and Lambda Insights, published by AWS. */
const AWS_LAYERS = new Set(['017000801446', '094274105915', '580247275435']);
