import type { InputSchema } from '../../protocol/input-validation';
import { checkInput } from '../check-input';
import { proceed, type RequestStep, refuseCall } from './step';

export interface InputSchemas {
  /** By `<target>___<tool>`. */
  readonly [qualifiedName: string]: InputSchema;
}

/**
 * Checks the arguments of a call against what the tool's author wrote and neither the gateway nor Cedar can hold: patterns,
 * formats, lengths. It speaks before the policy does, so who may not call a tool can learn these limits.
 */
export function inputValidation(schemas: InputSchemas): RequestStep {
  return {
    name: 'input validation',
    run: ({ call }) => {
      const schema = call !== undefined && Object.hasOwn(schemas, call.name) ? schemas[call.name] : undefined;
      const violations = schema === undefined ? [] : checkInput(schema, call?.arguments);
      if (violations.length === 0) return proceed();
      return refuseCall(violations.map(({ argument, message }) => `${argument || 'input'} ${message}`).join('; '));
    },
  };
}
