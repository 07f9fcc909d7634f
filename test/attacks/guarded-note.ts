import { defineTool } from '../../lib/runtime';

/** Shows that it ran, and on what. */
export const handler = defineTool<{ tenant: string; text: string }>({
  name: 'note',
  handle: ({ input }) => ({ ran: true, names: Object.keys(input), length: input.text.length }),
});
