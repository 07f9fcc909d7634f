import { isObject } from './cloudformation';
import { isUnresolved } from './unresolved';
import { asList } from './values';

/** What a condition refers to. */
export interface ConditionScope {
  /** Outcome of another condition of the stack. */
  readonly condition: (name: string) => boolean | undefined;
  /** An expression, evaluated. */
  readonly text: (argument: unknown) => string;
}

/** Whether a condition of a template holds; `undefined` when it depends on what is not known. */
export function conditionOutcome(expression: unknown, scope: ConditionScope): boolean | undefined {
  const [[name, argument] = []] = isObject(expression) ? Object.entries(expression) : [];
  const parts = () => asList(argument).map((part) => conditionOutcome(part, scope));
  switch (name) {
    case 'Condition':
      return scope.condition(String(argument));
    case 'Fn::Equals': {
      const [a, b] = asList(argument).map((part) => scope.text(part));
      return a === undefined || b === undefined || isUnresolved(a) || isUnresolved(b) ? undefined : a === b;
    }
    case 'Fn::Not': {
      const [part] = parts();
      return part === undefined ? undefined : !part;
    }
    case 'Fn::And':
      return parts().includes(false) ? false : parts().includes(undefined) ? undefined : true;
    case 'Fn::Or':
      return parts().includes(true) ? true : parts().includes(undefined) ? undefined : false;
    default:
      return undefined;
  }
}
