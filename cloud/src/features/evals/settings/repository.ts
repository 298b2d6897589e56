import type { EvalSettings } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { defaultSettings } from './defaults.ts';

export const settingsRepository = {
  /** Of the project; what was never set is the default, which a newer server may have changed. */
  async of({ sql: trx, projectId }: ProjectTx): Promise<EvalSettings> {
    const row = await trx
      .selectFrom('eval_settings')
      .select('settings')
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return { ...defaultSettings, ...(row?.settings as Partial<EvalSettings> | undefined) };
  },

  /** Two who change different settings at once both get their way. */
  async change(tx: ProjectTx, change: Partial<EvalSettings>): Promise<EvalSettings> {
    const { sql: trx, projectId, now } = tx;
    await lockProject(tx);
    const row = await trx
      .selectFrom('eval_settings')
      .select('settings')
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    const stored: Partial<EvalSettings> = { ...(row?.settings as Partial<EvalSettings> | undefined), ...change };
    const settings = JSON.stringify(stored);
    await trx
      .insertInto('eval_settings')
      .values({ project_id: projectId, settings, updated_at: now })
      .onConflict((conflict) => conflict.column('project_id').doUpdateSet({ settings, updated_at: now }))
      .execute();
    return { ...defaultSettings, ...stored };
  },
};
