import { Size, Token } from 'aws-cdk-lib';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { type Problem, shown } from './core/errors';
import { checkReason } from './core/reason';
import type { WeakeningMetadata } from './protocol/template-metadata';

/** AWS WAF counts over five minutes unless told otherwise; its own lower bound is 10. */
const REQUESTS = { default: 2_000, min: 10, max: 2_000_000_000 } as const;
/** The smallest amount of a body that AWS WAF inspects on any kind of resource. */
const INSPECTED_BYTES = 8 * 1024;

/** Options of {@link GatewayWaf.managed}. */
export interface ManagedWafOptions {
  /**
   * Requests that one address may make in five minutes: 10 or more.
   *
   * @default 2000
   */
  readonly requestsPerFiveMinutesPerAddress?: number;

  /**
   * The largest body of a request, at most 8 KiB: AWS WAF inspects no more of a body on some kinds of resources, and what
   * it cannot inspect is blocked. For larger arguments bring a web ACL of your own.
   *
   * @default Size.kibibytes(8)
   */
  readonly maxBodySize?: Size;
}

/** Options of {@link GatewayWaf.none}. */
export interface NoWafOptions {
  /** Why no web ACL is needed, for instance that the gateway is reached through VPC endpoints only. */
  readonly reason: string;
}

/** What a choice of web ACL makes. */
export interface WafBinding {
  /** The ARN to associate, or none. */
  readonly webAclArn?: string;
  readonly weakening?: WeakeningMetadata;
  readonly problems: readonly Problem[];
}

/**
 * The web ACL in front of the gateway: what limits requests before anybody is authenticated. When AWS WAF cannot decide,
 * the gateway refuses the request.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-waf.html
 */
export class GatewayWaf {
  /** A web ACL made for the gateway, with a rate per address and a limit on the size of bodies. AWS WAF charges for it. */
  public static managed(options: ManagedWafOptions = {}): GatewayWaf {
    return new GatewayWaf((scope, name) => managedWaf(scope, name, options));
  }

  /** A regional web ACL of yours, by ARN. Rules cannot see what is in it and say so, unless it is in the same app. */
  public static webAcl(webAclArn: string): GatewayWaf {
    return new GatewayWaf((scope) => ({ webAclArn, problems: arnProblems(webAclArn, scope.node.path) }));
  }

  /** None. Rule `SecureMcp-IN16` still fires. */
  public static none(options: NoWafOptions): GatewayWaf {
    const weakening = { weakening: 'GatewayWaf.none', reason: options.reason };
    return new GatewayWaf((scope) => ({
      weakening,
      problems: checkReason(weakening.weakening, weakening.reason, scope.node.path),
    }));
  }

  private constructor(private readonly bind: (scope: Construct, gatewayName: string) => WafBinding) {}

  /** @internal */
  public _bind(scope: Construct, gatewayName: string): WafBinding {
    return this.bind(scope, gatewayName);
  }
}

/** Made after the gateway, and taken away before it. */
export function associateWebAcl(scope: Construct, webAclArn: string, gatewayArn: string): void {
  new CfnWebACLAssociation(scope, 'WebAclAssociation', { webAclArn, resourceArn: gatewayArn });
}

function managedWaf(scope: Construct, gatewayName: string, options: ManagedWafOptions): WafBinding {
  const requests = options.requestsPerFiveMinutesPerAddress ?? REQUESTS.default;
  const bytes = (options.maxBodySize ?? Size.kibibytes(8)).toBytes();
  const acl = new CfnWebACL(scope, 'WebAcl', {
    name: gatewayName,
    description: `Requests and bodies of the MCP gateway ${gatewayName}`,
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visibility(gatewayName),
    rules: [
      {
        name: 'requests-per-address',
        priority: 0,
        action: { block: {} },
        statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: requests } },
        visibilityConfig: visibility(`${gatewayName}-requests-per-address`),
      },
      {
        name: 'body-size',
        priority: 1,
        action: { block: {} },
        statement: {
          sizeConstraintStatement: {
            // What is too large to inspect counts as a match, so it is blocked.
            fieldToMatch: { body: { oversizeHandling: 'MATCH' } },
            comparisonOperator: 'GT',
            size: bytes,
            textTransformations: [{ priority: 0, type: 'NONE' }],
          },
        },
        visibilityConfig: visibility(`${gatewayName}-body-size`),
      },
    ],
  });
  return { webAclArn: acl.attrArn, problems: managedProblems(requests, bytes, scope.node.path) };
}

/** Without samples of requests: they would hold the tokens of callers. */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}

function managedProblems(requests: number, bytes: number, at: string): Problem[] {
  const problem = (message: string, fix: string): Problem => ({ code: 'GATEWAY_WAF', message, fix, at });
  return [
    ...(Number.isInteger(requests) && requests >= REQUESTS.min && requests <= REQUESTS.max
      ? []
      : [problem(`AWS WAF counts from ${REQUESTS.min} requests, got ${shown(requests)}`, `Pass ${REQUESTS.default}`)]),
    ...(bytes > 0 && bytes <= INSPECTED_BYTES
      ? []
      : [
          problem(
            `a body is at most ${INSPECTED_BYTES} bytes here, got ${shown(bytes)}`,
            'Pass Size.kibibytes(8), or a web ACL of your own with GatewayWaf.webAcl',
          ),
        ]),
  ];
}

function arnProblems(arn: string, at: string): Problem[] {
  if (Token.isUnresolved(arn) || /^arn:[\w-]+:wafv2:[\w-]+:\d{12}:regional\/webacl\/[\w-]+\/[\w-]+$/.test(arn))
    return [];
  return [
    {
      code: 'GATEWAY_WAF',
      message: `the ARN is not one of a regional web ACL, got ${shown(arn)}`,
      fix: 'Pass arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>',
      at,
    },
  ];
}
