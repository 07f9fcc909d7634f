import { defineRequestInterceptor } from './define-interceptor';

/** The shipped REQUEST interceptor: the steps that its construct asked for and nothing else. */
export const handler = defineRequestInterceptor();
