import { Counter, type Registry } from 'prom-client';
import type { Cache } from './cache.ts';

/** What the cache costs, for `/metrics`: services are paid by the command. */
export function cacheMetrics(registry: Registry, cache: Pick<Cache, 'sent'>) {
  counterOf('whetstone_cache_commands_total', 'Commands sent to the shared cache', 'commands');
  counterOf('whetstone_cache_failures_total', 'Requests to the shared cache without a good answer', 'failures');

  function counterOf(name: string, help: string, what: keyof ReturnType<Cache['sent']>) {
    return new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(cache.sent()[what]);
      },
    });
  }
}
