import type { Epoch } from '@whetstone/shared/portfolio';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { Epochs } from '../../learn/state/repository.ts';

/** What is known of what was learned. */
export interface LearnedState {
  version: number;
  /** Of the newest outcome that counts. */
  dataAt: Date | undefined;
  epochs: Epoch[];
}

export const stateRepository = {
  async of({ sql: trx, projectId }: ProjectTx): Promise<LearnedState> {
    const row = await trx
      .selectFrom('portfolio_state')
      .select(['version', 'data_at as dataAt', 'epochs'])
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    return { version: Number(row?.version ?? 0), dataAt: row?.dataAt ?? undefined, epochs: Epochs.parse(row?.epochs) };
  },
};
