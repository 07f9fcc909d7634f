import { isJsonObject, type JsonObject } from '../../protocol/interceptor';

/** What stands in place of a message; `undefined` when nothing may be sent. */
export type InterceptMessage = (message: JsonObject) => Promise<JsonObject | undefined>;

/**
 * Runs an interceptor over an HTTP answer: over its one JSON body, or over each event of a stream that answers a request.
 * Events without an id (notifications) pass as they are. `undefined` when the interceptor let nothing through.
 */
export async function interceptAnswer(answer: Response, intercept: InterceptMessage): Promise<Response | undefined> {
  if (answer.body === null) return answer;
  const text = await answer.text();
  const isStream = (answer.headers.get('content-type') ?? '').startsWith('text/event-stream');
  const changed = isStream ? await interceptEvents(text, intercept) : await interceptJson(text, intercept);
  if (changed === undefined) return undefined;
  const headers = new Headers(answer.headers);
  headers.delete('content-length');
  return new Response(changed, { status: answer.status, headers });
}

async function interceptJson(text: string, intercept: InterceptMessage): Promise<string | undefined> {
  const message: unknown = text === '' ? {} : JSON.parse(text);
  if (!isJsonObject(message)) return undefined;
  const changed = await intercept(message);
  return changed && JSON.stringify(changed);
}

async function interceptEvents(text: string, intercept: InterceptMessage): Promise<string | undefined> {
  const events: string[] = [];
  for (const event of text.split(/\r?\n\r?\n/).filter((each) => each.trim() !== '')) {
    const lines = event.split(/\r?\n/);
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim());
    const message: unknown = data.length === 0 ? undefined : JSON.parse(data.join('\n'));
    if (!isJsonObject(message) || message.id === undefined) {
      events.push(event);
      continue;
    }
    const changed = await intercept(message);
    if (changed === undefined) return undefined;
    events.push([...lines.filter((line) => !line.startsWith('data:')), `data: ${JSON.stringify(changed)}`].join('\n'));
  }
  return events.map((event) => `${event}\n\n`).join('');
}
