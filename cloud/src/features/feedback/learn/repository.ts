import { sql, type RawBuilder } from 'kysely';
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { addPlaces, noPlaces, type PlaceSums } from './rank/lift.ts';
import type { KnownHunk, ReadHunk, ReadingToWrite, UnreadCorrection } from './readable.ts';

/** Names the lines of an agent among the places. */
export const linesKey = 'lines';
export const detectorKey = (detector: string) => `detector ${detector}`;

/** Rows as one parameter, however many there are. */
const rowsOf = (rows: readonly object[], columns: RawBuilder<unknown>) =>
  sql`json_to_recordset(${storable(rows)}::json) as given(${columns})`;

/** Text of a person may hold what the database cannot. */
const storable = (value: unknown) => JSON.stringify(value).replaceAll('\\u0000', '');

export const readingRepository = {
  /** One learner of a project at a time, to the end of the transaction; and whoever takes corrections away. */
  async hold({ sql: trx, projectId }: ProjectTx) {
    await sql`insert into feedback_learning (project_id) values (${projectId}) on conflict do nothing`.execute(trx);
    await sql`select from feedback_learning where project_id = ${projectId} for update`.execute(trx);
  },

  /** The oldest, as many as lie within so many bytes, and one at least. */
  async unread({ sql: trx, projectId }: ProjectTx, most: { corrections: number; bytes: number }) {
    const { rows } = await sql<UnreadCorrection>`
      select feedback.id, kind, comment, original, corrected, repo_id as "repoId", corrected_at as "correctedAt", null as "ageMs"
      from (
        select id, sum(pg_column_size(original) + pg_column_size(corrected)) over (order by id) as bytes,
          row_number() over (order by id) as place
        from (
          select * from feedback where project_id = ${projectId} and read_at is null order by id limit ${most.corrections}
        ) as oldest
      ) as chosen join feedback using (id)
      where chosen.bytes <= ${most.bytes} or chosen.place = 1
      order by feedback.id`.execute(trx);
    return rows;
  },

  async hunksOf({ sql: trx }: ProjectTx, ids: readonly string[]): Promise<KnownHunk[]> {
    const { rows } = await sql<KnownHunk>`
      select id, feedback_id as "feedbackId", place, file, verdict, start_line as "startLine", end_line as "endLine", before, after
      from feedback_hunk where feedback_id = any(${ids}::uuid[]) order by feedback_id, place`.execute(trx);
    return rows;
  },

  /** Writes down what was read, in place of what was read before; corrections that are gone since are left out. */
  async write(tx: ProjectTx, given: readonly ReadingToWrite[], edition: number) {
    const ids = given.map(({ id }) => id);
    const { rows: live } = await sql<{ id: string; place: number }>`
      select feedback.id, coalesce((select max(place) + 1 from feedback_hunk where feedback_id = feedback.id), 0) as place
      from feedback where id = any(${ids}::uuid[]) and read_at is null order by id for update`.execute(tx.sql);
    const nextPlace = new Map(live.map(({ id, place }) => [id, place]));
    const readings = given.filter(({ id }) => nextPlace.has(id));
    const liveIds = live.map(({ id }) => id);
    if (liveIds.length === 0) return;
    await this.uncount(tx, liveIds);
    for (const table of ['feedback_occurrence', 'feedback_place', 'feedback_edit'])
      await sql`delete from ${sql.table(table)} where feedback_id = any(${liveIds}::uuid[])`.execute(tx.sql);

    const hunks = readings.flatMap(({ id: feedbackId, hunks: all }) =>
      all.map(({ id, verdict, stretch }) => {
        const place = nextPlace.get(feedbackId)!;
        if (id === undefined) nextPlace.set(feedbackId, place + 1);
        return { id: id ?? uuidv7(), isNew: id === undefined, feedbackId, place, ...rowOfStretch(stretch, verdict) };
      }),
    );
    await replaceHunks(
      tx,
      liveIds,
      hunks,
      readings.flatMap(({ replaced }) => replaced),
    );
    await insertWhatWasRead(tx, readings, hunksOfEach(readings, hunks));
    const read = readings.map(({ id, triage, detectors }) => ({ id, triage, detectors }));
    await sql`
      update feedback set triage = case when triaged_by is null then given.triage else feedback.triage end,
        detectors = given.detectors, read_at = ${tx.now}, read_edition = ${edition}
      from ${rowsOf(read, sql`id uuid, triage text, detectors json`)} where feedback.id = given.id`.execute(tx.sql);
    await this.count(tx, liveIds);
  },

  /** Adds corrections to the sums that are to be in them and are not. */
  async count(tx: ProjectTx, ids: readonly string[]) {
    const { rows } = await sql<{ id: string }>`
      update feedback set is_counted = true
      where id = any(${ids}::uuid[]) and not is_counted and read_at is not null and status <> 'rejected'
      returning id`.execute(tx.sql);
    await tally(
      tx,
      rows.map(({ id }) => id),
      1,
    );
  },

  /** Takes corrections from the sums; before they are removed, read again, or because they were rejected. */
  async uncount(tx: ProjectTx, ids: readonly string[]) {
    const { rows } = await sql<{ id: string }>`
      update feedback set is_counted = false where id = any(${ids}::uuid[]) and is_counted returning id`.execute(
      tx.sql,
    );
    await tally(
      tx,
      rows.map(({ id }) => id),
      -1,
    );
  },

  /** Leaves it to the learner, who alone holds the sums: whoever decides holds the correction. Each mark is a row of its own. */
  async markReviewed({ sql: trx, projectId }: ProjectTx, id: string) {
    await trx
      .insertInto('feedback_touched')
      .values({ project_id: projectId, kind: 'review', key: id, language: uuidv7() })
      .execute();
  },

  /** Puts corrections where reviewers decided that they belong; resolves with how many decisions. */
  async settleReviewed(tx: ProjectTx, limit: number): Promise<number> {
    const { rows } = await sql<{ key: string }>`
      delete from feedback_touched where project_id = ${tx.projectId} and kind = 'review' and (key, language) in (
        select key, language from feedback_touched where project_id = ${tx.projectId} and kind = 'review' order by key limit ${limit}
      ) returning key`.execute(tx.sql);
    if (rows.length === 0) return 0;
    const ids = [...new Set(rows.map(({ key }) => key))];
    const { rows: rejected } = await sql<{ id: string }>`
      select id from feedback where id = any(${ids}::uuid[]) and status = 'rejected'`.execute(tx.sql);
    await this.uncount(
      tx,
      rejected.map(({ id }) => id),
    );
    await this.count(tx, ids);
    await sql`
      insert into feedback_touched (project_id, kind, key, language) values (${tx.projectId}, 'failure', '', '')
      on conflict do nothing`.execute(tx.sql);
    return rows.length;
  },

  /** Leaves it to the learner to sum up anew what is left after something has been removed. */
  async markForgotten({ sql: trx, projectId }: ProjectTx) {
    await trx
      .insertInto('feedback_touched')
      .values({ project_id: projectId, kind: 'all', key: '', language: uuidv7() })
      .execute();
  },

  /** Sums up all that is counted, and has everything counted again; only when something was removed. */
  async sumAgain(tx: ProjectTx): Promise<number> {
    const { sql: trx, projectId } = tx;
    const { numAffectedRows } = await sql`
      delete from feedback_touched where project_id = ${projectId} and kind = 'all'`.execute(trx);
    if (Number(numAffectedRows ?? 0) === 0) return 0;
    await sql`delete from feedback_tally where project_id = ${projectId}`.execute(trx);
    await sql`
      insert into feedback_tally (project_id, language, key, circle, task_type, model, repo_id, clusters, n, changed, nn,
        changed_changed, changed_n)
      select ${projectId}::uuid, language, key,
        md5(coalesce(task_type, '') || chr(1) || coalesce(model, '') || chr(1) || coalesce(repo_id, '')), task_type, model, repo_id,
        count(*), sum(changed + survived), sum(changed), sum((changed + survived) ^ 2), sum(changed ^ 2),
        sum(changed * (changed + survived))
      from (
        select feedback_id, language, ${linesKey}::text collate "C" as key, lines_changed::float8 as changed, lines_left::float8 as survived
        from feedback_place where project_id = ${projectId}
        union all
        select feedback_id, language, one.key collate "C", 0, one.value::float8 from feedback_place, json_each_text(places) as one
        where project_id = ${projectId}
        union all
        select feedback_id, language, ('detector ' || key) collate "C", 0, survived from feedback_occurrence
        where project_id = ${projectId} and kind = 'detector'
      ) as counted join (select id, task_type, model, repo_id, is_counted from feedback) as feedback
        on feedback.id = feedback_id and is_counted
      where changed + survived > 0
      group by language, key, task_type, model, repo_id`.execute(trx);
    await sql`
      insert into feedback_touched (project_id, kind, key, language)
      select distinct project_id, kind, key, language from feedback_pattern where project_id = ${projectId} and kind <> 'failure'
      union select distinct project_id, 'bucket', bucket, '' from feedback_shape where project_id = ${projectId}
      union select ${projectId}::uuid, 'failure', '', ''
      on conflict do nothing`.execute(trx);
    return 1;
  },

  /** Has read again what an earlier edition read, some of it; resolves with how many. */
  async unreadFormer({ sql: trx, projectId }: ProjectTx, edition: number, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      update feedback set read_at = null where id in (
        select id from feedback where project_id = ${projectId} and read_at is not null and read_edition < ${edition}
        order by id limit ${limit}
      )`.execute(trx);
    return Number(numAffectedRows ?? 0);
  },
};

type HunkRow = ReturnType<typeof rowOfStretch> & { id: string; isNew: boolean; feedbackId: string; place: number };

/** What the lines themselves tell; whose doing it was they do not. */
const ofChange = new Set(['edited', 'deleted', 'kept']);

const rowOfStretch = (
  { path, language, before, after, triage, detectors }: ReadHunk['stretch'],
  told: string | undefined,
) => ({
  file: path,
  language,
  verdict: told === undefined || ofChange.has(told) ? (after.text === '' ? 'deleted' : 'edited') : told,
  startLine: after.from,
  endLine: after.to,
  before: before.text,
  after: after.text,
  triage,
  detectors,
});

function hunksOfEach(readings: readonly ReadingToWrite[], hunks: readonly HunkRow[]) {
  const ids = new Map<string, string[]>(readings.map(({ id }) => [id, []]));
  for (const { feedbackId, id } of hunks) ids.get(feedbackId)!.push(id);
  return ids;
}

/** What was read stands in the place of what was told of the same lines; of the rest nothing is known. */
async function replaceHunks(
  { sql: trx, projectId }: ProjectTx,
  ids: readonly string[],
  hunks: readonly HunkRow[],
  replaced: readonly string[],
) {
  await sql`delete from feedback_hunk where id = any(${replaced}::uuid[])`.execute(trx);
  await sql`
    update feedback_hunk set triage = null, detectors = '[]' where feedback_id = any(${ids}::uuid[]) and triage is not null`.execute(
    trx,
  );
  await sql`
    update feedback_hunk set verdict = given.verdict, start_line = given."startLine", end_line = given."endLine",
      before = given.before, after = given.after, triage = given.triage, detectors = given.detectors
    from ${rowsOf(
      hunks.filter(({ isNew }) => !isNew),
      sql`id uuid, verdict text, "startLine" integer, "endLine" integer, before text, after text, triage text, detectors json`,
    )} where feedback_hunk.id = given.id`.execute(trx);
  const fresh = hunks.filter(({ isNew }) => isNew);
  await sql`
    insert into feedback_hunk
      (id, project_id, feedback_id, place, file, language, verdict, start_line, end_line, before, after, triage, detectors)
    select id, ${projectId}::uuid, "feedbackId", place, file, language, verdict, "startLine", "endLine", before, after, triage, detectors
    from ${rowsOf(
      fresh,
      sql`id uuid, "feedbackId" uuid, place integer, file text, language text, verdict text, "startLine" integer,
        "endLine" integer, before text, after text, triage text, detectors json`,
    )}`.execute(trx);
}

async function insertWhatWasRead(
  { sql: trx, projectId }: ProjectTx,
  readings: readonly ReadingToWrite[],
  hunkIds: ReadonlyMap<string, string[]>,
) {
  await sql`
    insert into feedback_occurrence (project_id, feedback_id, kind, key, language, changed, survived, left_at)
    select ${projectId}::uuid, feedback, 'detector', key, language, changed, survived, "leftAt"
    from ${rowsOf(
      readings.flatMap(({ id, occurrences }) =>
        occurrences.map(({ detector, language, changed, survived, leftAt }) => ({
          feedback: id,
          key: detector,
          language,
          changed,
          survived,
          leftAt,
        })),
      ),
      sql`feedback uuid, key text, language text, changed integer, survived integer, "leftAt" json`,
    )} on conflict do nothing`.execute(trx);
  await sql`
    insert into feedback_place (project_id, feedback_id, language, places, lines_changed, lines_left)
    select ${projectId}::uuid, feedback, language, places, changed, "left"
    from ${rowsOf(
      readings.flatMap(({ id, places }) => places.map((place) => ({ feedback: id, ...place }))),
      sql`feedback uuid, language text, places json, changed integer, "left" integer`,
    )}`.execute(trx);
  const shapes = new Map<string, object>();
  for (const { edits, correctedAt } of readings)
    for (const { shape, bucket, language, template } of edits)
      if (!shapes.has(shape)) shapes.set(shape, { hash: shape, bucket, language, form: template, seenAt: correctedAt });
  await sql`
    insert into feedback_shape as known (project_id, hash, language, bucket, form, seen_at)
    select ${projectId}::uuid, hash, language, bucket, form, "seenAt"
    from ${rowsOf([...shapes.values()], sql`hash text, language text, bucket text, form json, "seenAt" timestamptz`)}
    order by hash
    on conflict (project_id, hash) do update set seen_at = least(known.seen_at, excluded.seen_at)`.execute(trx);
  await sql`
    insert into feedback_edit
      (project_id, feedback_id, place, hunk_id, shape, file, coarse, coarse_left, fine, fine_left)
    select ${projectId}::uuid, feedback, place, hunk, shape, file, coarse, "coarseLeft", fine, "fineLeft"
    from ${rowsOf(
      readings.flatMap(({ id, edits }) =>
        edits.map(({ hunk, shape, file, coarse, coarseLeft, fine, fineLeft }, place) => {
          const at = { feedback: id, place, hunk: hunkIds.get(id)![hunk] };
          return { ...at, shape, file, coarse, coarseLeft, fine, fineLeft };
        }),
      ),
      sql`feedback uuid, place integer, hunk uuid, shape text, file text, coarse text, "coarseLeft" integer, fine text,
        "fineLeft" integer`,
    )}`.execute(trx);
}

/** As the database names it when it sums everything. */
const circleOf = (...names: (string | null)[]) =>
  createHash('md5')
    .update(names.map((name) => name ?? '').join('\u0001'))
    .digest('hex');

interface TallyRow extends PlaceSums {
  language: string;
  key: string;
  circle: string;
  taskType: string | null;
  model: string | null;
  repoId: string | null;
}

/** Adds what corrections say to the sums, or takes it from them; and marks what is to be counted again. */
async function tally(tx: ProjectTx, ids: readonly string[], by: 1 | -1) {
  if (ids.length === 0) return;
  const { rows } = await sql<{
    taskType: string | null;
    model: string | null;
    repoId: string | null;
    language: string;
    places: Record<string, number> | null;
    changed: number;
    left: number;
    key: string | null;
  }>`
    select task_type as "taskType", model, repo_id as "repoId", place.language, places, lines_changed as changed,
      lines_left as left, null as key
    from feedback join feedback_place as place on place.feedback_id = feedback.id where feedback.id = any(${ids}::uuid[])
    union all
    select task_type, model, repo_id, occurrence.language, null, 0, survived, key
    from feedback join feedback_occurrence as occurrence on occurrence.feedback_id = feedback.id
    where feedback.id = any(${ids}::uuid[]) and occurrence.kind = 'detector'`.execute(tx.sql);
  const sums = new Map<string, TallyRow>();
  for (const { taskType, model, repoId, language, places, changed, left, key } of rows) {
    const circle = circleOf(taskType, model, repoId);
    const add = (name: string, changedHere: number, leftHere: number) => {
      const at = `${language} ${name} ${circle}`;
      const known = sums.get(at) ?? { ...noPlaces, language, key: name, circle, taskType, model, repoId };
      sums.set(at, { ...known, ...addPlaces(known, changedHere, leftHere, by) });
    };
    if (key !== null) add(detectorKey(key), 0, left);
    else {
      add(linesKey, changed, left);
      for (const [name, count] of Object.entries(places ?? {})) add(name, 0, count);
    }
  }
  const changedSums = [...sums.values()].filter(({ n }) => n !== 0);
  await sql`
    insert into feedback_tally as known (project_id, language, key, circle, task_type, model, repo_id, clusters, n, changed, nn,
      changed_changed, changed_n)
    select ${tx.projectId}::uuid, language, key, circle, "taskType", model, "repoId", clusters, n, changed, nn, "changedChanged",
      "changedN"
    from ${rowsOf(
      changedSums,
      sql`language text, key text, circle text, "taskType" text, model text, "repoId" text, clusters integer, n float8,
        changed float8, nn float8, "changedChanged" float8, "changedN" float8`,
    )}
    on conflict (project_id, language, key, circle) do update set clusters = known.clusters + excluded.clusters,
      n = known.n + excluded.n, changed = known.changed + excluded.changed, nn = known.nn + excluded.nn,
      changed_changed = known.changed_changed + excluded.changed_changed,
      changed_n = known.changed_n + excluded.changed_n`.execute(tx.sql);
  await sql`
    insert into feedback_touched (project_id, kind, key, language)
    select distinct ${tx.projectId}::uuid, 'detector', key, language from feedback_occurrence
    where feedback_id = any(${ids}::uuid[]) and kind = 'detector' and changed > 0
    union
    select distinct ${tx.projectId}::uuid, 'bucket', bucket, '' from feedback_edit
      join feedback_shape on feedback_shape.project_id = feedback_edit.project_id and hash = shape
    where feedback_id = any(${ids}::uuid[])
    union
    select distinct ${tx.projectId}::uuid, 'failure', '', '' from feedback where id = any(${ids}::uuid[]) and failure is not null
    union
    select ${tx.projectId}::uuid, 'link', id::text, '' from unnest(${ids}::uuid[]) as id
    on conflict do nothing`.execute(tx.sql);
}
