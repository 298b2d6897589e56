import { setTimeout as sleep } from 'node:timers/promises';
import { follow, type Follower } from '../../../cloud/test/support/ws-client.ts';

type LiveMessage = Follower['messages'][number];

/** Follows the live events of a run as a dashboard does: over lost connections and restarts, from the last event it has. */
export function followOverRestarts(runId: string, apiKey: string) {
  const messages: LiveMessage[] = [];
  const stopper = new AbortController();
  const state = { url: undefined as string | undefined, connections: 0, current: undefined as Follower | undefined };

  async function keepOn() {
    while (!stopper.signal.aborted && messages.at(-1)?.type !== 'done') {
      const { url } = state;
      if (url === undefined) await sleep(20);
      else await once(url).catch(() => sleep(50));
    }
  }

  async function once(url: string) {
    const after = messages.at(-1)?.seq ?? 0;
    const opened = await follow(`${url}/api/eval/live/${runId}?after=${after}`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    if ('refused' in opened) throw new Error(JSON.stringify(opened.refused));
    state.connections += 1;
    state.current = opened;
    opened.socket.on('error', () => undefined);
    await opened.closed;
    messages.push(...opened.messages);
    state.current = undefined;
  }

  const running = keepOn();
  return {
    /** All that arrived so far, in the order of arrival. */
    messages: () => [...messages, ...(state.current?.messages ?? [])],
    connections: () => state.connections,
    /** Where the server is by now; undefined while it is gone. */
    pointTo: (url: string | undefined) => void (state.url = url),
    /** Resolves when the last event of the run has arrived. */
    ended: running,
    async stop() {
      stopper.abort();
      state.current?.socket.terminate();
      await running;
    },
  };
}

export interface SequenceFigures {
  events: number;
  results: number;
  /** Numbers that never arrived, arrived again, or after a later one. */
  missing: number;
  twice: number;
  outOfOrder: number;
  /** Verdicts told more than once for the same sample. */
  verdictsTwice: number;
}

export function sequenceFigures(messages: readonly LiveMessage[]): SequenceFigures {
  const seqs = messages.map(({ seq }) => seq);
  const known = new Set(seqs);
  const verdicts = messages.flatMap(({ type, result }) => {
    const { problemId, sampleIndex, status } = (result ?? {}) as Record<string, unknown>;
    return type === 'result' && status !== 'error' && status !== 'skipped'
      ? [`${String(problemId)}#${String(sampleIndex)}`]
      : [];
  });
  return {
    events: seqs.length,
    results: messages.filter(({ type }) => type === 'result').length,
    missing: Math.max(0, ...seqs) - known.size,
    twice: seqs.length - known.size,
    outOfOrder: seqs.filter((seq, index) => index > 0 && seq < seqs[index - 1]!).length,
    verdictsTwice: verdicts.length - new Set(verdicts).size,
  };
}
