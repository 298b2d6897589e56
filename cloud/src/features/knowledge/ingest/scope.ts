import type { Database, Tx } from '../../../platform/db/database.ts';

/** Whose documentation it is: a project's, or null for the public corpus, which the system alone writes. */
export type Owner = string | null;

/** A door that leads to the rows of one owner. */
export type Door = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

export const doorOf =
  (database: Pick<Database, 'asProject' | 'asSystem'>, owner: Owner): Door =>
  (work) =>
    owner === null ? database.asSystem(work) : database.asProject(owner, work);
