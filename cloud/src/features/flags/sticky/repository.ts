import type { FirstAnswer } from '@whetstone/shared/flags';
import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../platform/db/database.ts';

export type StickyUnit = Pick<FirstAnswer, 'flag' | 'attribute' | 'unit'>;

export const stickyRepository = {
  /** What the units were first served, in their order; `undefined` for one that nothing was kept of. */
  async find(tx: ProjectTx, units: readonly StickyUnit[]): Promise<(string | undefined)[]> {
    const { rows } = await sql<{ variant: string | null }>`
      select known.variant from ${listed(units)}
      left join flag_assignment as known on known.project_id = ${tx.projectId}
        and (known.flag, known.attribute, known.unit_hash) = (asked.flag, asked.attribute, ${unitHash})
      order by position`.execute(tx.sql);
    return rows.map(({ variant }) => variant ?? undefined);
  },

  /**
   * Keeps what was served first: whoever comes later changes nothing, unless what is kept is what they say they replace.
   * Rows are touched in the order of their keys, so that two transactions cannot lock crosswise.
   */
  async keep(tx: ProjectTx, answers: readonly FirstAnswer[]): Promise<void> {
    await sql`
      insert into flag_assignment as known (project_id, flag, attribute, unit_hash, variant, assigned_at)
      select distinct on (flag, attribute, unit) ${tx.projectId}::uuid, flag, attribute, ${unitHash}, variant, ${tx.now}
      from ${listed(answers)} where replaces is null
      order by flag, attribute, unit, position
      on conflict (project_id, flag, attribute, unit_hash) do nothing`.execute(tx.sql);
    if (answers.every(({ replaces }) => replaces === undefined)) return;
    await sql`
      update flag_assignment as known set variant = asked.variant, assigned_at = ${tx.now}
      from ${listed(answers)}
      where known.project_id = ${tx.projectId} and known.variant = asked.replaces
        and (known.flag, known.attribute, known.unit_hash) = (asked.flag, asked.attribute, ${unitHash})`.execute(
      tx.sql,
    );
  },

  /** Resolves with how many were deleted. */
  async removeOlder(tx: Tx, before: Date, limit: number): Promise<number> {
    const { numAffectedRows = 0n } = await sql`
      delete from flag_assignment where ctid = any(array(
        select ctid from flag_assignment where assigned_at < ${before} order by assigned_at limit ${limit}
      ))`.execute(tx.sql);
    return Number(numAffectedRows);
  },
};

const unitHash = sql`sha256(convert_to(unit, 'UTF8'))`;

function listed(units: readonly (StickyUnit & Partial<FirstAnswer>)[]) {
  const column = (name: keyof FirstAnswer) => units.map((unit) => unit[name] ?? null);
  return sql`unnest(
    ${column('flag')}::text[], ${column('attribute')}::text[], ${column('unit')}::text[],
    ${column('variant')}::text[], ${column('replaces')}::text[]
  ) with ordinality as asked (flag, attribute, unit, variant, replaces, position)`;
}
