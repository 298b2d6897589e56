import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface SseEvent {
  event: string;
  id: string | undefined;
  data: unknown;
}

interface Options {
  key: string;
  lastEventId?: string | undefined;
  /** Breaks the connection when so much of the body has come, in the middle of an event or not. */
  cutAfterBytes?: number;
}

/** A plain HTTP client of server-sent events; what was cut off in the middle does not count, as the standard says. */
export async function openStream(url: string, { key, lastEventId, cutAfterBytes = Infinity }: Options) {
  const asking = request(url, {
    agent: false,
    headers: {
      authorization: `Bearer ${key}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });
  asking.end();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.once('response', resolve).once('error', reject);
  });

  const events: SseEvent[] = [];
  const arrivedMs: number[] = [];
  const comments: string[] = [];
  const fields: Record<string, string> = {};
  let text = '';
  let bytes = 0;

  answer.on('data', (chunk: Buffer) => {
    if (bytes >= cutAfterBytes) return;
    text += chunk.subarray(0, cutAfterBytes - bytes).toString('latin1');
    bytes += chunk.length;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) take(Buffer.from(block, 'latin1').toString());
    if (bytes >= cutAfterBytes) answer.destroy();
  });

  function take(block: string) {
    const event: Record<string, string> = {};
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? [];
      if (name === '') comments.push(value);
      else event[name] = value;
    }
    if (event['data'] === undefined) return void Object.assign(fields, event);
    arrivedMs.push(performance.now());
    events.push({ event: event['event'] ?? 'message', id: event['id'], data: JSON.parse(event['data']) });
  }

  const ended = new Promise<void>((resolve) => answer.once('close', resolve));
  answer.on('error', () => undefined);
  return {
    status: answer.statusCode!,
    headers: answer.headers as IncomingHttpHeaders,
    events,
    /** When each event came, on the steady clock. */
    arrivedMs,
    comments,
    fields,
    ended,
    isEnded: () => answer.closed,
    /** Takes nothing more off the connection, as a program that hangs. */
    stopReading: () => void answer.pause(),
    readOn: () => void answer.resume(),
    cut: () => void answer.destroy(),
  };
}

export type SseStream = Awaited<ReturnType<typeof openStream>>;
