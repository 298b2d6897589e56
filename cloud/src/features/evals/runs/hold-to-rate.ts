import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { RunLimits } from './run-limits.ts';

interface Dependencies {
  clock: () => number;
  limitsOf: (tx: ProjectTx) => Promise<RunLimits>;
  count: (key: string, ttlMs: number) => Promise<number>;
}

const hourMs = 3_600_000;

/** An agent in a loop must not start runs for ever; people may. */
export const holdToRate =
  ({ clock, limitsOf, count }: Dependencies) =>
  async (ctx: Ctx) => {
    if (ctx.actor.role !== 'agent') return;
    const { runsPerHour } = await ctx.transaction(limitsOf);
    const hour = Math.floor(clock() / hourMs);
    const started = await count(`p/${ctx.projectId}/eval-starts/${ctx.actor.id}/${hour}`, 2 * hourMs);
    if (started <= runsPerHour) return;
    const next = new Date((hour + 1) * hourMs).toISOString();
    throw new WhetstoneError(
      'rate_limited',
      `this key has started ${runsPerHour} runs in this hour, as many as the project lets an agent; it may again at ${next}`,
    );
  };
