import type { Handlers, regressions } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import { pageOfFitting, readCursor } from '../../../platform/page.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { regressionView, type RegressionChange, type RegressionRow } from './regression.ts';
import { regressionRepository } from './repository.ts';

type Operations = Omit<typeof regressions, 'getEvalSettings' | 'putEvalSettings'>;

interface Dependencies {
  /** A flag's gates may be open now. */
  askGates: (tx: ProjectTx, flagKey: string) => Promise<unknown>;
}

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

export function regressionService({ askGates }: Dependencies): Handlers<Operations, Ctx> {
  const changing = (
    ctx: Ctx,
    id: string,
    change: (row: RegressionRow, now: Date) => { change: RegressionChange; what: string },
  ) =>
    ctx.transaction(async (tx) => {
      const row = await regressionRepository.lock(tx, id);
      if (!row) throw unknown(id);
      const wanted = change(row, tx.now);
      const entry = { by: ctx.actor.name, what: wanted.what };
      const changed = await regressionRepository.change(tx, row, wanted.change, entry);
      if (wanted.change.acknowledged && changed.flagKey !== null) await askGates(tx, changed.flagKey);
      return regressionView(changed);
    });

  return {
    listRegressions: (ctx, { limit, cursor, ...filter }) =>
      ctx.transaction(async (tx) => {
        const before = readCursor(cursor, isId);
        const { rows, hasMore } = await regressionRepository.page(tx, filter, { before, limit });
        return pageOfFitting(rows.map(regressionView), hasMore);
      }),

    getRegression: (ctx, { id }) =>
      ctx.transaction(async (tx) => {
        const row = await regressionRepository.find(tx, id);
        if (!row) throw unknown(id);
        return regressionView(row);
      }),

    acknowledgeRegression: (ctx, { id, note }) =>
      changing(ctx, id, ({ state, acknowledged }, now) => {
        if (acknowledged) {
          const { by, at } = acknowledged;
          throw new WhetstoneError('conflict', `the regression was acknowledged by ${by} at ${at}`);
        }
        if (state !== 'alert' && state !== 'unconfirmed') {
          throw new WhetstoneError('conflict', `the regression is ${state}: there is no alert to acknowledge`);
        }
        const by = { by: ctx.actor.name, at: now.toISOString(), ...(note !== undefined && { note }) };
        return { change: { acknowledged: by }, what: `acknowledged${note === undefined ? '' : `: ${note}`}` };
      }),

    muteRegression: (ctx, { id, until }) =>
      changing(ctx, id, (_, now) => {
        if (until === null) return { change: { mutedUntil: null }, what: 'no longer muted' };
        const mutedUntil = new Date(until);
        if (mutedUntil <= now) throw new WhetstoneError('conflict', `${until} has passed: it would mute nothing`);
        return { change: { mutedUntil }, what: `muted until ${mutedUntil.toISOString()}` };
      }),

    assignRegression: (ctx, { id, assignee }) =>
      changing(ctx, id, () => ({
        change: { assignee },
        what: assignee === null ? 'assigned to nobody' : `assigned to ${assignee}`,
      })),
  };
}

const unknown = (id: string) => new WhetstoneError('not_found', `no regression has the id "${id}"`);
