import { sql } from 'kysely';
import { z } from 'zod';
import type { Epoch } from '@whetstone/shared/portfolio';
import type { ProjectTx, Tx } from '../../../../platform/db/database.ts';
import { DriftMemory } from '../drift-memory.ts';

const EpochJson = z.object({ model: z.string(), epoch: z.int(), since: z.iso.datetime(), why: z.string() });
// What cannot be read is as good as nothing: the next change of it writes it anew.
export const Epochs = z.array(EpochJson).catch([]);
const Prices = z.record(z.string(), z.string()).catch({});

/** What is known of what is known: the row that whoever writes cells has locked. */
export interface LearnState {
  epochs: Epoch[];
  drift: DriftMemory;
  rebuildWantedAt: Date | null;
  /** Whoever makes the cells again may be believed to be at it until then. */
  rebuildUntil: Date | null;
  rebuildOwner: string | null;
}

export interface StateChange {
  epochs?: Epoch[];
  drift?: DriftMemory;
  /** Of the newest outcome that counts. */
  dataAt?: Date | undefined;
}

/** What is known, for those who only read it. */
interface LearnedState {
  version: number;
  /** Of the newest outcome that counts. */
  dataAt: Date | undefined;
  epochs: Epoch[];
}

export const stateRepository = {
  async of({ sql: trx, projectId }: ProjectTx): Promise<LearnedState> {
    const row = await trx
      .selectFrom('portfolio_state')
      .select(['version', 'data_at as dataAt', 'epochs'])
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return { version: Number(row?.version ?? 0), dataAt: row?.dataAt ?? undefined, epochs: Epochs.parse(row?.epochs) };
  },

  /** Lets one writer at a time change what is known; held to the end of the transaction. */
  async lock({ sql: trx, projectId }: ProjectTx): Promise<LearnState> {
    const row = await trx
      .insertInto('portfolio_state')
      .values({ project_id: projectId, version: 0, epochs: '[]', drift: '{}', prices: '{}' })
      .onConflict((conflict) => conflict.column('project_id').doUpdateSet({ project_id: projectId }))
      .returning([
        'epochs',
        'drift',
        'rebuild_wanted_at as rebuildWantedAt',
        'rebuild_until as rebuildUntil',
        'rebuild_owner as rebuildOwner',
      ])
      .executeTakeFirstOrThrow();
    return { ...row, epochs: Epochs.parse(row.epochs), drift: DriftMemory.parse(row.drift) };
  },

  /** Another version, whatever changed. Gives it. Whoever makes the cells again meanwhile has to begin anew. */
  async change({ sql: trx, projectId }: ProjectTx, { epochs, drift, dataAt }: StateChange): Promise<number> {
    const { version } = await trx
      .updateTable('portfolio_state')
      .set({
        version: sql`version + 1`,
        rebuild_owner: null,
        rebuild_until: null,
        ...(epochs && { epochs: JSON.stringify(epochs) }),
        ...(drift && { drift: JSON.stringify(drift) }),
        ...(dataAt && { data_at: sql`greatest(data_at, ${dataAt})` }),
      })
      .where('project_id', '=', projectId)
      .returning('version')
      .executeTakeFirstOrThrow();
    return Number(version);
  },

  want: ({ sql: trx, projectId, now }: ProjectTx) =>
    trx.updateTable('portfolio_state').set({ rebuild_wanted_at: now }).where('project_id', '=', projectId).execute(),

  claim: ({ sql: trx, projectId }: ProjectTx, owner: string, until: Date) =>
    trx
      .updateTable('portfolio_state')
      .set({ rebuild_owner: owner, rebuild_until: until })
      .where('project_id', '=', projectId)
      .execute(),

  /** False when somebody else has written cells since. */
  async keepClaim({ sql: trx, projectId }: ProjectTx, owner: string, until: Date): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable('portfolio_state')
      .set({ rebuild_until: until })
      .where('project_id', '=', projectId)
      .where('rebuild_owner', '=', owner)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  release: ({ sql: trx, projectId }: ProjectTx, owner: string) =>
    trx
      .updateTable('portfolio_state')
      .set({ rebuild_owner: null, rebuild_until: null })
      .where('project_id', '=', projectId)
      .where('rebuild_owner', '=', owner)
      .execute(),

  /** Ends a rebuild: what was wanted when it began is done, and what was wanted since is not. */
  async rebuilt({ sql: trx, projectId, now }: ProjectTx, wantedAt: Date | null, dataAt: Date | null) {
    await trx
      .updateTable('portfolio_state')
      .set({
        rebuilt_at: now,
        data_at: dataAt,
        rebuild_wanted_at: sql`case when rebuild_wanted_at is not distinct from ${wantedAt}::timestamptz then null else rebuild_wanted_at end`,
      })
      .where('project_id', '=', projectId)
      .execute();
  },

  /** Projects whose cells should have been made again by now. */
  async projectsWithOverdueRebuild({ sql: trx }: Tx, wantedBefore: Date): Promise<string[]> {
    const rows = await trx
      .selectFrom('portfolio_state')
      .select('project_id as id')
      .where('rebuild_wanted_at', '<', wantedBefore)
      .execute();
    return rows.map(({ id }) => id);
  },

  async projects({ sql: trx }: Tx): Promise<string[]> {
    const rows = await trx.selectFrom('portfolio_state').select('project_id as id').execute();
    return rows.map(({ id }) => id);
  },

  async prices({ sql: trx, projectId }: ProjectTx): Promise<Record<string, string>> {
    const row = await trx
      .selectFrom('portfolio_state')
      .select('prices')
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return Prices.parse(row?.prices);
  },

  writePrices: ({ sql: trx, projectId }: ProjectTx, prices: Record<string, string>) =>
    trx
      .updateTable('portfolio_state')
      .set({ prices: JSON.stringify(prices) })
      .where('project_id', '=', projectId)
      .execute(),
};
