import type { Handlers, PortState, system } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from './context.ts';
import { withinTime } from './platform/within-time.ts';

export interface ProbedPort {
  port: string;
  /** Asked each time: an engine may work in more than one way. */
  engine: () => string;
  ping: () => Promise<void>;
  /** Everything can be done without it, so that it is shown and no more. */
  isOptional?: true;
}

interface Dependencies {
  version: string;
  ports: ProbedPort[];
  isStopping: () => boolean;
}

const probeTimeoutMs = 2_000;

export const systemService = ({ version, ports, isStopping }: Dependencies): Handlers<typeof system, Ctx> => ({
  getHealth: () => ({ status: 'ok', version }),

  async getReadiness() {
    const states = await Promise.all(ports.map(probe));
    const down = states.filter(({ ok }, index) => !ok && !ports[index]!.isOptional).map(({ port }) => port);
    if (isStopping()) throw new WhetstoneError('unavailable', 'the server is stopping', { extra: { ports: states } });
    if (down.length === 0) return { status: 'ok', ports: states };
    throw new WhetstoneError('unavailable', `does not answer: ${down.join(', ')}`, { extra: { ports: states } });
  },
});

async function probe({ port, engine, ping }: ProbedPort): Promise<PortState> {
  const startedMs = performance.now();
  const ok = await withinTime(ping(), probeTimeoutMs).then(
    () => true,
    () => false,
  );
  return { port, engine: engine(), ok, latencyMs: ok ? Math.round((performance.now() - startedMs) * 10) / 10 : null };
}
