import { WhetstoneError } from '@whetstone/shared/errors';
import type { FastifyInstance } from 'fastify';
import { Gauge, type Registry } from 'prom-client';

interface Options {
  metrics: Registry;
  gauge: { name: string; help: string };
  /** What a key may have so many of, as people call it. */
  noun: string;
  maxPerKey: number;
}

export interface Place {
  /** How it is ended from here when the server stops. At once, when that has begun already. */
  occupy(end: () => void): void;
  leave(): void;
}

/** Connections that stay open: so many per key, counted in `/metrics`, and ended when the server stops, since nobody would wait them out. */
export function openPlaces(app: FastifyInstance, { metrics, gauge, noun, maxPerKey }: Options) {
  const open = new Map<object, { keyId: string; end: () => void }>();
  let isStopping = false;

  new Gauge({
    ...gauge,
    registers: [metrics],
    collect(this: Gauge) {
      this.set(open.size);
    },
  });
  app.addHook('preClose', async () => {
    isStopping = true;
    for (const { end } of open.values()) end();
  });

  return {
    /** Throws `rate_limited`, or `unavailable` when the server is stopping. */
    take(keyId: string): Place {
      if (isStopping) throw new WhetstoneError('unavailable', 'the server is stopping');
      const held = [...open.values()].filter((each) => each.keyId === keyId).length;
      if (held >= maxPerKey)
        throw new WhetstoneError('rate_limited', `this key has ${maxPerKey} open ${noun}; end one, or share one`);
      const place = {};
      open.set(place, { keyId, end: () => undefined });
      return {
        occupy(end) {
          if (open.has(place)) open.set(place, { keyId, end });
          if (isStopping) end();
        },
        leave: () => void open.delete(place),
      };
    },
  };
}
