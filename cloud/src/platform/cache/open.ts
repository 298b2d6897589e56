import type { Logger } from 'pino';
import type { Cache } from './cache.ts';
import { inProcessCache } from './in-process.ts';
import { upstashCache } from './upstash.ts';

interface Options {
  /** Where several machines share one; undefined for the memory of this process. */
  service: { url: string; token: string } | undefined;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
}

/** The engine that the configuration chose. Nothing is asked of it yet: a cache that is away stops no start. */
export const openCache = ({ service, clock, log }: Options): Cache =>
  service ? upstashCache({ ...service, clock, log }) : inProcessCache({ clock });
