import { LiveEvent } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Api } from '../../api/api.ts';
import { pauseAfter } from '../../live/pause-after.ts';

interface Options {
  api: Api;
  runId: string;
  /** The last event that is known; what follows it is told. */
  after: number;
  onEvent: (event: LiveEvent) => void;
  onConnected: (isConnected: boolean) => void;
  signal: AbortSignal;
}

/** Follows a run to its end, or until the signal ends it; after a break it goes on from the last event. */
export async function followRun({ api, runId, after, onEvent, onConnected, signal }: Options) {
  let seq = after;
  for (let failures = 0; !signal.aborted; failures++) {
    const isDone = await followOnce(api, runId, seq, {
      signal,
      onOpen: () => onConnected(true),
      onEvent: (event) => {
        failures = 0;
        seq = event.seq;
        onEvent(event);
      },
    }).catch(isFinal);
    if (isDone || signal.aborted) return;
    onConnected(false);
    await pauseAfter(failures, signal);
  }
}

/** Whether there is no use in asking for a ticket again: the run was deleted, or the key no longer opens it. */
const isFinal = (error: unknown) =>
  error instanceof WhetstoneError && ['not_found', 'forbidden', 'unauthorized'].includes(error.code);

/** One connection; resolves with whether the run has told its end. A key has no place in an address, a ticket has. */
async function followOnce(
  api: Api,
  runId: string,
  after: number,
  { signal, onOpen, onEvent }: Pick<Options, 'signal' | 'onEvent'> & { onOpen: () => void },
): Promise<boolean> {
  const { ticket } = await api.createLiveTicket({ runId }, { signal });
  const address = new URL(
    `/api/eval/live/${runId}?${new URLSearchParams({ ticket, after: String(after) })}`,
    location.href,
  );
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address);
  const close = () => socket.close();
  signal.addEventListener('abort', close, { once: true });
  let isDone = false;
  try {
    await new Promise<void>((over) => {
      socket.addEventListener('close', () => over());
      socket.addEventListener('open', onOpen);
      socket.addEventListener('message', ({ data }) => {
        const event = LiveEvent.parse(JSON.parse(String(data)));
        isDone ||= event.type === 'done';
        onEvent(event);
      });
    });
  } finally {
    signal.removeEventListener('abort', close);
    socket.close();
  }
  return isDone;
}
