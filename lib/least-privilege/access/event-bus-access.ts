import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import {
  type AccessRendering,
  type AccessVerb,
  type Conditions,
  DeclaredAccess,
  describeCall,
  renderVerbs,
} from './declared-access';
import { checkExact, checkList } from './exact-text';
import { isForeign, ownerOf } from './foreign-resource';

/** Options of {@link EventBusAccess.put}. */
export interface EventBusPutOptions {
  /**
   * What `source` of an event may be.
   *
   * @default - anything
   */
  readonly sources?: string[];

  /**
   * What `detail-type` of an event may be.
   *
   * @default - anything
   */
  readonly detailTypes?: string[];
}

/**
 * Operations on one EventBridge event bus.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
 */
export class EventBusAccess extends DeclaredAccess {
  /** @internal */
  public static _of(bus: IEventBus): EventBusAccess {
    return new EventBusAccess(bus, []);
  }

  private constructor(
    private readonly bus: IEventBus,
    private readonly verbs: readonly AccessVerb[],
  ) {
    super();
  }

  /** `PutEvents`. */
  public put(options: EventBusPutOptions = {}): EventBusAccess {
    const { sources, detailTypes } = options;
    const verb: AccessVerb = {
      call: describeCall('put', options),
      problems: [
        ...checkExact('an event source', ...(sources ?? [])),
        ...checkExact('a detail type', ...(detailTypes ?? [])),
        ...checkList('sources', sources),
        ...checkList('detailTypes', detailTypes),
      ],
      operations: [
        {
          operation: 'PutEvents',
          actions: ['events:PutEvents'],
          resources: [this.bus.eventBusArn],
          readOnly: false,
          conditions: conditionsOf(options),
        },
      ],
    };
    return new EventBusAccess(this.bus, [...this.verbs, verb]);
  }

  /** @internal */
  public _render(scope: IConstruct): AccessRendering {
    const { bus } = this;
    return {
      service: 'events',
      environmentValue: isForeign(bus.env.account, scope) ? bus.eventBusArn : bus.eventBusName,
      resourceArn: bus.eventBusArn,
      foreign: { ...ownerOf(bus), allow: (statement) => allowOn(bus, statement, scope) },
      ...renderVerbs(`Access.eventBus(${bus.node.id})`, this.verbs),
    };
  }
}

/** A statement of an event bus is a resource of its own, a child of the bus that is named by its Sid. */
function allowOn(bus: IEventBus, statement: PolicyStatement, scope: IConstruct): boolean {
  statement.sid = `Tool${scope.node.addr}${bus.node.children.length}`;
  return ownerOf(bus).allow(statement, '');
}

/** Both keys hold the values of all entries of a request, so each limit is over all of them, and asks for the key. */
function conditionsOf({ sources, detailTypes }: EventBusPutOptions): Conditions | undefined {
  const limits = {
    ...(sources === undefined ? {} : { 'events:source': sources }),
    ...(detailTypes === undefined ? {} : { 'events:detail-type': detailTypes }),
  };
  const keys = Object.keys(limits);
  if (keys.length === 0) return undefined;
  return { 'ForAllValues:StringEquals': limits, Null: Object.fromEntries(keys.map((key) => [key, 'false'])) };
}
