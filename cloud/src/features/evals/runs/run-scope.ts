import type { Ctx } from '../../../context.ts';
import type { Database } from '../../../platform/db/database.ts';

/** Whose rows, and the way to them: that of a request, or that of a job. */
export type RunScope = Pick<Ctx, 'projectId' | 'transaction'>;

export const jobScope = (database: Pick<Database, 'asProject'>, projectId: string): RunScope => ({
  projectId,
  transaction: (work) => database.asProject(projectId, work),
});
