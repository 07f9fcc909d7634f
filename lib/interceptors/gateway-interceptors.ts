import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IAlias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { constrainedInput } from '../core/cedar/input-conditions';
import { type Problem, shown } from '../core/errors';
import type { InputConstraint } from '../core/schema/input-constraint';
import type { ToolInputSchema } from '../core/schema/tool-schema';
import { exportsHelper } from '../least-privilege/exports-helper';
import { toolCode } from '../least-privilege/tool-code';
import { ToolConcurrency } from '../least-privilege/tool-concurrency';
import { ToolHandler } from '../least-privilege/tool-handler';
import type { CallerWish } from '../protocol/caller-header';
import {
  DISCOVERY_URL_ENV,
  INTERCEPTOR_CONFIG,
  INTERCEPTOR_MARK,
  type InterceptionPoint,
  TOKEN_RULES_ENV,
} from '../protocol/interceptor';
import type { WeakeningMetadata } from '../protocol/template-metadata';
import { qualifiedToolName } from '../protocol/tool-name';
import type { Interceptor } from './interceptor';

/** An interceptor stands before every request, so it takes less time and more calls than a tool. */
const DEFAULT_SECONDS = 5;
const DEFAULT_CONCURRENCY = 10;
/** The search filter asks the gateway, whose answer comes through the same function. */
const SEARCH_FILTER_CONCURRENCY = 20;

/** What the checks of arguments need to know of a tool. */
export interface InterceptedTool {
  readonly target: string;
  readonly name: string;
  readonly inputSchema: ToolInputSchema;
  readonly constraints?: readonly InputConstraint[];
  /** What the tool asks for about its caller. */
  readonly callerWish?: CallerWish;
}

/** What tokens of callers must be like. */
export interface CallerTokens {
  readonly discoveryUrl: string;
  readonly audience?: readonly string[];
  /** Claims with exactly this text. */
  readonly claims: { readonly [claim: string]: string };
  /** The claim with the id of the client. */
  readonly clientClaim?: string;
  /** The claim with the scopes. */
  readonly scopeClaim?: string;
}

export interface GatewayInterceptorsProps {
  readonly gatewayName: string;
  readonly encryptionKey: IKey;
  /** Left out when callers have no tokens. */
  readonly tokens?: CallerTokens;
  /** Whether there is a search tool whose results have to be filtered. */
  readonly searchNeedsFilter: boolean;
  /** All tools of the gateway, asked for when the app is complete. */
  readonly tools: () => readonly InterceptedTool[];
  readonly onProblem: (problem: Problem) => void;
}

/** The interceptor functions of one gateway: at most one at each point. */
export class GatewayInterceptors extends Construct {
  private readonly interceptors = new Map<InterceptionPoint, { interceptor: Interceptor; alias: IAlias }>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GatewayInterceptorsProps,
  ) {
    super(scope, id);
  }

  /** For the gateway. */
  public get configurations(): CfnGateway.GatewayInterceptorConfigurationProperty[] {
    return Lazy.any(
      {
        produce: () =>
          [...this.interceptors].map(([point, { interceptor, alias }]) => ({
            interceptor: { lambda: { arn: alias.functionArn } },
            interceptionPoints: [point],
            inputConfiguration: { passRequestHeaders: interceptor._headers._weakening !== undefined },
          })),
      },
      { omitEmptyArray: true },
    ) as never;
  }

  public get weakenings(): readonly WeakeningMetadata[] {
    return [...this.interceptors.values()].flatMap(({ interceptor }) => interceptor._headers._weakening ?? []);
  }

  public get validatesInput(): boolean {
    return this.interceptors.get('REQUEST')?.interceptor._checks.validateInput ?? false;
  }

  public findProblems(): Problem[] {
    return [...this.searchProblems(), ...this.callerProblems()];
  }

  /** Only an interceptor that verified the token may say who calls. */
  private callerProblems(): Problem[] {
    const asking = this.props.tools().filter(({ callerWish }) => callerWish !== undefined);
    const verifies = this.interceptors.get('REQUEST')?.interceptor._checks.verifyCaller === true;
    if (asking.length === 0 || (verifies && this.props.tokens !== undefined)) return [];
    const names = asking.map(({ target, name }) => qualifiedToolName(target, name));
    return [
      {
        code: 'INTERCEPTOR_OPTION',
        message: `tools ask who calls them, and no interceptor ${verifies ? 'can verify' : 'verifies'} callers, got ${shown(names)}`,
        fix:
          this.props.tokens === undefined
            ? 'Leave callerClaims and ToolOutbound.onBehalfOf out: callers of this gateway have no token. Name them in permits'
            : "Add Interceptor.request({ verifyCaller: true, headers: InterceptorHeaders.passed({ reason: '…' }) })",
        at: this.node.path,
      },
    ];
  }

  private searchProblems(): Problem[] {
    if (!this.props.searchNeedsFilter || this.interceptors.get('RESPONSE')?.interceptor._checks.filterSearch === true) {
      return [];
    }
    return [
      {
        code: 'SEARCH_UNFILTERED',
        message:
          'the search tool would show every caller all tools, got SearchTool.filtered() and no interceptor that filters',
        fix: 'Add Interceptor.response({ filterSearch: true, … }), or use SearchTool.unfiltered({ reason })',
        at: this.node.path,
      },
    ];
  }

  /** The alias that the gateway has to invoke; `undefined` when there is one at that point already. */
  public add(interceptor: Interceptor): IAlias | undefined {
    const { _point: point } = interceptor;
    const { onProblem, tokens } = this.props;
    if (this.interceptors.has(point)) {
      onProblem({
        code: 'INTERCEPTOR_DUPLICATE',
        message: `the service takes one interceptor at each point, got a second one for ${point}`,
        fix: 'Put both checks into one: shipped checks are options, and your own go into its entry',
        at: this.node.path,
      });
      return undefined;
    }
    for (const problem of interceptor._problems(tokens !== undefined, this.node.path)) onProblem(problem);
    const alias = this.makeFunction(interceptor);
    this.interceptors.set(point, { interceptor, alias });
    return alias;
  }

  private makeFunction(interceptor: Interceptor): IAlias {
    const { gatewayName, encryptionKey, onProblem } = this.props;
    const at = interceptor._point.toLowerCase();
    const options = interceptor._functionOptions;
    const calls = interceptor._checks.filterSearch ? SEARCH_FILTER_CONCURRENCY : DEFAULT_CONCURRENCY;
    const shipped = require.resolve(`../runtime/interceptors/${at}`);
    const scope = new Construct(this, interceptor._point === 'REQUEST' ? 'Request' : 'Response');
    return toolCode(scope, 'Handler', {
      toolName: `${at}-interceptor`,
      description: `${interceptor._point} interceptor of the MCP gateway ${gatewayName}`,
      handler: ToolHandler.fromEntry(interceptor._entry ?? shipped),
      access: {},
      options: {
        ...options,
        timeout: options.timeout ?? Duration.seconds(DEFAULT_SECONDS),
        concurrency: options.concurrency ?? ToolConcurrency.reserved(calls),
      },
      encryptionKey,
      runtimeEnvironment: interceptor._checks.verifyCaller ? this.tokenEnvironment() : {},
      files: () => [{ name: `${INTERCEPTOR_CONFIG}.json`, text: JSON.stringify(this.configuration(interceptor)) }],
      footer: guard(interceptor._point),
      onBundle: (text) => this.checkEntry(interceptor, text),
      onProblem,
    }).alias;
  }

  /** The shipped checks run inside the helper: code that goes without it would skip them. */
  private checkEntry({ _entry: entry, _point: point }: Interceptor, bundle: string): void {
    const helper = HELPERS[point];
    if (entry === undefined || exportsHelper(bundle, helper)) return;
    this.props.onProblem({
      code: 'INTERCEPTOR_OPTION',
      message: `the code of the ${point} interceptor would go without the shipped checks, got ${shown(entry)} whose handler is not the result of ${helper}`,
      fix: `Write export const handler = ${helper}(…), with ${helper} of cdk-secure-mcp/runtime`,
      at: this.node.path,
    });
  }

  private tokenEnvironment(): { [name: string]: string } {
    const { tokens } = this.props;
    if (tokens === undefined) return {};
    const { discoveryUrl, ...rules } = tokens;
    return { [DISCOVERY_URL_ENV]: discoveryUrl, [TOKEN_RULES_ENV]: Stack.of(this).toJsonString(rules) };
  }

  private configuration({ _checks: checks }: Interceptor): object {
    const { audit, verifyCaller, filterSearch, validateInput } = checks;
    const inputs = validateInput ? { inputs: this.inputSchemas() } : {};
    return { audit, verifyCaller, filterSearch, ...inputs, ...(verifyCaller ? this.callerWishes() : {}) };
  }

  private callerWishes(): object {
    const wishes = this.props
      .tools()
      .flatMap(({ target, name, callerWish }) =>
        callerWish === undefined ? [] : [[qualifiedToolName(target, name), callerWish] as const],
      );
    return wishes.length === 0 ? {} : { callers: Object.fromEntries(wishes) };
  }

  private inputSchemas(): object {
    const schemas = this.props.tools().flatMap(({ target, name, inputSchema, constraints = [] }) => {
      const schema = constrainedInput(inputSchema, constraints);
      return schema === undefined ? [] : [[qualifiedToolName(target, name), schema] as const];
    });
    return Object.fromEntries(schemas);
  }
}

const HELPERS: Record<InterceptionPoint, string> = {
  REQUEST: 'defineRequestInterceptor',
  RESPONSE: 'defineResponseInterceptor',
};

/** What no reading of code can prove is looked at when the function starts: it does not with a handler made elsewhere. */
function guard(point: InterceptionPoint): string {
  const text = `the handler is not made by ${HELPERS[point]}, so the shipped checks would not run`;
  return `
if (module.exports.handler?.[Symbol.for(${JSON.stringify(INTERCEPTOR_MARK)})] !== ${JSON.stringify(point)})
  throw new Error(${JSON.stringify(text)});
`;
}
