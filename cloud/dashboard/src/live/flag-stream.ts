import { contract, Flag, streams } from '@whetstone/shared/contract';
import { createParser } from 'eventsource-parser';
import type { Api } from '../api/api.ts';
import type { FlagMessage } from './live-flags.ts';
import { pauseAfter } from './pause-after.ts';

interface Options {
  api: Api;
  onMessage: (message: FlagMessage) => void;
  onConnected: (isConnected: boolean) => void;
  signal: AbortSignal;
}

/** The server says every 5 s that it lives. */
const silentForMs = 12_000;

/** Follows the project's flags until the signal ends it; after a break it goes on from the last event. */
export async function followFlags({ api, onMessage, onConnected, signal }: Options) {
  let lastEventId: string | undefined;
  for (let failures = 0; !signal.aborted; failures++) {
    const attempt = new AbortController();
    const end = () => attempt.abort();
    signal.addEventListener('abort', end);
    let silence = setTimeout(end, silentForMs);
    const parser = createParser({
      onEvent: ({ event = 'message', id, data }) => {
        const message = messageOf(event, JSON.parse(data));
        if (id) lastEventId = id;
        if (message) onMessage(message);
      },
    });
    try {
      const answer = await api.fetch(streams.streamFlags.path, {
        signal: attempt.signal,
        headers: { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
      });
      if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        failures = 0;
        onConnected(true);
        clearTimeout(silence);
        silence = setTimeout(end, silentForMs);
        parser.feed(piece.value);
      }
    } catch {
      // Whatever it was, the answer is the same: say that the connection is lost, and try again.
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', end);
      end();
    }
    if (signal.aborted) return;
    onConnected(false);
    await pauseAfter(failures, signal);
  }
}

function messageOf(event: string, data: unknown): FlagMessage | undefined {
  if (event === 'ruleset') return { kind: 'ruleset', flags: contract.getRuleset.output.parse(data).flags };
  if (event === 'flag') return { kind: 'flag', flag: Flag.parse((data as { flag: unknown }).flag) };
  if (event === 'archived') return { kind: 'archived', key: (data as { key: string }).key };
  return event === 'current' ? undefined : { kind: 'other', event, data };
}
