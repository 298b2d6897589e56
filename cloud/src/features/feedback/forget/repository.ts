import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../platform/db/database.ts';

export const forgetRepository = {
  /** Ids of all corrections of a user, by any of these names; they stay as they are until the transaction ends. */
  async ofUser(tx: ProjectTx, names: readonly string[]): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from feedback
      where project_id = ${tx.projectId} and md5(user_id) in (${sql.join(names.map(md5))}) and user_id = any(${[...names]}::text[])
      order by id for update`.execute(tx.sql);
    return rows.map(({ id }) => id);
  },

  async removeSurvivals(tx: ProjectTx, names: readonly string[]): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from feedback_survival
      where project_id = ${tx.projectId} and md5(user_id) in (${sql.join(names.map(md5))}) and user_id = any(${[...names]}::text[])`.execute(
      tx.sql,
    );
    return Number(numAffectedRows ?? 0n);
  },

  /** Patterns that count one of these corrections. */
  async patternsOn(tx: ProjectTx, ids: readonly string[]): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select distinct counted.pattern_id as id
      from feedback_pattern_hunk as counted join feedback_hunk as hunk on hunk.id = counted.hunk_id
      where hunk.project_id = ${tx.projectId} and hunk.feedback_id = any(${[...ids]}::uuid[])`.execute(tx.sql);
    return rows.map(({ id }) => id);
  },

  /** With their hunks, and with what was counted of them. */
  async remove(tx: ProjectTx, ids: readonly string[]): Promise<void> {
    await sql`delete from feedback where project_id = ${tx.projectId} and id = any(${[...ids]}::uuid[])`.execute(
      tx.sql,
    );
  },

  /** Retires those of these patterns that rest on nothing any more, and takes what they quote from them: how many. */
  async retireEmpty(tx: ProjectTx, patternIds: readonly string[]): Promise<number> {
    const { numAffectedRows } = await sql`
      update feedback_pattern set retired_at = ${tx.now}, is_pattern = false, template = null
      where project_id = ${tx.projectId} and id = any(${[...patternIds]}::uuid[]) and retired_at is null
        and not exists (select from feedback_pattern_hunk as counted where counted.pattern_id = feedback_pattern.id)`.execute(
      tx.sql,
    );
    return Number(numAffectedRows ?? 0n);
  },

  async projectsWithOlder(tx: Tx, before: Date): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from project
      where exists (select from feedback where feedback.project_id = project.id and received_at < ${before})`.execute(
      tx.sql,
    );
    return rows.map(({ id }) => id);
  },

  /** The oldest from before a time that no rule of guidance rests on: how many went, at most the limit. */
  async removeOldest(tx: ProjectTx, before: Date, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from feedback where project_id = ${tx.projectId} and id in (
        select id from feedback
        where project_id = ${tx.projectId} and received_at < ${before} and id::text not in (
          select used
          from guidance, json_array_elements(rules) as rule,
            json_array_elements_text(coalesce(rule -> 'feedbackIds', '[]'::json)) as used
          where guidance.project_id = ${tx.projectId}
        )
        order by received_at limit ${limit}
      )`.execute(tx.sql);
    return Number(numAffectedRows ?? 0n);
  },
};

const md5 = (name: string) => sql`md5(${name})`;
