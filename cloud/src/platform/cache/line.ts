import type { Logger } from 'pino';
import { breaker } from '../breaker.ts';
import type { CacheTraffic } from './cache.ts';

interface Options {
  clock: () => number;
  log: Pick<Logger, 'warn'>;
  restMs?: number | undefined;
}

export interface Line {
  /** The answer; undefined when there was none in time, or when nothing was asked since nothing is answered. */
  ask<T>(commands: number, call: () => Promise<T>): Promise<T | undefined>;
  /** Whether nothing would be asked now. */
  isResting(): boolean;
  answeredAtMs(): number;
  sent(): CacheTraffic;
}

/** What is asked of the service, counted; a cache that fails has no answer. */
export function openLine({ clock, log, restMs }: Options): Line {
  const traffic: CacheTraffic = { commands: 0, failures: 0 };
  const complain = (error: unknown) =>
    log.warn({ reason: reasonOf(error) }, 'the cache does not answer as it should; this machine does without it');
  const { attempt, isResting, answeredAtMs } = breaker({ clock, complain, restMs });

  return {
    async ask(commands, call) {
      if (isResting()) return undefined;
      traffic.commands += commands;
      try {
        return await attempt(call);
      } catch {
        traffic.failures++;
        return undefined;
      }
    },
    isResting,
    answeredAtMs,
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
