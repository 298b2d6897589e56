import type { GuidanceStatus } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../platform/db/database.ts';
import { lockProject } from '../../platform/db/lock-project.ts';
import { nameOf, type GateEvidence, type GateRow, type GuidanceRow } from './guidance-row.ts';

const columns = [
  'number',
  'title',
  'parent',
  'content_hash as contentHash',
  'tokens',
  'rules',
  'status',
  'flag_variant as flagVariant',
  'created_by as createdBy',
  'created_at as createdAt',
] as const;

const gateColumns = [
  'id',
  'number',
  'decision',
  'reason',
  'request',
  'plan',
  'without_run as withoutRun',
  'with_run as withRun',
  'result',
  'started_by as startedBy',
  'started_at as startedAt',
  'ended_at as endedAt',
] as const;

type GateEnd = Pick<GateRow, 'decision' | 'reason' | 'result'>;

export const guidanceRepository = {
  /** Whoever writes a version, a gate or the flag does so alone in the project. */
  lockProject,

  async nextNumber(tx: ProjectTx): Promise<number> {
    const { most } = await tx.sql
      .selectFrom('guidance')
      .select((eb) => eb.fn.max('number').as('most'))
      .where('project_id', '=', tx.projectId)
      .executeTakeFirstOrThrow();
    return (most ?? 0) + 1;
  },

  async insert(tx: ProjectTx, row: Omit<GuidanceRow, 'createdAt' | 'flagVariant'>): Promise<void> {
    await tx.sql
      .insertInto('guidance')
      .values({
        project_id: tx.projectId,
        number: row.number,
        title: row.title,
        parent: row.parent,
        content_hash: row.contentHash,
        tokens: row.tokens,
        rules: JSON.stringify(row.rules),
        status: row.status,
        flag_key: null,
        flag_variant: null,
        created_by: row.createdBy,
        created_at: tx.now,
        ended_reason: null,
      })
      .execute();
  },

  find: async (tx: ProjectTx, number: number): Promise<GuidanceRow | undefined> =>
    (await versions(tx).where('number', '=', number).executeTakeFirst()) as GuidanceRow | undefined,

  /** Newest first, below the number `before`. */
  list: async (
    tx: ProjectTx,
    { status, before, limit }: { status: GuidanceStatus | undefined; before: number | undefined; limit: number },
  ): Promise<GuidanceRow[]> =>
    (await versions(tx)
      .$if(status !== undefined, (query) => query.where('status', '=', status!))
      .$if(before !== undefined, (query) => query.where('number', '<', before!))
      .orderBy('number', 'desc')
      .limit(limit)
      .execute()) as GuidanceRow[],

  /** Rules that rest on a pattern, of all versions. */
  async rulesOn(tx: ProjectTx, patternId: string): Promise<{ guidanceVersion: string; ruleId: string }[]> {
    const { rows } = await sql<{ number: number; ruleId: string }>`
      select number, rule ->> 'id' as "ruleId" from guidance, json_array_elements(rules) as rule
      where project_id = ${tx.projectId} and rule ->> 'patternId' = ${patternId}
      order by number desc limit 100`.execute(tx.sql);
    return rows.map(({ number, ruleId }) => ({ guidanceVersion: nameOf(number), ruleId }));
  },

  /** Those that the flag serves or served, until they are retired by hand. */
  served: async (tx: ProjectTx): Promise<GuidanceRow[]> =>
    (await versions(tx).where('flag_variant', 'is not', null).orderBy('number').execute()) as GuidanceRow[],

  /** And those of these numbers. */
  servedOrOf: async (tx: ProjectTx, numbers: readonly number[]): Promise<GuidanceRow[]> =>
    (await versions(tx)
      .where((eb) =>
        eb.or([eb('flag_variant', 'is not', null), ...(numbers.length > 0 ? [eb('number', 'in', [...numbers])] : [])]),
      )
      .orderBy('number')
      .execute()) as GuidanceRow[],

  async projectsWithReleases({ sql: trx }: Tx): Promise<string[]> {
    const rows = await trx
      .selectFrom('guidance')
      .select('project_id as projectId')
      .distinct()
      .where('status', '=', 'released')
      .execute();
    return rows.map(({ projectId }) => projectId);
  },

  async setStatus(
    tx: ProjectTx,
    number: number,
    {
      status,
      reason,
      flag,
    }: { status: GuidanceStatus; reason?: string; flag?: { key: string; variant: string } | null },
  ): Promise<void> {
    await tx.sql
      .updateTable('guidance')
      .set({
        status,
        ...(reason !== undefined && { ended_reason: reason }),
        ...(flag !== undefined && { flag_key: flag?.key ?? null, flag_variant: flag?.variant ?? null }),
      })
      .where('project_id', '=', tx.projectId)
      .where('number', '=', number)
      .execute();
  },

  async insertGate(tx: ProjectTx, gate: Omit<GateRow, 'startedAt'>): Promise<void> {
    await tx.sql
      .insertInto('guidance_gate')
      .values({
        id: gate.id,
        project_id: tx.projectId,
        number: gate.number,
        decision: gate.decision,
        reason: gate.reason,
        request: JSON.stringify(gate.request),
        plan: JSON.stringify(gate.plan),
        without_run: gate.withoutRun,
        with_run: gate.withRun,
        result: gate.result && JSON.stringify(gate.result),
        started_by: gate.startedBy,
        started_at: tx.now,
        ended_at: gate.endedAt,
      })
      .execute();
  },

  async setRuns(tx: ProjectTx, id: string, runs: { without: string; with: string }): Promise<void> {
    await tx.sql
      .updateTable('guidance_gate')
      .set({ without_run: runs.without, with_run: runs.with })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .execute();
  },

  async endGate(tx: ProjectTx, id: string, { decision, reason, result }: GateEnd): Promise<void> {
    await tx.sql
      .updateTable('guidance_gate')
      .set({ decision, reason, result: result && JSON.stringify(result), ended_at: tx.now })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .execute();
  },

  gate: async (tx: ProjectTx, id: string): Promise<GateRow | undefined> =>
    (await gates(tx).where('id', '=', id).executeTakeFirst()) as GateRow | undefined,

  /** The newest first. */
  gatesOf: async (tx: ProjectTx, numbers: readonly number[]): Promise<GateRow[]> =>
    numbers.length === 0
      ? []
      : ((await gates(tx)
          .where('number', 'in', [...numbers])
          .orderBy('started_at', 'desc')
          .orderBy('id', 'desc')
          .execute()) as GateRow[]),

  /** Of the family but for those that failed, which tried nothing; what was cancelled has a result, see there. */
  family: async (tx: ProjectTx, family: string): Promise<GateRow[]> =>
    (await gates(tx)
      .where(sql<boolean>`request ->> 'family' = ${family}`)
      .where('with_run', 'is not', null)
      .where((eb) => eb.or([eb('decision', '<>', 'failed'), eb('result', 'is not', null)]))
      .orderBy('started_at')
      .execute()) as GateRow[],

  openGates: async (tx: ProjectTx): Promise<number> => {
    const { n } = await tx.sql
      .selectFrom('guidance_gate')
      .select(sql<number>`count(*)::int`.as('n'))
      .where('project_id', '=', tx.projectId)
      .where('ended_at', 'is', null)
      .executeTakeFirstOrThrow();
    return n;
  },

  /** Of all projects, begun before a time and not decided yet, the oldest first. */
  async undecided({ sql: trx }: Tx, before: Date): Promise<{ projectId: string; gateId: string }[]> {
    return await trx
      .selectFrom('guidance_gate')
      .select(['project_id as projectId', 'id as gateId'])
      .where('ended_at', 'is', null)
      .where('started_at', '<', before)
      .orderBy('started_at')
      .limit(1_000)
      .execute();
  },

  lastGate: async (tx: ProjectTx): Promise<GateRow | undefined> =>
    (await gates(tx).orderBy('started_at', 'desc').limit(1).executeTakeFirst()) as GateRow | undefined,

  /** Of the last gate with evidence on a data set by a model: how often tasks came out differently. */
  async evidence(tx: ProjectTx, { dataset, model }: { dataset: string; model: string }): Promise<GateEvidence | null> {
    const found = await tx.sql
      .selectFrom('guidance_gate')
      .select('result')
      .where('project_id', '=', tx.projectId)
      .where('result', 'is not', null)
      .where('decision', '<>', 'failed')
      .where(sql<boolean>`request ->> 'dataset' = ${dataset} and request ->> 'model' = ${model}`)
      .orderBy('started_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    return (found?.result ?? null) as GateEvidence | null;
  },
};

const versions = (tx: ProjectTx) =>
  tx.sql.selectFrom('guidance').select(columns).where('project_id', '=', tx.projectId);

const gates = (tx: ProjectTx) =>
  tx.sql.selectFrom('guidance_gate').select(gateColumns).where('project_id', '=', tx.projectId);
