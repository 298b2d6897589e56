import { sql } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { pageFitting, type FittingPage, type PageWanted } from '../../../platform/page-bytes.ts';
import { activeStatuses, type BisectRow, type StepRow, type StepVerdict } from './bisect-row.ts';

const columns = [
  'id',
  'status',
  'request',
  'candidates',
  'problems',
  'max_runs as maxRuns',
  'resumed_after as resumedAfter',
  'answer',
  'failure',
  'regression_id as regressionId',
  'started_by as startedBy',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const;

const stepColumns = [
  'number',
  'phase',
  'candidate',
  'run_id as runId',
  'budget_usd as budgetUsd',
  'verdict',
  'posterior',
] as const;

type Changes = Partial<Pick<BisectRow, 'status' | 'problems' | 'maxRuns' | 'resumedAfter' | 'answer' | 'failure'>>;

export const bisectRepository = {
  async insert(tx: ProjectTx, row: Omit<BisectRow, 'createdAt' | 'updatedAt'>): Promise<void> {
    await tx.sql
      .insertInto('eval_bisect')
      .values({
        id: row.id,
        project_id: tx.projectId,
        status: row.status,
        request: JSON.stringify(row.request),
        candidates: JSON.stringify(row.candidates),
        problems: jsonOrNull(row.problems),
        max_runs: row.maxRuns,
        answer: null,
        failure: null,
        regression_id: row.regressionId,
        started_by: row.startedBy,
        created_at: tx.now,
        updated_at: tx.now,
      })
      .execute();
  },

  async find(tx: ProjectTx, id: string): Promise<BisectRow | undefined> {
    return (await ofProject(tx).where('id', '=', id).executeTakeFirst()) as BisectRow | undefined;
  },

  /** Holds the row until the end of the transaction: whoever decides about a bisect does so alone. */
  async lock(tx: ProjectTx, id: string): Promise<BisectRow | undefined> {
    return (await ofProject(tx).where('id', '=', id).forUpdate().executeTakeFirst()) as BisectRow | undefined;
  },

  /** Newest first, below the id `before`: as many as fit on a page. */
  page: (tx: ProjectTx, { before, limit }: PageWanted): Promise<FittingPage<BisectRow>> =>
    pageFitting(
      limit,
      (most) =>
        tx.sql
          .selectFrom('eval_bisect')
          .select('id')
          .select(sql<number>`octet_length(request::text) + octet_length(candidates::text)`.as('bytes'))
          .where('project_id', '=', tx.projectId)
          .$if(before !== undefined, (query) => query.where('id', '<', before!))
          .orderBy('id', 'desc')
          .limit(most)
          .execute(),
      async (ids) => (await ofProject(tx).where('id', 'in', ids).orderBy('id', 'desc').execute()) as BisectRow[],
    ),

  async activeCount(tx: ProjectTx): Promise<number> {
    const { n } = await tx.sql
      .selectFrom('eval_bisect')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('project_id', '=', tx.projectId)
      .where('status', 'in', [...activeStatuses])
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  async update(tx: ProjectTx, id: string, changes: Changes): Promise<void> {
    const { status, problems, maxRuns, resumedAfter, answer, failure } = changes;
    await tx.sql
      .updateTable('eval_bisect')
      .set({
        updated_at: tx.now,
        ...(status !== undefined && { status }),
        ...(problems !== undefined && { problems: JSON.stringify(problems) }),
        ...(maxRuns !== undefined && { max_runs: maxRuns }),
        ...(resumedAfter !== undefined && { resumed_after: resumedAfter }),
        ...(answer !== undefined && { answer: JSON.stringify(answer) }),
        ...(failure !== undefined && { failure }),
      })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .execute();
  },

  async steps(tx: ProjectTx, bisectId: string): Promise<StepRow[]> {
    const rows = await tx.sql
      .selectFrom('eval_bisect_step')
      .select(stepColumns)
      .where('project_id', '=', tx.projectId)
      .where('bisect_id', '=', bisectId)
      .orderBy('number')
      .execute();
    return rows as StepRow[];
  },

  /** Of several bisects at once, without their posteriors. */
  async stepsOf(tx: ProjectTx, bisectIds: readonly string[]): Promise<Map<string, StepRow[]>> {
    const byBisect = new Map<string, StepRow[]>(bisectIds.map((id) => [id, []]));
    if (bisectIds.length === 0) return byBisect;
    const rows = await tx.sql
      .selectFrom('eval_bisect_step')
      .select(['bisect_id as bisectId', 'number', 'phase', 'candidate', 'run_id as runId', 'verdict'])
      .where('project_id', '=', tx.projectId)
      .where('bisect_id', 'in', [...bisectIds])
      .orderBy('number')
      .execute();
    for (const { bisectId, ...step } of rows)
      byBisect.get(bisectId)!.push({ ...step, budgetUsd: null, posterior: null } as StepRow);
    return byBisect;
  },

  async insertStep(
    tx: ProjectTx,
    bisectId: string,
    step: Pick<StepRow, 'number' | 'phase' | 'candidate' | 'runId' | 'budgetUsd'>,
  ): Promise<void> {
    await tx.sql
      .insertInto('eval_bisect_step')
      .values({
        bisect_id: bisectId,
        number: step.number,
        project_id: tx.projectId,
        phase: step.phase,
        candidate: step.candidate,
        run_id: step.runId,
        budget_usd: step.budgetUsd,
        verdict: null,
        posterior: null,
      })
      .execute();
  },

  async endStep(
    tx: ProjectTx,
    bisectId: string,
    number: number,
    { verdict, posterior }: { verdict: StepVerdict; posterior: number[] | null },
  ): Promise<void> {
    await tx.sql
      .updateTable('eval_bisect_step')
      .set({ verdict, posterior: JSON.stringify(posterior) })
      .where('project_id', '=', tx.projectId)
      .where('bisect_id', '=', bisectId)
      .where('number', '=', number)
      .execute();
  },

  /** What the ended runs have spent. */
  async paidUsd(tx: ProjectTx, bisectId: string): Promise<number> {
    const { rows } = await sql<{ paid: number }>`
      select coalesce(sum(eval_run.paid_usd), 0)::float8 as paid
      from eval_bisect_step join eval_run on eval_run.id = eval_bisect_step.run_id
      where eval_bisect_step.project_id = ${tx.projectId} and bisect_id = ${bisectId} and verdict is not null`.execute(
      tx.sql,
    );
    return rows[0]!.paid;
  },
};

const ofProject = (tx: ProjectTx) =>
  tx.sql.selectFrom('eval_bisect').select(columns).where('project_id', '=', tx.projectId);

const jsonOrNull = (value: readonly unknown[] | null) => (value === null ? null : JSON.stringify(value));
