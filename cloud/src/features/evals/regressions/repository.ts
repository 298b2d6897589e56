import { sql, type ExpressionBuilder } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Schema } from '../../../platform/db/schema.ts';
import { pageFitting, type FittingPage, type PageWanted } from '../../../platform/page-bytes.ts';
import type { RunRow } from '../runs/repository.ts';
import type { RegressionChange, RegressionRow, RegressionState } from './regression.ts';

interface NewRegression {
  found: RegressionRow['found'];
  before: Pick<RunRow, 'id'>;
  after: Pick<RunRow, 'id' | 'datasetId' | 'subjectId' | 'flagKey' | 'flagVariant'>;
  suspicion: RegressionRow['suspicion'];
  entry: Entry;
}

/** A line of its history. */
interface Entry {
  by: string;
  what: string;
}

interface Filter {
  dataset?: string | undefined;
  subjectId?: string | undefined;
  state?: RegressionState | undefined;
  open?: boolean | undefined;
}

export const regressionRepository = {
  /** `undefined` when the run has one already. */
  async insert(tx: ProjectTx, { found, before, after, suspicion, entry }: NewRegression) {
    const row = await tx.sql
      .insertInto('eval_regression')
      .values({
        id: uuidv7(),
        project_id: tx.projectId,
        dataset_id: after.datasetId,
        subject_id: after.subjectId,
        found,
        state: 'suspected',
        before_run_id: before.id,
        after_run_id: after.id,
        suspicion: JSON.stringify(suspicion),
        flag_key: after.flagKey,
        flag_variant: after.flagVariant,
        created_at: tx.now,
        updated_at: tx.now,
      })
      .onConflict((conflict) => conflict.columns(['project_id', 'after_run_id']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!row) return undefined;
    await addEntry(tx, row.id, entry);
    return regressionRepository.find(tx, row.id);
  },

  async find(tx: ProjectTx, id: string): Promise<RegressionRow | undefined> {
    const row = await regressions(tx).where('eval_regression.id', '=', id).executeTakeFirst();
    return row && rowOf(row);
  },

  /** Held to the end of the transaction: what happens to one regression happens one after the other. */
  async lock(tx: ProjectTx, id: string): Promise<RegressionRow | undefined> {
    const { projectId, sql: trx } = tx;
    await trx
      .selectFrom('eval_regression')
      .select('id')
      .where('project_id', '=', projectId)
      .where('id', '=', id)
      .forUpdate()
      .execute();
    return regressionRepository.find(tx, id);
  },

  async ofRun(tx: ProjectTx, runId: string): Promise<RegressionRow | undefined> {
    const row = await regressions(tx).where('after_run_id', '=', runId).executeTakeFirst();
    return row && rowOf(row);
  },

  /** Those of a subject on a version of a data set that are undecided or alerts, the newest first. */
  async pending(tx: ProjectTx, { datasetId, subjectId }: Pick<RunRow, 'datasetId' | 'subjectId'>) {
    const rows = await regressions(tx)
      .where('eval_regression.dataset_id', '=', datasetId)
      .where('eval_regression.subject_id', '=', subjectId)
      .where('state', 'in', ['suspected', 'confirming', 'alert'] satisfies RegressionState[])
      .orderBy('eval_regression.id', 'desc')
      .execute();
    return rows.map(rowOf);
  },

  /** Runs of a subject whose level somebody has taken for the new one, or whose alarm in a series was looked into. */
  async looked(tx: ProjectTx, { datasetId, subjectId }: Pick<RunRow, 'datasetId' | 'subjectId'>) {
    const rows = await tx.sql
      .selectFrom('eval_regression')
      .select(['after_run_id as runId', 'found', 'acknowledged'])
      .where('project_id', '=', tx.projectId)
      .where('dataset_id', '=', datasetId)
      .where('subject_id', '=', subjectId)
      .where((eb) => eb.or([eb('found', '=', 'series'), eb('acknowledged', 'is not', null)]))
      .execute();
    return rows.map(({ runId, found, acknowledged }) => ({
      runId,
      isOfSeries: found === 'series',
      isAcknowledged: acknowledged !== null,
    }));
  },

  /** Whether anything undecided or unanswered names this variant of a flag. */
  async isDoubted(tx: ProjectTx, { key, variants }: { key: string; variants: string[] }): Promise<boolean> {
    const row = await tx.sql
      .selectFrom('eval_regression')
      .select('id')
      .where('project_id', '=', tx.projectId)
      .where('flag_key', '=', key)
      .where('flag_variant', 'in', variants)
      .where(isOpen)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  },

  /** For a leaderboard: subject -> the newest that is open. */
  async openOn(tx: ProjectTx, datasetId: string): Promise<ReadonlyMap<string, string>> {
    const rows = await tx.sql
      .selectFrom('eval_regression')
      .select(['subject_id as subjectId', 'id'])
      .where('project_id', '=', tx.projectId)
      .where('dataset_id', '=', datasetId)
      .where(isOpen)
      .orderBy('id')
      .execute();
    return new Map(rows.map(({ subjectId, id }) => [subjectId, id]));
  },

  /** For its trend lines: the run in which it was found -> regression; what turned out to be noise is none. */
  async marksOn(tx: ProjectTx, datasetId: string): Promise<ReadonlyMap<string, string>> {
    const rows = await tx.sql
      .selectFrom('eval_regression')
      .select(['after_run_id as runId', 'id'])
      .where('project_id', '=', tx.projectId)
      .where('dataset_id', '=', datasetId)
      .where('state', 'in', ['alert', 'recovered', 'unconfirmed'] satisfies RegressionState[])
      .execute();
    return new Map(rows.map(({ runId, id }) => [runId, id]));
  },

  /** Newest first, below the id `before`: as many as fit on a page. */
  page: (
    tx: ProjectTx,
    { dataset, subjectId, state, open }: Filter,
    { before, limit }: PageWanted,
  ): Promise<FittingPage<RegressionRow>> =>
    pageFitting(
      limit,
      (most) =>
        joined(tx)
          .select(['eval_regression.id', rowBytes.as('bytes')])
          .$if(dataset !== undefined, (query) => query.where('eval_dataset.name', '=', dataset!))
          .$if(subjectId !== undefined, (query) => query.where('eval_regression.subject_id', '=', subjectId!))
          .$if(state !== undefined, (query) => query.where('state', '=', state!))
          .$if(open === true, (query) => query.where(isOpen))
          .$if(open === false, (query) => query.where((eb) => eb.not(isOpen(eb))))
          .$if(before !== undefined, (query) => query.where('eval_regression.id', '<', before!))
          .orderBy('eval_regression.id', 'desc')
          .limit(most)
          .execute(),
      async (ids) => {
        const rows = await regressions(tx)
          .where('eval_regression.id', 'in', ids)
          .orderBy('eval_regression.id', 'desc')
          .execute();
        return rows.map(rowOf);
      },
    ),

  /** After `lock`. `what` and by whom are added to its history. */
  async change(tx: ProjectTx, before: RegressionRow, change: RegressionChange, entry: Entry): Promise<RegressionRow> {
    const { evidence, rollback, acknowledged } = change;
    await tx.sql
      .updateTable('eval_regression')
      .set({
        ...(change.state !== undefined && { state: change.state }),
        ...(change.severity !== undefined && { severity: change.severity }),
        ...(change.reason !== undefined && { reason: change.reason }),
        ...(change.beforeRerunId !== undefined && { before_rerun_id: change.beforeRerunId }),
        ...(change.afterRerunId !== undefined && { after_rerun_id: change.afterRerunId }),
        ...(evidence !== undefined && { evidence: evidence && JSON.stringify(evidence) }),
        ...(change.rollbackClaimedAt !== undefined && { rollback_claimed_at: change.rollbackClaimedAt }),
        ...(rollback !== undefined && { rollback: rollback && JSON.stringify(rollback) }),
        ...(acknowledged !== undefined && { acknowledged: acknowledged && JSON.stringify(acknowledged) }),
        ...(change.mutedUntil !== undefined && { muted_until: change.mutedUntil }),
        ...(change.assignee !== undefined && { assignee: change.assignee }),
        updated_at: tx.now,
      })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', before.id)
      .execute();
    await addEntry(tx, before.id, entry);
    const history = [...before.history, { at: tx.now.toISOString(), ...entry }];
    return { ...before, ...change, history, updatedAt: tx.now };
  },
};

/** Whoever adds one holds the regression's row: the ids of its entries are in the order in which they came. */
const addEntry = (tx: ProjectTx, id: string, entry: Entry) =>
  tx.sql
    .insertInto('eval_regression_entry')
    .values({ regression_id: id, project_id: tx.projectId, at: tx.now, ...entry })
    .execute();

/** The newest, of one that has had many: all of them are kept. */
const entriesShown = 200;

const entries = sql<{ at: string; by: string; what: string }[]>`(
  select coalesce(json_agg(json_build_object('at', at, 'by', by, 'what', what) order by id), '[]')
  from (
    select id, at, by, what from eval_regression_entry
    where project_id = eval_regression.project_id and regression_id = eval_regression.id
    order by id desc limit ${sql.lit(entriesShown)}
  ) as newest)`;

/** JSON has its own way to write a time. */
function rowOf(row: object): RegressionRow {
  const { history, ...rest } = row as RegressionRow;
  return { ...rest, history: history.map(({ at, ...entry }) => ({ at: new Date(at).toISOString(), ...entry })) };
}

/** Of `eval_regression` with its data set and subject. */
const columns = [
  'eval_regression.id',
  'eval_regression.dataset_id as datasetId',
  'eval_dataset.name as dataset',
  'eval_regression.subject_id as subjectId',
  'eval_subject.label as subjectLabel',
  'found',
  'state',
  'severity',
  'reason',
  'before_run_id as beforeRunId',
  'after_run_id as afterRunId',
  'before_rerun_id as beforeRerunId',
  'after_rerun_id as afterRerunId',
  'suspicion',
  'evidence',
  'flag_key as flagKey',
  'flag_variant as flagVariant',
  'rollback_claimed_at as rollbackClaimedAt',
  'rollback',
  'acknowledged',
  'muted_until as mutedUntil',
  'assignee',
  entries.as('history'),
  'eval_regression.created_at as createdAt',
  'eval_regression.updated_at as updatedAt',
] as const;

/** What evidence names, and what people have written. */
const rowBytes = sql<number>`1000 + octet_length(${entries}::text) + coalesce(octet_length(evidence::text), 0)`;

const joined = (tx: ProjectTx) =>
  tx.sql
    .selectFrom('eval_regression')
    .innerJoin('eval_dataset', 'eval_dataset.id', 'eval_regression.dataset_id')
    .innerJoin('eval_subject', 'eval_subject.id', 'eval_regression.subject_id')
    .where('eval_regression.project_id', '=', tx.projectId);

const regressions = (tx: ProjectTx) => joined(tx).select(columns);

/** Undecided, or an alert that nobody has answered. */
const isOpen = (eb: ExpressionBuilder<Schema, 'eval_regression'>) =>
  eb.or([
    eb('state', 'in', ['suspected', 'confirming'] satisfies RegressionState[]),
    eb.and([eb('state', '=', 'alert'), eb('acknowledged', 'is', null)]),
  ]);
