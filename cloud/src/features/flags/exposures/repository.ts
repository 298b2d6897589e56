import type { EvaluationContext, Exposure } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../platform/db/database.ts';
import type { Known } from './known.ts';
import type { Seen } from './times.ts';
import type { StepCount, UnitCounts, Window } from './usage.ts';

export type ExposureInsert = Omit<Exposure, 'firstAt' | 'lastAt'> & Seen;

/** Of a flag's entries, when its contexts are asked for. */
const newestLookedAt = 50_000;

export const exposureRepository = {
  /** All entries of a request and their batch in one statement: a list for each column, however many entries there are. */
  async insert(tx: ProjectTx, batchId: string, entries: ExposureInsert[]): Promise<void> {
    const column = (name: keyof ExposureInsert) => entries.map((entry) => entry[name] ?? null);
    await sql`
      with batch as (
        insert into exposure_batch (id, project_id, received_at, entries)
        values (${batchId}, ${tx.projectId}, ${tx.now}, ${entries.length})
      )
      insert into exposure (
        batch_id, project_id, position, flag, variant, flag_version, count, first_at, last_at,
        reason, rule_id, unit, user_id, repo_id, task_id, task_type, agent, model
      )
      select ${batchId}::uuid, ${tx.projectId}::uuid, position, flag, variant, coalesce(flag_version, 0), count, first_at, last_at,
        reason, rule_id, coalesce(unit, user_id), user_id, repo_id, task_id, task_type, agent, model
      from unnest(
        ${column('flag')}::text[], ${column('variant')}::text[], ${column('flagVersion')}::integer[],
        ${column('count')}::integer[],
        ${entries.map(({ firstAt }) => firstAt.toISOString())}::timestamptz[],
        ${entries.map(({ lastAt }) => lastAt.toISOString())}::timestamptz[],
        ${column('reason')}::text[], ${column('ruleId')}::text[], ${column('unit')}::text[], ${column('userId')}::text[],
        ${column('repoId')}::text[], ${column('taskId')}::text[], ${column('taskType')}::text[],
        ${column('agent')}::text[], ${column('model')}::text[]
      ) with ordinality as entry (
        flag, variant, flag_version, count, first_at, last_at,
        reason, rule_id, unit, user_id, repo_id, task_id, task_type, agent, model, position
      )`.execute(tx.sql);
  },

  /** Projects with batches that are not rolled up. */
  async projectsToRollUp(tx: Tx): Promise<string[]> {
    const rows = await tx.sql
      .selectFrom('exposure_batch')
      .select('project_id as projectId')
      .distinct()
      .where('rolled_up_at', 'is', null)
      .execute();
    return rows.map(({ projectId }) => projectId);
  },

  /**
   * The oldest batches that are not rolled up, with about as many entries as asked for and at least one batch. They stay
   * locked until the transaction ends; what another one holds is left out, so that nobody counts a batch twice or waits.
   */
  claimPending: (tx: ProjectTx, aboutEntries: number): Promise<string[]> =>
    claim(tx, sql`rolled_up_at is null`, aboutEntries),

  /** Adds up the batches; rows are touched in the order of their keys, so that two transactions cannot lock crosswise. */
  async rollUp(tx: ProjectTx, batchIds: string[]): Promise<void> {
    await sql`
      insert into exposure_hour as known (project_id, flag, hour, variant, flag_version, exposures, first_at, last_at)
      select project_id, flag, date_trunc('hour', last_at, 'UTC') as hour, variant, flag_version,
        sum(count), min(first_at), max(last_at)
      from exposure
      where project_id = ${tx.projectId} and batch_id = any(${batchIds})
      group by project_id, flag, hour, variant, flag_version
      order by project_id, flag, hour, variant, flag_version
      on conflict (project_id, flag, hour, variant, flag_version) do update set
        exposures = known.exposures + excluded.exposures,
        first_at = least(known.first_at, excluded.first_at),
        last_at = greatest(known.last_at, excluded.last_at)`.execute(tx.sql);
    await sql`
      insert into exposure_unit as known (project_id, flag, variant, flag_version, unit_hash, unit, first_at, last_at)
      select project_id, flag, variant, flag_version, ${unitHash}, unit, min(first_at), max(last_at)
      from exposure
      where project_id = ${tx.projectId} and batch_id = any(${batchIds}) and unit is not null
      group by project_id, flag, variant, flag_version, unit
      order by 1, 2, 3, 4, 5
      on conflict (project_id, flag, variant, flag_version, unit_hash) do update set
        first_at = least(known.first_at, excluded.first_at),
        last_at = greatest(known.last_at, excluded.last_at)`.execute(tx.sql);
    await sql`
      insert into flag_last_evaluation as known (project_id, flag, last_at)
      select project_id, flag, max(last_at)
      from exposure
      where project_id = ${tx.projectId} and batch_id = any(${batchIds})
      group by project_id, flag
      order by project_id, flag
      on conflict (project_id, flag) do update set last_at = excluded.last_at
        where known.last_at < excluded.last_at`.execute(tx.sql);
    await tx.sql
      .updateTable('exposure_batch')
      .set({ rolled_up_at: tx.now })
      .where('project_id', '=', tx.projectId)
      .where('id', 'in', batchIds)
      .execute();
  },

  /** Projects with batches that were rolled up and came before a time. */
  async projectsToExpire(tx: Tx, before: Date): Promise<string[]> {
    const rows = await tx.sql
      .selectFrom('exposure_batch')
      .select('project_id as projectId')
      .distinct()
      .where('rolled_up_at', 'is not', null)
      .where('received_at', '<', before)
      .execute();
    return rows.map(({ projectId }) => projectId);
  },

  /** As `claimPending`, of batches that were rolled up and came before a time. */
  claimExpired: (tx: ProjectTx, before: Date, aboutEntries: number): Promise<string[]> =>
    claim(tx, sql`rolled_up_at is not null and received_at < ${before}`, aboutEntries),

  /**
   * Deletes batches with their entries, and those of their units that were not seen since. No unit is forgotten: it was
   * last seen in some batch, and that one's turn comes. One that a roll-up holds is being seen at this moment.
   */
  async expire(tx: ProjectTx, batchIds: string[], before: Date): Promise<void> {
    await sql`
      with gone as (
        delete from exposure where project_id = ${tx.projectId} and batch_id = any(${batchIds})
        returning flag, variant, flag_version, unit
      ), seen as (
        select distinct flag, variant, flag_version, ${unitHash} as unit_hash from gone where unit is not null
      ), old as (
        select flag, variant, flag_version, unit_hash
        from exposure_unit known join seen using (flag, variant, flag_version, unit_hash)
        where known.project_id = ${tx.projectId} and known.last_at < ${before}
        for update of known skip locked
      )
      delete from exposure_unit known using old
      where known.project_id = ${tx.projectId} and known.last_at < ${before}
        and (known.flag, known.variant, known.flag_version, known.unit_hash) =
          (old.flag, old.variant, old.flag_version, old.unit_hash)`.execute(tx.sql);
    await tx.sql
      .deleteFrom('exposure_batch')
      .where('project_id', '=', tx.projectId)
      .where('id', 'in', batchIds)
      .execute();
  },

  /** Projects that were ever exposed to anything, hence those that may have counts. */
  async projectsWithCounts(tx: Tx): Promise<string[]> {
    const rows = await tx.sql.selectFrom('flag_last_evaluation').select('project_id as projectId').distinct().execute();
    return rows.map(({ projectId }) => projectId);
  },

  /**
   * Deletes at most so many counts of hours before a time, and resolves with how many. Flag by flag, along the key of the
   * table, which would otherwise need an index of its own for this; what a roll-up holds waits for the next day.
   */
  async expireCounts(tx: ProjectTx, before: Date, atMost: number): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from exposure_hour where project_id = ${tx.projectId} and (flag, hour, variant, flag_version) in (
        select old.flag, old.hour, old.variant, old.flag_version
        from flag_last_evaluation known cross join lateral (
          select flag, hour, variant, flag_version from exposure_hour counted
          where counted.project_id = ${tx.projectId} and counted.flag = known.flag and counted.hour < ${before}
          limit ${atMost} for update skip locked
        ) as old
        where known.project_id = ${tx.projectId}
        limit ${atMost}
      )`.execute(tx.sql);
    return Number(numAffectedRows ?? 0);
  },

  /** Forgets names that no flag has, once nothing of them is counted any more. */
  async forgetStrangers(tx: ProjectTx, before: Date): Promise<void> {
    await sql`
      delete from flag_last_evaluation known
      where known.project_id = ${tx.projectId} and known.last_at < ${before}
        and not exists (select from flag where flag.project_id = ${tx.projectId} and flag.key = known.flag)
        and not exists (
          select from exposure_hour counted where counted.project_id = ${tx.projectId} and counted.flag = known.flag
        )`.execute(tx.sql);
  },

  /**
   * Rolled up or not, in one statement: a batch that is rolled up between two would be missed or counted twice. The most
   * exposed variants by name, as many as asked for, and all others together, without one.
   */
  async counts(tx: ProjectTx, flag: string, { from, step }: Pick<Window, 'from' | 'step'>, mostVariants: number) {
    const { rows } = await sql<StepCount & { variants: number }>`
      with counted as (
        select variant, hour as at, exposures, first_at, last_at from exposure_hour
        where project_id = ${tx.projectId} and flag = ${flag} and hour >= ${from}
        union all
        select variant, last_at, count, first_at, last_at from ${pending(tx, flag)} where last_at >= ${from}
      ), ranked as (
        select variant, row_number() over (order by sum(exposures) desc, variant) <= ${mostVariants} as is_named
        from counted group by variant
      )
      select case when is_named then variant end as variant, date_trunc(${step}, at, 'UTC') as at,
        sum(exposures)::float8 as exposures, min(first_at) as "firstAt", max(last_at) as "lastAt",
        (select count(*) from ranked)::integer as variants
      from counted join ranked using (variant)
      group by 1, 2`.execute(tx.sql);
    const [{ variants } = { variants: 0 }] = rows;
    return { steps: rows.map(({ variants: _, ...row }): StepCount => row), variants };
  },

  /** A unit belongs to the range when it was last seen in it, since every range ends now. Of the variants named, and of all. */
  async units(tx: ProjectTx, flag: string, { from }: Pick<Window, 'from'>, variants: string[]): Promise<UnitCounts> {
    const { rows } = await sql<{ variant: string | null; units: number }>`
      select variant, count(distinct unit_hash)::integer as units
      from (
        select variant, unit_hash from exposure_unit
        where project_id = ${tx.projectId} and flag = ${flag} and last_at >= ${from}
        union all
        select variant, ${unitHash} from ${pending(tx, flag)} where last_at >= ${from} and unit is not null
      ) as known
      group by grouping sets ((), (variant))
      having grouping(variant) = 1 or variant = any(${variants})`.execute(tx.sql);
    const named = rows.flatMap(({ variant, units }): [string, number][] =>
      variant === null ? [] : [[variant, units]],
    );
    return { all: rows.find(({ variant }) => variant === null)?.units ?? 0, byVariant: new Map(named) };
  },

  /**
   * Whom the exposures of a flag that came in last name, each once with what they say of the context and one of its tasks, the most
   * recent first; 10,000 at most. A flag with millions costs no more, since it is the newest that are looked at.
   */
  async known(tx: ProjectTx, flag: string): Promise<Known[]> {
    const { rows } = await sql<KnownRow>`
      select unit, rule_id as "ruleId", coalesce(reason = 'SPLIT', false) as "isSplit", user_id as "userId",
        repo_id as "repoId", max(task_id) as "taskId", task_type as "taskType", agent, model
      from (
        select * from exposure where project_id = ${tx.projectId} and flag = ${flag}
        order by batch_id desc limit ${newestLookedAt}
      ) as newest
      group by unit, rule_id, 3, user_id, repo_id, task_type, agent, model
      order by max(last_at) desc, unit limit 10000`.execute(tx.sql);
    return rows.map(({ unit, ruleId, isSplit, ...context }) => ({
      unit: unit ?? undefined,
      ruleId: ruleId ?? undefined,
      isSplit,
      context: withoutNulls(context),
    }));
  },

  /** Whether there is, or was, such a flag, or an exposure that names it. */
  async isKnown(tx: ProjectTx, flag: string): Promise<boolean> {
    const { rows } = await sql<{ isKnown: boolean }>`
      select exists (select from flag where project_id = ${tx.projectId} and key = ${flag})
        or exists (select from flag_last_evaluation where project_id = ${tx.projectId} and flag = ${flag})
        or exists (select from ${pending(tx, flag)}) as "isKnown"`.execute(tx.sql);
    return rows[0]!.isKnown;
  },
};

interface KnownRow extends Record<'userId' | 'repoId' | 'taskId' | 'taskType' | 'agent' | 'model', string | null> {
  unit: string | null;
  ruleId: string | null;
  isSplit: boolean;
}

const withoutNulls = <T extends object>(row: T) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as EvaluationContext;

const unitHash = sql`sha256(convert_to(unit, 'UTF8'))`;

/** The entries of a flag that no roll-up has counted. */
const pending = ({ projectId }: ProjectTx, flag: string) => sql`(
  select exposure.* from exposure_batch join exposure on exposure.batch_id = exposure_batch.id
  where exposure_batch.project_id = ${projectId} and exposure_batch.rolled_up_at is null
    and exposure.project_id = ${projectId} and exposure.flag = ${flag}
) as pending`;

/** A batch has at least one entry, so that no more batches than the entries asked for need to be looked at. */
async function claim(tx: ProjectTx, wanted: ReturnType<typeof sql>, aboutEntries: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from exposure_batch
    where project_id = ${tx.projectId} and ${wanted} and id in (
      select id from (
        select id, sum(entries) over (order by received_at, id) - entries as before from (
          select id, entries, received_at from exposure_batch
          where project_id = ${tx.projectId} and ${wanted}
          order by received_at, id limit ${aboutEntries}
        ) as oldest
      ) as queue
      where before < ${aboutEntries}
    )
    for update skip locked`.execute(tx.sql);
  return rows.map(({ id }) => id);
}
