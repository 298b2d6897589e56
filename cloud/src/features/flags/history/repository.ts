import type { FlagAction, HistoryActor, SegmentAction } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { FlagRow } from '../repository.ts';
import type { SegmentRow } from '../segment-row.ts';
import { versionColumns, type VersionInsert } from '../version-columns.ts';

/** How a version came about, of a flag or a segment. */
export interface ChangeRow {
  actorKind: HistoryActor['kind'];
  actorId: string | null;
  actorName: string;
  reason: string | null;
}

export interface VersionRow extends FlagRow, ChangeRow {
  action: FlagAction;
}

export interface SegmentVersionRow extends SegmentRow, ChangeRow {
  action: SegmentAction;
}

interface Versions {
  flag_version: VersionRow;
  segment_version: SegmentVersionRow;
}

/** A place in the project's log, which puts changes of different flags in their order, or a time. */
export type Moment = { sequence: number } | { time: Date };

/** A page is cut short when its definitions get larger than this, but has at least one version and the one before. */
const maxBytesRead = 1_048_576;

interface Rows {
  flag_version: FlagRow;
  segment_version: SegmentRow;
}

const segmentColumns = sql.raw('key, version, definition, created_at as "createdAt", updated_at as "updatedAt"');
const flagColumns = sql.raw(
  'key, version, definition, created_at as "createdAt", updated_at as "updatedAt", archived_at as "archivedAt"',
);

const columnsOf = { flag_version: flagColumns, segment_version: segmentColumns };

export const historyRepository = {
  insert: (tx: ProjectTx, version: VersionInsert<FlagRow, FlagAction>) =>
    tx.sql
      .insertInto('flag_version')
      .values({ ...versionColumns(tx, version), archived_at: version.row.archivedAt })
      .execute(),

  /** Newest first, below a version; `before` of each is the version it came from, `undefined` for the first of all. */
  async page<T extends keyof Versions>(
    tx: ProjectTx,
    table: T,
    { key, below, limit }: { key: string; below: number | undefined; limit: number },
  ) {
    const { rows } = await sql<Versions[T] & { oldest: number }>`
      select ${columnsOf[table]}, action, actor_kind as "actorKind", actor_id as "actorId", actor_name as "actorName", reason,
        (select min(version) from ${sql.table(table)} where project_id = ${tx.projectId} and key = ${key}) as oldest
      from (
        select *, row_number() over newest as place,
          sum(octet_length(definition::text)) over newest - octet_length(definition::text) as bytes_before
        from (
          select * from ${sql.table(table)}
          where project_id = ${tx.projectId} and key = ${key} and version < ${below ?? 2_147_483_647}
          order by version desc limit ${limit + 1}
        ) as versions
        window newest as (order by version desc rows unbounded preceding)
      ) as measured
      where place <= 2 or bytes_before < ${maxBytesRead}
      order by version desc`.execute(tx.sql);
    const versions = rows
      .slice(0, limit)
      .map((row, i) => ({ ...row, before: rows[i + 1] }))
      .filter(({ version, oldest, before }) => before !== undefined || version === oldest);
    const last = versions.at(-1);
    return { versions, isLast: last === undefined || last.version === last.oldest };
  },

  async find<T extends keyof Versions>(tx: ProjectTx, table: T, key: string, version: number) {
    const { rows } = await sql<Rows[T] & { sequence: string }>`
      select ${columnsOf[table]}, sequence from ${sql.table(table)}
      where project_id = ${tx.projectId} and key = ${key} and version = ${version}`.execute(tx.sql);
    const [row] = rows;
    return row && { ...row, sequence: Number(row.sequence) };
  },

  /** The version in which a variant was rolled back for this very reason, whatever came after; `undefined` if it never was. */
  async rolledBackFor(tx: ProjectTx, key: string, word: string): Promise<number | undefined> {
    const { rows } = await sql<{ version: number }>`
      select version from flag_version
      where project_id = ${tx.projectId} and key = ${key} and action = 'variant_rolled_back' and position(${word} in reason) > 0
      order by version limit 1`.execute(tx.sql);
    return rows[0]?.version;
  },

  /** The newest versions in which a variant was rolled back, each beside what the flag was before, the newest first. */
  async rollbacks(tx: ProjectTx, key: string, limit: number) {
    const { rows } = await sql<{ version: number; before: unknown }>`
      select after.version, before.definition as before
      from flag_version as after join flag_version as before
        on before.project_id = after.project_id and before.key = after.key and before.version = after.version - 1
      where after.project_id = ${tx.projectId} and after.key = ${key} and after.action = 'variant_rolled_back'
      order by after.version desc limit ${limit}`.execute(tx.sql);
    return rows;
  },

  /** How a version that is there came about. */
  async changeOf(tx: ProjectTx, key: string, version: number): Promise<{ action: FlagAction; reason: string | null }> {
    return await tx.sql
      .selectFrom('flag_version')
      .select(['action', 'reason'])
      .where('project_id', '=', tx.projectId)
      .where('key', '=', key)
      .where('version', '=', version)
      .$narrowType<{ action: FlagAction }>()
      .executeTakeFirstOrThrow();
  },

  /** The first and the last version that the history knows, and since when; `undefined` without any. */
  async reach(tx: ProjectTx, table: keyof Versions, key: string) {
    const { rows } = await sql<{ first: number; last: number; since: Date; createdAt: Date }>`
      select min(version) as first, max(version) as last, min(updated_at) as since, min(created_at) as "createdAt"
      from ${sql.table(table)} where project_id = ${tx.projectId} and key = ${key}
      having count(*) > 0`.execute(tx.sql);
    return rows[0];
  },

  /** The newest versions that were in force since a time, newest first. */
  async inForceSince(tx: ProjectTx, key: string, from: Date, limit: number): Promise<FlagRow[]> {
    const { rows } = await sql<FlagRow>`
      select ${flagColumns} from flag_version
      where project_id = ${tx.projectId} and key = ${key} and version >= coalesce((
        select max(version) from flag_version
        where project_id = ${tx.projectId} and key = ${key} and updated_at <= ${from}
      ), 1)
      order by version desc limit ${limit}`.execute(tx.sql);
    return rows;
  },

  /** What these flags were at a moment, the archived ones included; one look into the index for each. */
  async asOf(tx: ProjectTx, keys: string[], moment: Moment): Promise<FlagRow[]> {
    const { rows } = await sql<FlagRow>`
      select found.* from unnest(${keys}::text[]) as wanted (name) cross join lateral (
        select ${flagColumns} from flag_version
        where project_id = ${tx.projectId} and key = wanted.name collate "C" and ${upTo(moment)}
        order by flag_version.version desc limit 1
      ) as found`.execute(tx.sql);
    return rows;
  },

  /** All segments there were at a moment. */
  async segmentsAsOf(tx: ProjectTx, moment: Moment): Promise<SegmentRow[]> {
    const { rows } = await sql<SegmentRow>`
      select ${segmentColumns} from (
        select distinct on (key) * from segment_version
        where project_id = ${tx.projectId} and ${upTo(moment)}
        order by key, version desc
      ) as found
      where deleted_at is null`.execute(tx.sql);
    return rows;
  },
};

/** Holds for what was written until then, in any table of versions. */
const upTo = (moment: Moment) =>
  'sequence' in moment ? sql`sequence <= ${moment.sequence}` : sql`updated_at <= ${moment.time}`;
