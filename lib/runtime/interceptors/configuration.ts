import { DISCOVERY_URL_ENV, INTERCEPTOR_CONFIG, TOKEN_RULES_ENV } from '../../protocol/interceptor';
import { type CallerWishes, callerHeaders } from './caller-step';
import { type InputSchemas, inputValidation } from './input-validation-step';
import { searchFilter } from './search-filter-step';
import type { RequestStep, ResponseStep } from './step';
import { verifiedCaller } from './verified-caller-step';
import type { TokenRules } from './verify-bearer';

/** Which shipped steps the construct asked for; the file lies beside the code. */
export interface InterceptorConfiguration {
  readonly audit: boolean;
  readonly verifyCaller?: boolean;
  readonly filterSearch?: boolean;
  /** Tools that ask who calls; left out when there are none. */
  readonly callers?: CallerWishes;
  /** Left out when input is not validated. */
  readonly inputs?: InputSchemas;
}

/**
 * Read when the function starts: a configuration that cannot be read must stop it, not be ignored. Outside Lambda, as in
 * a unit test, there is none.
 */
export function readConfiguration(): InterceptorConfiguration {
  const folder = process.env.LAMBDA_TASK_ROOT;
  if (folder === undefined) return { audit: false };
  return require(`${folder}/${INTERCEPTOR_CONFIG}.json`) as InterceptorConfiguration;
}

export function shippedRequestSteps({ verifyCaller, inputs }: InterceptorConfiguration): RequestStep[] {
  return [
    ...(verifyCaller === true ? [verifiedCaller(required(DISCOVERY_URL_ENV), tokenRules())] : []),
    ...(inputs === undefined ? [] : [inputValidation(inputs)]),
  ];
}

/** After the steps of the author: they may still change which tool is called. */
export function lastRequestSteps({ callers }: InterceptorConfiguration): RequestStep[] {
  return callers === undefined ? [] : [callerHeaders(callers)];
}

export function shippedResponseSteps({ filterSearch }: InterceptorConfiguration): ResponseStep[] {
  return filterSearch === true ? [searchFilter] : [];
}

function tokenRules(): TokenRules {
  return JSON.parse(required(TOKEN_RULES_ENV)) as TokenRules;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`the interceptor has no ${name}. Deploy it with its construct`);
  return value;
}
