import type { FlagDefinition } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../platform/db/database.ts';
import { lockProject } from '../../platform/db/lock-project.ts';
import type { SegmentRow } from './segment-row.ts';

const columns = [
  'key',
  'version',
  'definition',
  'created_at as createdAt',
  'updated_at as updatedAt',
  'archived_at as archivedAt',
] as const;

export interface FlagRow {
  key: string;
  version: number;
  definition: unknown;
  createdAt: Date;
  updatedAt: Date;
  archivedAt: Date | null;
}

export interface ListedFlagRow extends FlagRow {
  /** Of the last exposure that was rolled up, or evaluation over HTTP that was written down. */
  lastEvaluatedAt: Date | null;
}

/** The flags and segments that are evaluated, and the places in the project's log at which they are these. */
export interface RulesetRows {
  /** Of the last event that concerned a flag or segment. */
  revision: number;
  /** Of the last event at all. */
  head: number;
  flags: FlagRow[];
  segments: SegmentRow[];
}

/** Writes come after `lockProject` and before the event that tells of them. */
export const flagRepository = {
  /** `undefined` when the key is taken. */
  insert: (tx: ProjectTx, definition: FlagDefinition): Promise<FlagRow | undefined> =>
    tx.sql
      .insertInto('flag')
      .values({
        project_id: tx.projectId,
        key: definition.key,
        version: 1,
        definition: JSON.stringify(definition),
        created_at: tx.now,
        updated_at: tx.now,
        archived_at: null,
      })
      .onConflict((conflict) => conflict.columns(['project_id', 'key']).doNothing())
      .returning(columns)
      .executeTakeFirst(),

  find: (tx: ProjectTx, key: string): Promise<FlagRow | undefined> =>
    tx.sql
      .selectFrom('flag')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('key', '=', key)
      .executeTakeFirst(),

  /** Those of the keys that there are, archived or not. */
  findAll: (tx: ProjectTx, keys: string[]): Promise<FlagRow[]> =>
    tx.sql.selectFrom('flag').select(columns).where('project_id', '=', tx.projectId).where('key', 'in', keys).execute(),

  /** Locks the flags of the project against other writers; what a change depends on stays as it was read. */
  lockProject,

  async replace(tx: ProjectTx, key: string, change: { definition?: FlagDefinition; archivedAt?: Date | null }) {
    const { definition, archivedAt } = change;
    return tx.sql
      .updateTable('flag')
      .set((of) => ({
        version: of('version', '+', 1),
        updated_at: tx.now,
        ...(definition === undefined ? {} : { definition: JSON.stringify(definition) }),
        ...(archivedAt === undefined ? {} : { archived_at: archivedAt }),
      }))
      .where('project_id', '=', tx.projectId)
      .where('key', '=', key)
      .returning(columns)
      .executeTakeFirstOrThrow();
  },

  list: (tx: ProjectTx, archived: boolean, after: string | undefined, limit: number): Promise<ListedFlagRow[]> =>
    tx.sql
      .selectFrom('flag')
      .leftJoin('flag_last_evaluation as known', (join) =>
        join.onRef('known.project_id', '=', 'flag.project_id').onRef('known.flag', '=', 'flag.key'),
      )
      .select([
        'flag.key',
        'flag.version',
        'flag.definition',
        'flag.created_at as createdAt',
        'flag.updated_at as updatedAt',
        'flag.archived_at as archivedAt',
        'known.last_at as lastEvaluatedAt',
      ])
      .where('flag.project_id', '=', tx.projectId)
      .where('flag.archived_at', archived ? 'is not' : 'is', null)
      .$if(after !== undefined, (query) => query.where('flag.key', '>', after!))
      .orderBy('flag.key')
      .limit(limit)
      .execute(),

  active: (tx: ProjectTx): Promise<FlagRow[]> =>
    tx.sql
      .selectFrom('flag')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('archived_at', 'is', null)
      .orderBy('key')
      .execute(),

  /** Of these keys, those that are evaluated. */
  named: (tx: ProjectTx, keys: readonly string[]): Promise<FlagRow[]> =>
    tx.sql
      .selectFrom('flag')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('archived_at', 'is', null)
      .where('key', 'in', keys)
      .execute(),

  hasAny: async (tx: ProjectTx): Promise<boolean> => {
    const flag = await tx.sql
      .selectFrom('flag')
      .select('key')
      .where('project_id', '=', tx.projectId)
      .limit(1)
      .executeTakeFirst();
    return flag !== undefined;
  },

  /** In one statement, so that all are of one moment: what follows the revision is in neither flags nor segments. */
  ruleset: async (tx: ProjectTx): Promise<RulesetRows> => {
    const { rows } = await sql<RulesetRow>`
      select project.flag_revision as revision, project.event_sequence as head, item.*
      from project left join (
        select project_id, 'flag' as kind, ${itemColumns}, archived_at as "archivedAt" from flag where archived_at is null
        union all
        select project_id, 'segment', ${itemColumns}, null from segment
      ) as item on item.project_id = project.id
      where project.id = ${tx.projectId}
      order by item.key`.execute(tx.sql);
    const [{ revision, head } = { revision: 0, head: 0 }] = rows;
    const ofKind = (kind: RulesetRow['kind']) => rows.filter((row) => row.kind === kind);
    return { revision: Number(revision), head: Number(head), flags: ofKind('flag'), segments: ofKind('segment') };
  },
};

const itemColumns = sql`key, version, definition, created_at as "createdAt", updated_at as "updatedAt"`;

/** A project without flags and segments is a row without either. */
interface RulesetRow extends FlagRow {
  revision: string;
  head: string;
  kind: 'flag' | 'segment' | null;
}
