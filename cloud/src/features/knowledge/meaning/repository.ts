import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import type { Owner } from '../ingest/scope.ts';
import type { VectorPlace } from './meaning.ts';

/** Who works on the vectors of a version for one content: what others still write for it is refused. */
export interface VectorsHold {
  versionId: string;
  space: string;
  attempt: number;
  /** Of the version; null where the version is gone. */
  stamp: string | null;
}

export interface VectorsState {
  space: string;
  engine: string;
  stamp: string | null;
  beatAt: Date | null;
}

type Place = { versionId: string; space: string };

export const vectorsRepository = {
  /** The content that is served of a version: null before the first; undefined where there is no such version. */
  async stampOf(tx: Tx, versionId: string): Promise<string | null | undefined> {
    const row = await tx.sql
      .selectFrom('knowledge_version')
      .select('stamp')
      .where('id', '=', versionId)
      .executeTakeFirst();
    return row?.stamp;
  },

  states: (tx: Tx, versionId: string): Promise<VectorsState[]> =>
    tx.sql
      .selectFrom('knowledge_vectors')
      .select(['space', 'engine', 'stamp', 'beat_at as beatAt'])
      .where('version_id', '=', versionId)
      .execute(),

  /** Takes the work up, unless somebody holds it who was heard of lately. */
  async claim(
    tx: Tx,
    of: Place & { owner: Owner; engine: string; stamp: string | null },
    silentSince: Date,
  ): Promise<VectorsHold | undefined> {
    const { versionId, space, owner, engine, stamp } = of;
    if (stamp !== null)
      await tx.sql
        .insertInto('knowledge_vectors')
        .values({ project_id: owner, version_id: versionId, space, engine })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    const row = await tx.sql
      .updateTable('knowledge_vectors')
      .set((row) => ({ attempts: row('attempts', '+', 1), beat_at: tx.now }))
      .where('version_id', '=', versionId)
      .where('space', '=', space)
      .where((row) => row.or([row('beat_at', 'is', null), row('beat_at', '<', silentSince)]))
      .returning(['attempts', 'engine'])
      .executeTakeFirst();
    if (!row) return undefined;
    if (stamp !== null && row.engine !== engine) await startAnew(tx, { versionId, space, engine });
    return { versionId, space, attempt: row.attempts, stamp };
  },

  /** Says that somebody is there. False when somebody else is, or when the version has another content by now. */
  async beat(tx: Tx, { versionId, space, attempt, stamp }: VectorsHold): Promise<boolean> {
    const { numUpdatedRows } = await tx.sql
      .updateTable('knowledge_vectors')
      .set({ beat_at: tx.now })
      .where('version_id', '=', versionId)
      .where('space', '=', space)
      .where('attempts', '=', attempt)
      .where(({ exists, not, selectFrom }) => {
        const version = selectFrom('knowledge_version').select('id').where('id', '=', versionId);
        return stamp === null ? not(exists(version)) : exists(version.where('stamp', '=', stamp));
      })
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** Hands it back, with why it failed. */
  release: (tx: Tx, { versionId, space, attempt }: VectorsHold, failure: string | null) =>
    tx.sql
      .updateTable('knowledge_vectors')
      .set({ beat_at: null, failure })
      .where('version_id', '=', versionId)
      .where('space', '=', space)
      .where('attempts', '=', attempt)
      .execute(),

  /** All vectors of this content are there, and no others: from now on they are asked. */
  finish: (tx: Tx, { versionId, space, attempt, stamp }: VectorsHold, vectors: number) =>
    tx.sql
      .updateTable('knowledge_vectors')
      .set({ stamp, vectors, ready_at: tx.now, beat_at: null, failure: null })
      .where('version_id', '=', versionId)
      .where('space', '=', space)
      .where('attempts', '=', attempt)
      .execute(),

  forget: (tx: Tx, { versionId, space, attempt }: VectorsHold) =>
    tx.sql
      .deleteFrom('knowledge_vectors')
      .where('version_id', '=', versionId)
      .where('space', '=', space)
      .where('attempts', '=', attempt)
      .execute(),

  /** Names of the vectors that lie there, and of those that are being taken away. */
  async there(tx: Tx, { versionId, space }: Place): Promise<{ hash: string; leaving: boolean }[]> {
    return tx.sql
      .selectFrom('knowledge_embedded')
      .select(['hash', 'leaving'])
      .where('version_id', '=', versionId)
      .where('space', '=', space)
      .execute();
  },

  noteThere: (tx: Tx, owner: Owner, { versionId, space }: Place, hashes: readonly string[]) =>
    tx.sql
      .insertInto('knowledge_embedded')
      .values(hashes.map((hash) => ({ project_id: owner, version_id: versionId, space, hash })))
      .onConflict((conflict) => conflict.columns(['version_id', 'space', 'hash']).doUpdateSet({ leaving: false }))
      .execute(),

  noteLeaving: (tx: Tx, { versionId, space }: Place, hashes: readonly string[]) =>
    tx.sql
      .updateTable('knowledge_embedded')
      .set({ leaving: true })
      .where('version_id', '=', versionId)
      .where('space', '=', space)
      .where('hash', 'in', hashes)
      .execute(),

  noteGone: (tx: Tx, { versionId, space }: Place, hashes: readonly string[]) =>
    tx.sql
      .deleteFrom('knowledge_embedded')
      .where('version_id', '=', versionId)
      .where('space', '=', space)
      .where('hash', 'in', hashes)
      .execute(),

  /** What was paid for before, by name; it is in use again. */
  async kept(tx: Tx, owner: Owner, space: string, hashes: readonly string[]): Promise<Map<string, Float32Array>> {
    const rows = await tx.sql
      .updateTable('knowledge_embedding')
      .set({ used_at: tx.now })
      .where('space', '=', space)
      .where('hash', 'in', hashes)
      .where('project_id', owner === null ? 'is' : '=', owner)
      .returning(['hash', 'vector'])
      .execute();
    return new Map(rows.map(({ hash, vector }) => [hash, floatsOf(vector)]));
  },

  keep: (tx: Tx, owner: Owner, space: string, vectors: readonly { id: string; vector: Float32Array }[]) =>
    tx.sql
      .insertInto('knowledge_embedding')
      .values(
        vectors.map(({ id, vector }) => ({
          project_id: owner,
          space,
          hash: id,
          vector: bytesOf(vector),
          used_at: tx.now,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute(),

  async removeUnused(tx: Tx, before: Date, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from knowledge_embedding where ctid in (
        select ctid from knowledge_embedding where used_at < ${before} order by used_at limit ${limit})`.execute(
      tx.sql,
    );
    return Number(numAffectedRows ?? 0n);
  },

  /** Versions whose vectors are not what they should be, and nobody is at it: to be made, or to be dropped. */
  async due(
    tx: Tx,
    { space, engine }: VectorPlace,
    { silentSince, limit }: { silentSince: Date; limit: number },
  ): Promise<{ id: string; owner: Owner }[]> {
    const { rows } = await sql<{ id: string; owner: Owner }>`
      select id, project_id as owner from knowledge_version as version
      where ready_at is not null and not exists (
        select from knowledge_vectors as kept where kept.version_id = version.id and kept.space = ${space}
          and (kept.engine = ${engine} and kept.stamp = version.stamp or kept.beat_at > ${silentSince})
      )
      union
      select version_id, project_id from knowledge_vectors as kept
      where (beat_at is null or beat_at <= ${silentSince}) and (
        space <> ${space} or not exists (select from knowledge_version as version where version.id = kept.version_id)
      )
      order by id limit ${limit}`.execute(tx.sql);
    return rows;
  },
};

/** Its vectors lie with somebody else by now: nothing is known of what lies here. */
async function startAnew(tx: Tx, { versionId, space, engine }: Place & { engine: string }) {
  await tx.sql
    .deleteFrom('knowledge_embedded')
    .where('version_id', '=', versionId)
    .where('space', '=', space)
    .execute();
  await tx.sql
    .updateTable('knowledge_vectors')
    .set({ engine, stamp: null, ready_at: null })
    .where('version_id', '=', versionId)
    .where('space', '=', space)
    .execute();
}

const bytesOf = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

/** A copy, since numbers lie at multiples of four only. */
const floatsOf = (bytes: Uint8Array) => new Float32Array(Uint8Array.from(bytes).buffer);
