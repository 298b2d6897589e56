import { createParser } from 'eventsource-parser';
import type { Origin } from '../config.ts';
import { eventIdOf } from './ruleset-changes.ts';
import { failed, identify, refusal, type RulesetFailure } from './ruleset-request.ts';
import { parseMessage, type StreamMessage } from './stream-message.ts';
import { maxBodyBytes, type Transport } from './transport/transport.ts';

export type StreamEnd =
  /** The server has no stream, or what stands before it does not let one through. */
  | { kind: 'absent' }
  /** It was there and is over. */
  | { kind: 'dropped'; retryAfterMs: number | undefined }
  /** It said something that cannot be right. */
  | { kind: 'garbled' }
  | RulesetFailure;

interface StreamRequest {
  origin: Origin;
  /** Of the state to go on from; none asks for everything. */
  etag: string | undefined;
  transport: Transport;
  signal: AbortSignal;
  /** Each time anything arrives. Answers whether to go on reading. */
  onMessages: (messages: readonly StreamMessage[]) => boolean;
}

/** Reads the stream to its end, whatever that is; never an exception. */
export async function readStream({ origin, etag, transport, signal, onMessages }: StreamRequest): Promise<StreamEnd> {
  const lastId = eventIdOf(etag);
  const headers = { ...identify(origin), accept: 'text/event-stream', ...(lastId && { 'last-event-id': lastId }) };
  let isOpen = false;
  const parsing = parse();
  try {
    const reply = await transport(`${origin.url}/api/flags/stream`, { headers, signal, background: true });
    if (isAbsent(reply.status)) return { kind: 'absent' };
    if (reply.status !== 200) return refusal(reply, origin);
    if (!reply.body || !reply.headers.get('content-type')?.startsWith('text/event-stream')) return { kind: 'absent' };
    isOpen = true;
    for await (const bytes of reply.body) {
      if (!onMessages(parsing.read(bytes)) || parsing.isGarbled()) return { kind: 'garbled' };
    }
  } catch (error) {
    if (!isOpen) return failed(signal.aborted ? signal.reason : error, origin, false);
  }
  return { kind: 'dropped', retryAfterMs: parsing.retryAfterMs() };
}

/** A server without this operation takes its name for the key of a flag, or knows only other methods. */
const isAbsent = (status: number) => [400, 404, 405, 406, 501].includes(status);

function parse() {
  const decoder = new TextDecoder();
  let messages: StreamMessage[] = [];
  let isGarbled = false;
  let retryAfterMs: number | undefined;
  const parser = createParser({
    maxBufferSize: maxBodyBytes,
    onRetry: (ms) => (retryAfterMs = ms),
    onError: ({ type }) => (isGarbled ||= type === 'max-buffer-size-exceeded'),
    onEvent(event) {
      const message = parseMessage(event);
      if (message) messages.push(message);
      else isGarbled = true;
    },
  });
  return {
    read(bytes: Uint8Array) {
      messages = [];
      parser.feed(decoder.decode(bytes, { stream: true }));
      return messages;
    },
    isGarbled: () => isGarbled,
    retryAfterMs: () => retryAfterMs,
  };
}
