import { defineResponseInterceptor } from './define-interceptor';

/** The shipped RESPONSE interceptor: the steps that its construct asked for and nothing else. */
export const handler = defineResponseInterceptor();
