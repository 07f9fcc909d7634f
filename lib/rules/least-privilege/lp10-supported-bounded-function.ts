import { deprecationDate } from '../lambda-runtimes';
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
    'Nobody patches a deprecated runtime; less than six months before is time to move. A call that outlives the gateway goes on doing what the caller was told failed.',
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
            const end = deprecationDate(runtime);
            if (end === undefined || end > inSixMonths(options.today)) return undefined;
            return `${runtime} is ${end <= options.today ? 'not supported since' : 'supported until'} ${end}`;
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

/** Powertools and Lambda Insights, published by AWS. */
const AWS_LAYERS = new Set(['017000801446', '094274105915', '580247275435']);

function inSixMonths(today: string): string {
  const date = new Date(today);
  date.setUTCMonth(date.getUTCMonth() + 6);
  return date.toISOString().slice(0, 10);
}
