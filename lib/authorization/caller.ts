import { Stack, Token } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { isEncodable, stringLiteral } from '../core/cedar/literal';
import { shown } from '../core/errors';
import { type CallerContext, type CallerRendering, CallerType, type ICaller } from './caller-rendering';
import { ClaimMatch, invalidCaller } from './claim-match';
import { claimTest, wordTest } from './claim-text';
import { deployTimeLiteral, deployTimePattern } from './deploy-time-text';

/** Why a permit names nobody in particular. */
export interface AnyAuthenticatedOptions {
  /** Why every caller with a valid token may call the tool. */
  readonly reason: string;
}

/**
 * Who may call a tool.
 *
 * Every factory makes a test that is exact: a scope or group whose name contains, extends or looks like the given one
 * does not pass. What cannot be tested exactly is an error.
 */
export class Caller implements ICaller {
  /**
   * An agent: a token of this OAuth client that also has the scope of the tool.
   *
   * @param clientId may be known only when deployed, as `userPoolClient.userPoolClientId` is
   * @param name for reports
   */
  public static agent(clientId: string, name: string): Caller {
    return new Caller((context) => {
      const client = clientTest(clientId);
      const { scope } = context;
      return {
        ...oauth(scope === undefined ? client : `(${client} && ${claimTest('scope', (v) => wordTest(v, scope))})`),
        scopes: scope === undefined ? [] : [scope],
        description: `agent '${name}'`,
      };
    });
  }

  /** A token of this OAuth client, with whatever scopes. The id may be known only when deployed. */
  public static client(clientId: string): Caller {
    return fixed(clientTest(clientId), 'an OAuth client');
  }

  /** A token that has this OAuth scope among its scopes. */
  public static scope(scope: string): Caller {
    const { condition, description } = claimOf('scope', ClaimMatch.words(scope));
    return new Caller(() => ({ ...oauth(condition), scopes: [scope], description }));
  }

  /** A user in at least one of these groups of the Cognito user pool (claim `cognito:groups`). */
  public static group(...groups: string[]): Caller {
    return Caller.claim('cognito:groups', ClaimMatch.listContains(...groups));
  }

  /** A user with at least one of these roles in a claim that is a list, for instance `roles` of Entra ID. */
  public static role(claim: string, ...roles: string[]): Caller {
    return Caller.claim(claim, ClaimMatch.listContains(...roles));
  }

  /** A token with a claim that matches. A token without the claim does not. */
  public static claim(name: string, match: ClaimMatch): Caller {
    const { condition, description } = claimOf(name, match);
    return fixed(condition, description);
  }

  /** One user, by the `sub` claim of the token. */
  public static user(subject: string): Caller {
    requireText(subject, 'the subject of a user');
    return fixed(`principal.id == ${stringLiteral(subject)}`, `user ${shown(subject)}`);
  }

  /**
   * An IAM role, on a gateway with IAM authorization: the assumed role with and without session name, and no role whose
   * name merely starts the same.
   */
  public static iamRole(role: IRole): Caller {
    const { partition } = Stack.of(role);
    const arn = `arn:${partition}:sts::${role.env.account}:assumed-role/${role.roleName}`;
    const condition = `(principal.id == ${deployTimeLiteral(arn)} || principal.id like "${deployTimePattern(arn)}/*")`;
    return new Caller(() => ({
      type: CallerType.IAM_ENTITY,
      condition,
      scopes: [],
      description: `IAM role ${role.node.path}`,
    }));
  }

  /** Everybody whose token the gateway accepts. Weakens layer 3 to layer 1 for the tool, so it needs a reason. */
  public static anyAuthenticated(options: AnyAuthenticatedOptions): Caller {
    if (options.reason.trim().length < 10) {
      throw invalidCaller(
        `anyAuthenticated needs a reason, got ${shown(options.reason)}`,
        'Say in a sentence why every caller may use the tool',
      );
    }
    // The service refuses a permit without condition; every token has a subject.
    const rendering = { ...oauth('principal.hasTag("sub")'), scopes: [], reason: options.reason };
    return new Caller(() => ({ ...rendering, description: `anyone authenticated: ${options.reason}` }));
  }

  /**
   * Anyone, on a gateway with `Inbound.unauthenticated`; on any other gateway this fails synthesis. Such a permit must
   * have conditions on the arguments.
   */
  public static unauthenticated(): Caller {
    const type = CallerType.UNAUTHENTICATED;
    return new Caller(() => ({ type, condition: 'true', scopes: [], description: 'anyone, unauthenticated' }));
  }

  /** A caller who is all of these. */
  public static allOf(...callers: ICaller[]): Caller {
    return combination(callers, '&&', 'and');
  }

  /** A caller who is at least one of these. */
  public static anyOf(...callers: ICaller[]): Caller {
    return combination(callers, '||', 'or');
  }

  /** @internal */
  public static _of(render: (context: CallerContext) => CallerRendering): Caller {
    return new Caller(render);
  }

  private constructor(private readonly render: (context: CallerContext) => CallerRendering) {}

  public renderCaller(context: CallerContext): CallerRendering {
    return this.render(context);
  }
}

function fixed(condition: string, description: string): Caller {
  return Caller._of(() => ({ ...oauth(condition), scopes: [], description }));
}

function oauth(condition: string): { type: CallerType; condition: string } {
  return { type: CallerType.OAUTH_USER, condition };
}

function clientTest(clientId: string): string {
  if (!Token.isUnresolved(clientId)) requireText(clientId, 'the id of a client');
  return claimTest('client_id', (value) => `${value} == ${deployTimeLiteral(clientId)}`);
}

function claimOf(name: string, match: ClaimMatch): { condition: string; description: string } {
  requireText(name, 'the name of a claim');
  return { condition: claimTest(name, (value) => match._test(value)), description: `claim '${name}' ${match._text}` };
}

function requireText(value: string, what: string): void {
  if (value === '' || Token.isUnresolved(value) || !isEncodable(value)) {
    throw invalidCaller(
      `${what} is not literal text, got ${Token.isUnresolved(value) ? 'a token' : shown(value)}`,
      'Write it out',
    );
  }
}

function combination(callers: ICaller[], operator: '&&' | '||', word: string): Caller {
  if (callers.length === 0) throw invalidCaller('a combination of callers is empty', 'Give at least one caller');
  return Caller._of((context) => {
    const all = callers.map((caller) => caller.renderCaller(context));
    const [first] = all;
    if (all.some(({ type }) => type !== first!.type)) {
      throw invalidCaller(
        'callers with a token, with a signature and without either cannot be combined: a gateway accepts one kind',
        'Give each its own permit on its own gateway',
      );
    }
    return {
      type: first!.type,
      condition:
        all.length === 1 ? first!.condition : `(${all.map((each) => `(${each.condition})`).join(` ${operator} `)})`,
      scopes: [...new Set(all.flatMap(({ scopes }) => scopes))],
      description: all.map(({ description }) => description).join(` ${word} `),
      // Everybody and somebody is somebody.
      reason:
        operator === '&&' && all.some(({ reason }) => reason === undefined)
          ? undefined
          : all.find(({ reason }) => reason !== undefined)?.reason,
    };
  });
}
