import type { Survival } from '@whetstone/shared/contract';
import { sql, type RawBuilder } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { NewCorrection } from './read-correction.ts';

type IdentifiedCorrection = NewCorrection & { id: string; at: Date };

export const captureRepository = {
  /** With their hunks, all in one statement: each that goes back and forth costs more than what is written. */
  async insert(tx: ProjectTx, corrections: readonly IdentifiedCorrection[]): Promise<void> {
    const rows = corrections.map(rowOf);
    const hunks = corrections.flatMap((correction) => hunkRowsOf(tx, correction));
    await sql`
      with told as (
        insert into feedback (project_id, detectors, labels, received_at, original, corrected, ${namesOf(rowTypes)})
        select ${tx.projectId}::uuid, '[]', '[]', ${tx.now}::timestamptz, coalesce(original, 'null'), coalesce(corrected, 'null'),
          ${namesOf(rowTypes)}
        from json_to_recordset(${JSON.stringify(rows)}) as said (original json, corrected json, ${typesOf(rowTypes)})
      )
      insert into feedback_hunk (project_id, detectors, ${namesOf(hunkTypes)})
      select ${tx.projectId}::uuid, '[]', ${namesOf(hunkTypes)}
      from json_to_recordset(${JSON.stringify(hunks)}) as said (${typesOf(hunkTypes)})`.execute(tx.sql);
  },

  async insertSurvivals(tx: ProjectTx, items: readonly (Survival & { settledAt: Date; changedLines: number })[]) {
    await tx.sql
      .insertInto('feedback_survival')
      .values(
        items.map((said) => ({
          id: uuidv7({ msecs: tx.now.getTime() }),
          project_id: tx.projectId,
          session: said.session,
          agent: said.agent ?? null,
          task_id: said.taskId ?? null,
          task_type: said.taskType ?? null,
          language: said.language ?? null,
          repo_id: said.repoId ?? null,
          user_id: said.userId ?? null,
          model: said.model ?? null,
          flags: said.flags ? JSON.stringify(said.flags) : null,
          guidance_version: said.guidanceVersion ?? null,
          lines: JSON.stringify(said.lines),
          agent_lines: said.agentLines,
          changed_lines: said.changedLines,
          covered: said.covered,
          at: said.settledAt,
          received_at: tx.now,
        })),
      )
      .execute();
  },
};

const rowTypes = {
  id: 'uuid',
  task_id: 'text',
  task_type: 'text',
  kind: 'text',
  language: 'text',
  repo_id: 'text',
  user_id: 'text',
  model: 'text',
  flags: 'json',
  guidance_version: 'text',
  comment: 'text',
  files: 'json',
  added: 'integer',
  removed: 'integer',
  warnings: 'json',
  problem: 'text',
  corrected_at: 'timestamptz',
} as const;

const hunkTypes = {
  id: 'uuid',
  feedback_id: 'uuid',
  place: 'integer',
  file: 'text',
  language: 'text',
  verdict: 'text',
  start_line: 'integer',
  end_line: 'integer',
  before: 'text',
  after: 'text',
} as const;

type Row<Types> = Record<keyof Types, unknown>;

const namesOf = (types: object) => sql.raw(Object.keys(types).join(', '));
const typesOf = (types: Record<string, string>) =>
  sql.raw(
    Object.entries(types)
      .map(([column, type]) => `${column} ${type}`)
      .join(', '),
  );

const rowOf = ({ id, at, said, ...correction }: IdentifiedCorrection) => ({
  original: said.originalPatch,
  corrected: said.correctedPatch,
  ...({
    id,
    task_id: said.taskId,
    task_type: said.taskType,
    kind: said.kind,
    language: correction.language,
    repo_id: said.repoId,
    user_id: said.userId,
    model: said.model,
    flags: said.flags,
    guidance_version: said.guidanceVersion,
    comment: said.userComment,
    files: correction.files,
    added: correction.added,
    removed: correction.removed,
    warnings: correction.warnings,
    problem: correction.problem,
    corrected_at: at,
  } satisfies Row<typeof rowTypes>),
});

const hunkRowsOf = (tx: ProjectTx, { id, hunks }: IdentifiedCorrection) =>
  hunks.map(
    (hunk, place) =>
      ({
        id: uuidv7({ msecs: tx.now.getTime() }),
        feedback_id: id,
        place,
        file: hunk.file,
        language: hunk.language,
        verdict: hunk.verdict,
        start_line: hunk.startLine,
        end_line: hunk.endLine,
        before: hunk.before,
        after: hunk.after,
      }) satisfies Row<typeof hunkTypes>,
  );

/**
 * For a row of `outcome`: how far people changed what came of its task, from 0 to 1. Of lines, where those were counted, else 1 for a
 * task that was corrected and 0 for one that was not. null for what belongs to no task, and before anything was captured.
 */
export const correctedShare = (): RawBuilder<number | null> => sql`(
  case when outcome.task_id is null then null else coalesce(
    (select sum(changed_lines)::float8 / nullif(sum(agent_lines), 0) from feedback_survival as told
      where told.project_id = outcome.project_id and md5(told.task_id) = md5(outcome.task_id) and told.task_id = outcome.task_id),
    (select 1::float8 where exists (
      select from feedback as told
      where told.project_id = outcome.project_id and md5(told.task_id) = md5(outcome.task_id) and told.task_id = outcome.task_id
        and told.kind in ('edit', 'manual_fix', 'reject'))),
    (select 0::float8 where exists (select from feedback as told where told.project_id = outcome.project_id)
      or exists (select from feedback_survival as told where told.project_id = outcome.project_id)))
  end
)`;
