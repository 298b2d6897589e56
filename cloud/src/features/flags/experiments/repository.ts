import { sql, type RawBuilder } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { firstBatchSince } from '../first-batch.ts';
import type { ArmMoments } from './compare.ts';
import type { DrawnUnits } from './sample-ratio.ts';

/** Outcomes with the value that a metric has of each, as the slice that keeps them hands them out. */
export interface MetricRows {
  /** A table expression: `id, at, task_id, user_id, repo_id, flags, value`. */
  rows: RawBuilder<unknown>;
  /** How the values of several attempts make that of their task. */
  ofTask: 'max' | 'sum' | 'avg';
}

export interface Joining {
  flag: string;
  from: Date;
  metric: MetricRows;
  windowHours: number;
  pastHours: number;
  /** In their order; cut the units into phases. */
  borders: readonly Date[];
}

export interface Joined {
  arms: ArmMoments[];
  drawn: DrawnUnits[];
  crossovers: number;
  notRandomised: number;
  contradicted: number;
}

export const experimentRepository = {
  /** What a join would read, as far as it is not more than one above a number. */
  async sizes(tx: ProjectTx, { flag, from, metric }: Pick<Joining, 'flag' | 'from' | 'metric'>, upTo: number) {
    const { rows } = await sql<{ exposures: number; outcomes: number }>`
      select
        (select count(*)::integer from (
          select from exposure
          where project_id = ${tx.projectId} and flag = ${flag} and last_at >= ${from} and unit is not null
          limit ${upTo + 1}
        ) as held) as exposures,
        (select count(*)::integer from (select from ${metric.rows} as measured limit ${upTo + 1}) as held) as outcomes`.execute(
      tx.sql,
    );
    return rows[0]!;
  },

  /**
   * Exposures joined to outcomes and added up by variant, in one statement, so that all figures are of one moment.
   *
   * `entry` are the flag's exposures in the range, `drawn` each unit that a split decided for, once. An outcome belongs to
   * the exposure of its task (`exposed_task`); one whose task was never exposed belongs to its user or repository, if that
   * is the unit, within the window. Attempts make tasks, tasks make the unit's value. The past of a unit is what it did in
   * the hours before its first exposure, unless it had been exposed before the range began.
   *
   * Variances and covariances are PostgreSQL's own, which centre as they go (Youngs and Cramer), so that a large mean does
   * not eat their digits. A unit without a past counts as average in it: its missing says nothing about the variant.
   */
  async join(tx: ProjectTx, { flag, from, metric, windowHours, pastHours, borders }: Joining): Promise<Joined> {
    const ofTask = sql.raw(metric.ofTask);
    const hours = (count: number) => sql`make_interval(secs => ${count * 3_600}::float8)`;
    const unitBranch = (kind: 'user' | 'repo') => sql`
      select drawn.unit, outcome.at >= drawn.first_at as after, coalesce(outcome.task_id, outcome.id::text) as task,
        outcome.value, outcome.flags ->> ${flag} <> drawn.variant as contradicts
      from outcome join drawn on drawn.kind = ${kind} and drawn.unit = outcome.${sql.ref(`${kind}_id`)}
      where outcome.at >= drawn.first_at - ${hours(pastHours)} and outcome.at < drawn.first_at + ${hours(windowHours)}
        and (outcome.at >= drawn.first_at or not drawn.exposed_before)
        and not exists (select from exposed_task where exposed_task.task_id = outcome.task_id)`;
    // What comes out of a `with` has no statistics, nor has a table that was never analysed: taken for few rows, two large
    // lists would be compared each with each. Hashing is right for few and for many.
    await sql`set local enable_nestloop = off`.execute(tx.sql);
    const { rows } = await sql<Joined>`
      with entry as materialized (
        select unit, variant, flag_version, rule_id, reason, user_id, repo_id, task_id, first_at,
          coalesce(reason, 'SPLIT') = 'SPLIT' as randomised
        from exposure
        where project_id = ${tx.projectId} and flag = ${flag} and unit is not null
          and batch_id >= ${firstBatchSince(from)} and last_at >= ${from}
      ), earlier as (
        select distinct unit from exposure_unit
        where project_id = ${tx.projectId} and flag = ${flag} and first_at < ${from}
      ), drawn as materialized (
        select unit, variant, crossed, first_at, flag_version, rule_id, said, kind,
          earlier.unit is not null or first_at < ${from} as exposed_before
        from (
          select unit, min(variant) as variant, min(variant) <> max(variant) as crossed, min(first_at) as first_at,
            (array_agg(flag_version order by first_at, flag_version))[1] as flag_version,
            (array_agg(rule_id order by first_at, flag_version))[1] as rule_id,
            (array_agg(reason is not null order by first_at, flag_version))[1] as said,
            case when bool_or(user_id = unit) then 'user' when bool_or(repo_id = unit) then 'repo'
              when bool_or(task_id = unit) then 'task' else 'user' end as kind
          from entry where randomised group by unit
        ) as units left join earlier using (unit)
      ), exposed_task as materialized (
        select distinct on (task_id) task_id, unit, variant, randomised, first_at
        from entry where task_id is not null order by task_id, first_at, unit
      ), outcome as materialized (
        select * from ${metric.rows} as measured
      ), joined as (
        select exposed_task.unit, true as after, outcome.task_id as task, outcome.value,
          outcome.flags ->> ${flag} <> exposed_task.variant as contradicts
        from outcome join exposed_task using (task_id)
        where exposed_task.randomised and outcome.at >= exposed_task.first_at
        union all ${unitBranch('user')}
        union all ${unitBranch('repo')}
      ), task as (
        select unit, after, ${ofTask}(value) as value, count(*) as outcomes,
          count(*) filter (where contradicts) as contradicted
        from joined group by unit, after, task
      ), measured as (
        select unit, avg(value) filter (where after) as value, avg(value) filter (where not after) as past,
          sum(outcomes) filter (where after) as outcomes, sum(contradicted) filter (where after) as contradicted
        from task group by unit
      ), counted as materialized (
        select variant, value, past, outcomes, contradicted,
          coalesce(past, avg(past) filter (where value is not null) over ()) as filled
        from drawn left join measured using (unit) where not crossed
      )
      select
        (select coalesce(json_agg(arm order by variant), '[]') from (
          select variant, count(*) as units, count(value) as "unitsWithOutcome", coalesce(sum(outcomes), 0) as outcomes,
            avg(value) as mean, var_samp(value) as variance, bool_and(value in (0, 1)) as "isRate",
            count(past) filter (where value is not null) as "unitsWithPast",
            avg(filled) filter (where value is not null) as "preMean",
            var_samp(filled) filter (where value is not null) as "preVariance",
            covar_samp(value, filled) as covariance
          from counted group by variant
        ) as arm) as arms,
        (select coalesce(json_agg(part), '[]') from (
          select variant, flag_version as "flagVersion", rule_id as "ruleId", said,
            width_bucket(first_at, ${borders.map((border) => border.toISOString())}::timestamptz[]) as phase,
            count(*) as units
          from drawn where not crossed group by 1, 2, 3, 4, 5
        ) as part) as drawn,
        (select count(*)::integer from drawn where crossed) as crossovers,
        (select count(*)::integer from (
          select unit from entry group by unit having not bool_or(randomised)
        ) as others) as "notRandomised",
        (select coalesce(sum(contradicted), 0)::integer from counted) as contradicted`.execute(tx.sql);
    return rows[0]!;
  },
};
