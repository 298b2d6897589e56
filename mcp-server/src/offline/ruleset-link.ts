import type { Origin } from '../config.ts';
import { elapsedMs, momentOf, type Clock } from './clock.ts';
import type { RulesetMemory } from './ruleset-memory.ts';
import { failed, requestRuleset, unreadable, type RulesetFailure } from './ruleset-request.ts';
import { readStream, type StreamEnd } from './ruleset-stream.ts';
import type { Transport } from './transport/transport.ts';

/** A stream that is silent for this long is taken for dead; the server says something every 5 s. */
export const silenceMs = 12_000;
/** A stream that has not said a byte by then is perhaps held back by a proxy: the ruleset is asked for beside it. */
const hedgeAfterMs = 1_000;
/** The silence that an attempt may take before its first confirmation: a slow cloud is slow, not away. */
const patienceMs = 10_000;
/** And all that it may take, so that trickling bytes do not keep it for ever. */
const openingLimitMs = 60_000;

/** How an attempt to hear from the cloud turned out. */
export type Beginning =
  | { kind: 'streaming' }
  /** By a single request, since nothing streams here. */
  | { kind: 'polled' }
  | RulesetFailure
  /** Called off before anything was known. */
  | { kind: 'closed' };

export interface Link {
  begun: Promise<Beginning>;
  /** What became of a stream that began; for ever open if none did or it was closed from this side. */
  dropped: Promise<StreamEnd | { kind: 'silent' }>;
  isSilent(): boolean;
  close(): void;
}

interface LinkParts {
  origin: Origin;
  memory: RulesetMemory;
  transport: Transport;
  clock: Clock;
  /** Else a single request is made. */
  mayStream: boolean;
  /** Whether what is held may be gone on from. */
  mayResume: boolean;
}

/** One attempt and, when it succeeds, the stream that comes of it. */
export function openLink({ origin, memory, transport, clock, mayStream, mayResume }: LinkParts): Link {
  const closing = new AbortController();
  const polling = new AbortController();
  const begun = deferred<Beginning>();
  const dropped = deferred<StreamEnd | { kind: 'silent' }>();
  const startedAt = momentOf(clock);
  let heardAt = startedAt;
  let hasHeard = false;
  let phase: 'opening' | 'streaming' | 'over' = 'opening';
  let cancelHedge = () => {};
  let cancelWatch = () => {};

  function end() {
    phase = 'over';
    cancelHedge();
    cancelWatch();
    polling.abort();
    closing.abort();
  }

  function begin(beginning: Beginning) {
    if (phase !== 'opening') return;
    if (beginning.kind === 'streaming') {
      phase = 'streaming';
      cancelHedge();
      polling.abort();
    } else end();
    begun.resolve(beginning);
  }

  function drop(how: StreamEnd | { kind: 'silent' }) {
    if (phase !== 'streaming') return;
    end();
    dropped.resolve(how);
  }

  const etag = () => (mayResume ? memory.known()?.etag : undefined);

  async function poll() {
    const reply = await requestRuleset({ origin, etag: etag(), transport, signal: polling.signal });
    if (phase !== 'opening') return;
    if (reply.kind === 'failed') return reply;
    if (reply.kind === 'ruleset' ? !memory.replace(reply.document, reply.etag) : !memory.known())
      return unreadable(origin.url);
    if (reply.kind === 'unchanged') memory.confirm();
    begin({ kind: 'polled' });
    return undefined;
  }

  async function pollOnly() {
    const failure = await poll();
    if (failure) begin(failure);
  }

  async function stream() {
    const over = await readStream({
      origin,
      etag: etag(),
      transport,
      signal: closing.signal,
      onMessages(messages) {
        if (phase === 'over') return false;
        heardAt = momentOf(clock);
        hasHeard = true;
        const taken = memory.take(messages, phase === 'streaming');
        if (taken === 'confirmed') begin({ kind: 'streaming' });
        return taken !== 'astray';
      },
    });
    if (phase === 'streaming') drop(over);
    else if (over.kind === 'absent') await pollOnly();
    else begin(failureOf(over));
  }

  /** Of a stream that ended before it said that it is current. */
  function failureOf(over: Exclude<StreamEnd, { kind: 'absent' }>) {
    if (over.kind === 'failed') return over;
    return over.kind === 'garbled' ? unreadable(origin.url) : failed(brokenOff, origin, true);
  }

  function watch() {
    const limitMs = phase === 'streaming' ? silenceMs : patienceMs;
    const silentForMs = elapsedMs(heardAt, clock);
    const isLate = phase === 'opening' && elapsedMs(startedAt, clock) >= openingLimitMs;
    if (silentForMs < limitMs && !isLate) return void (cancelWatch = clock.after(limitMs - silentForMs, watch));
    if (phase === 'streaming') drop({ kind: 'silent' });
    else begin(failed(tooSlow, origin, false));
  }

  watch();
  if (mayStream) {
    cancelHedge = clock.after(hedgeAfterMs, () => void (hasHeard || poll()));
    void stream();
  } else void pollOnly();

  return {
    begun: begun.promise,
    dropped: dropped.promise,
    isSilent: () => elapsedMs(heardAt, clock) > silenceMs,
    close() {
      const wasOpening = phase === 'opening';
      end();
      if (wasOpening) begun.resolve({ kind: 'closed' });
    },
  };
}

const tooSlow = new DOMException('too slow', 'TimeoutError');
const brokenOff = Object.assign(new Error('broken off'), { code: 'ECONNRESET' });

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
