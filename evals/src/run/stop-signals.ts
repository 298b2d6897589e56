import type { WhetstoneError } from '@whetstone/shared/errors';
import type { RunEvent } from './events.ts';

export interface StopSignals {
  /** Nothing new is begun. */
  stop: AbortSignal;
  /** What is in flight ends. */
  cut: AbortSignal;
  /** No further ask can succeed, for this reason. */
  halt(error: WhetstoneError): void;
  problem(): WhetstoneError | undefined;
  end(): void;
}

/** Two signals out of one wish to stop: at once no more asks, and after a while an end to what is in flight. */
export function stopSignals(asked: AbortSignal, graceMs: number, onEvent: (event: RunEvent) => void): StopSignals {
  const stop = new AbortController();
  const cut = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let problem: WhetstoneError | undefined;
  function begin(reason: string) {
    if (stop.signal.aborted) return;
    onEvent({ type: 'stopping', reason });
    stop.abort();
    timer = setTimeout(() => cut.abort(), graceMs);
  }
  const onAsked = () => begin('interrupted');
  asked.addEventListener('abort', onAsked, { once: true });
  if (asked.aborted) onAsked();
  return {
    stop: stop.signal,
    cut: cut.signal,
    halt(error: WhetstoneError) {
      problem ??= error;
      begin(error.message);
    },
    problem: () => problem,
    end() {
      clearTimeout(timer);
      asked.removeEventListener('abort', onAsked);
    },
  };
}
