import { defineTool } from '../../lib/runtime';

/** A tool as somebody writes it: it asks whoever its arguments name. */
export const handler = defineTool<{ url?: string; host?: string }>({
  name: 'page',
  handle: async ({ input: { url, host } }) => (await fetch(url ?? `http://${host}/docs/guide`)).text(),
});
