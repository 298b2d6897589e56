import { sql, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import type { Schema } from '../../../../platform/db/schema.ts';
import type { RunRow } from '../../runs/repository.ts';
import { countingPurposes } from '../counts.ts';

/** A run of a line: of a subject over time, on one version of a data set. */
type Place = Pick<RunRow, 'id' | 'datasetId' | 'subjectId' | 'finishedAt'>;

export interface Night {
  runId: string;
  rate: number;
}

interface GateWish {
  flagKey: string;
  variants: string[];
  dataset: string;
  subjectId: string | undefined;
  /** Exclusive. */
  since: Date;
  /** None that an agent has started. */
  onlyTrusted: boolean;
}

export interface GateRunRow {
  runId: string;
  subjectLabel: string;
  passRate: number;
  /** Against its baseline; null without one. */
  dropPoints: number | null;
  /** The first look at it is over. */
  isChecked: boolean;
  finishedAt: Date;
}

/** Runs that count, as a line over time. */
export const lineRepository = {
  /** One decision about a subject at a time; held to the end of the transaction. */
  lock: ({ sql: trx, projectId }: ProjectTx, subjectId: string) =>
    trx
      .selectFrom('eval_subject')
      .select('id')
      .where('project_id', '=', projectId)
      .where('id', '=', subjectId)
      .forNoKeyUpdate()
      .execute(),

  /**
   * The last run before it, those left out whose level is a regression that nobody has answered; one that no agent started,
   * if that is preferred and there is any.
   */
  async baseline(
    tx: ProjectTx,
    run: Place,
    { preferTrusted }: { preferTrusted: boolean },
  ): Promise<string | undefined> {
    const row = await line(tx, run)
      .where(isBefore(run))
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('eval_regression')
              .select('eval_regression.id')
              .whereRef('eval_regression.after_run_id', '=', 'eval_run.id')
              .where('eval_regression.state', '=', 'alert')
              .where('eval_regression.acknowledged', 'is', null),
          ),
        ),
      )
      .select('id')
      .$if(preferTrusted, (query) => query.orderBy(isOfAgent))
      .orderBy('finished_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.id;
  },

  /** Runs of the line after one that no first look has come to, the oldest first. */
  async unlookedAfter(tx: ProjectTx, run: Place, limit: number): Promise<string[]> {
    const looked = (table: 'eval_run_check' | 'eval_regression', column: 'run_id' | 'after_run_id') =>
      sql<SqlBool>`exists (select 1 from ${sql.table(table)} as look where look.${sql.ref(column)} = eval_run.id)`;
    const rows = await line(tx, run)
      .where(sql<SqlBool>`(finished_at, id) > (${run.finishedAt}, ${run.id}::uuid)`)
      .where(({ not }) => not(looked('eval_run_check', 'run_id')))
      .where(({ not }) => not(looked('eval_regression', 'after_run_id')))
      .select('id')
      .orderBy('finished_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  },

  /** Of one schedule up to a run, the oldest first: at most the newest `limit`. */
  async nights(tx: ProjectTx, run: Place & Pick<RunRow, 'scheduleId'>, limit: number): Promise<Night[]> {
    const rows = await line(tx, run)
      .where('schedule_id', '=', run.scheduleId)
      .where(sql<SqlBool>`(finished_at, id) <= (${run.finishedAt}, ${run.id}::uuid)`)
      .where(sql<SqlBool>`passed + failed + timeout > 0`)
      .select(['id as runId', sql<number>`passed::float8 / (passed + failed + timeout)`.as('rate')])
      .orderBy('finished_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.reverse();
  },

  noteCheck: (
    tx: ProjectTx,
    runId: string,
    found: { baselineRunId: string; dropPoints: number; p: number } | undefined,
  ) =>
    tx.sql
      .insertInto('eval_run_check')
      .values({
        run_id: runId,
        project_id: tx.projectId,
        baseline_run_id: found?.baselineRunId ?? null,
        drop_points: found?.dropPoints ?? null,
        p: found?.p ?? null,
        checked_at: tx.now,
      })
      .onConflict((conflict) => conflict.column('run_id').doNothing())
      .execute(),

  /** The newest run that measured a variant of a flag on a data set, whichever version of it. */
  async measured(tx: ProjectTx, { flagKey, variants, dataset, subjectId, since, onlyTrusted }: GateWish) {
    const row = await tx.sql
      .selectFrom('eval_run')
      .innerJoin('eval_dataset', 'eval_dataset.id', 'eval_run.dataset_id')
      .innerJoin('eval_subject', 'eval_subject.id', 'eval_run.subject_id')
      .leftJoin('eval_run_check', 'eval_run_check.run_id', 'eval_run.id')
      .where('eval_run.project_id', '=', tx.projectId)
      .where(counts)
      .where('flag_key', '=', flagKey)
      .where('flag_variant', 'in', variants)
      .where('eval_dataset.name', '=', dataset)
      .$if(subjectId !== undefined, (query) => query.where('eval_run.subject_id', '=', subjectId!))
      .where('finished_at', '>', since)
      .$if(onlyTrusted, (query) => query.where(({ not }) => not(isOfAgent)))
      .select([
        'eval_run.id as runId',
        'eval_subject.label as subjectLabel',
        sql<number>`passed::float8 / nullif(passed + failed + timeout, 0)`.as('passRate'),
        'drop_points as dropPoints',
        'checked_at as checkedAt',
        'finished_at as finishedAt',
      ])
      .orderBy('finished_at', 'desc')
      .orderBy('eval_run.id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) return undefined;
    const { checkedAt, passRate, finishedAt, ...rest } = row;
    // What was not graded passes nothing.
    return { ...rest, passRate: passRate ?? 0, isChecked: checkedAt !== null, finishedAt: finishedAt! } as GateRunRow;
  },

  /** What a run of recorded samples was given, in the order of the data set. */
  answers: (tx: ProjectTx, runId: string) =>
    tx.sql
      .selectFrom('eval_answer')
      .select(['problem', 'kind', 'text'])
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .orderBy('problem')
      .orderBy('sample')
      .execute(),
};

const counts = (eb: ExpressionBuilder<Schema, 'eval_run'>) =>
  eb.and([
    eb('eval_run.status', '=', 'completed'),
    eb('eval_run.is_whole', '=', true),
    eb('eval_run.purpose', 'in', [...countingPurposes]),
  ]);

/** As `isTrusted` has it: of the roles that may start runs, the one that changes no flags. */
const isOfAgent = sql<SqlBool>`coalesce(eval_run.started_role, '') = 'agent'`;

const line = (tx: ProjectTx, { datasetId, subjectId }: Place) =>
  tx.sql
    .selectFrom('eval_run')
    .where('eval_run.project_id', '=', tx.projectId)
    .where('eval_run.dataset_id', '=', datasetId)
    .where('eval_run.subject_id', '=', subjectId)
    .where(counts);

const isBefore = ({ finishedAt, id }: Place) => sql<SqlBool>`(finished_at, eval_run.id) < (${finishedAt}, ${id}::uuid)`;
