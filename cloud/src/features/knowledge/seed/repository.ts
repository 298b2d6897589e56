import type { Tx } from '../../../platform/db/database.ts';

interface Named {
  library: string;
  version: string;
}

/** How much there is of a version in the public corpus. */
export interface Standing extends Named {
  pages: number;
  isReady: boolean;
  /** An ingest of it is under way. */
  isOpen: boolean;
}

export const seedRepository = {
  async standings(tx: Tx, wanted: readonly Named[]): Promise<Standing[]> {
    const libraries = wanted.map(({ library }) => library);
    if (libraries.length === 0) return [];
    const ready = await tx.sql
      .selectFrom('knowledge_version')
      .select(['library', 'version', 'pages'])
      .where('project_id', 'is', null)
      .where('library', 'in', libraries)
      .where('ready_at', 'is not', null)
      .execute();
    const open = await tx.sql
      .selectFrom('knowledge_ingest')
      .select(['library', 'version'])
      .where('project_id', 'is', null)
      .where('library', 'in', libraries)
      .where('status', 'in', ['queued', 'running'])
      .execute();
    return wanted.map(({ library, version }) => {
      const isIt = (row: Named) => row.library === library && row.version === version;
      const found = ready.find(isIt);
      return { library, version, pages: found?.pages ?? 0, isReady: found !== undefined, isOpen: open.some(isIt) };
    });
  },
};
