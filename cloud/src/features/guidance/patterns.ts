import type { ProjectTx } from '../../platform/db/database.ts';

/** What guidance knows of a pattern. */
export interface KnownPattern {
  id: string;
  /** What its detector would tell an agent. */
  guidance: string;
  language: string;
  taskType: string;
  /** The corrections it was learned from, the newest first. */
  feedbackIds: string[];
}

type Asked = { ids: readonly string[] } | { taskType: string | undefined; limit: number };

/** Patterns by their ids, or the strongest; of those alone that bring a text. */
export type PatternsFor = (tx: ProjectTx, asked: Asked) => Promise<KnownPattern[]>;
