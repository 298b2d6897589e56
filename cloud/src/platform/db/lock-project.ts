import type { ProjectTx } from './database.ts';

/** Lets one writer at a time change what must stay consistent within a project; held to the end of the transaction. */
export const lockProject = ({ sql: trx, projectId }: ProjectTx) =>
  trx.selectFrom('project').select('id').where('id', '=', projectId).forNoKeyUpdate().execute();
