import type { Logger } from 'pino';
import type { CacheTraffic } from './cache.ts';

interface Options {
  clock: () => number;
  log: Pick<Logger, 'warn'>;
  restMs?: number | undefined;
}

export interface Breaker {
  /** The answer; undefined when there was none in time, or when nothing was asked since nothing is answered. */
  ask<T>(commands: number, call: () => Promise<T>): Promise<T | undefined>;
  /** Whether nothing would be asked now. */
  isResting(): boolean;
  answeredAtMs(): number;
  sent(): CacheTraffic;
}

const failuresInRow = 3;
const complainEveryMs = 30_000;

/** After a few failures in a row nothing is asked for a while, so that nobody waits for what is away; then one call tries. */
export function breaker({ clock, log, restMs = 5_000 }: Options): Breaker {
  const traffic: CacheTraffic = { commands: 0, failures: 0 };
  let inRow = 0;
  let restsUntilMs = -Infinity;
  let answeredAtMs = -Infinity;
  let quietUntilMs = -Infinity;

  const isResting = () => clock() < restsUntilMs;

  function failed(error: unknown) {
    traffic.failures++;
    inRow++;
    // Set again by the one call that tries, so that others do not wait with it.
    if (inRow >= failuresInRow) restsUntilMs = clock() + restMs;
    if (clock() < quietUntilMs) return;
    quietUntilMs = clock() + complainEveryMs;
    log.warn({ reason: reasonOf(error) }, 'the cache does not answer as it should; this machine does without it');
  }

  return {
    async ask(commands, call) {
      if (isResting()) return undefined;
      if (inRow >= failuresInRow) restsUntilMs = clock() + restMs;
      traffic.commands += commands;
      try {
        const answer = await call();
        inRow = 0;
        restsUntilMs = -Infinity;
        answeredAtMs = clock();
        return answer;
      } catch (error) {
        failed(error);
        return undefined;
      }
    },
    isResting,
    answeredAtMs: () => answeredAtMs,
    sent: () => ({ ...traffic }),
  };
}

/** The client's own errors repeat the command, and with it what was to be stored. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason was given';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `${error.name}: ${error.message.split(', command was:')[0]!.slice(0, 200)}${code}`;
}
