import type { ProjectTx } from '../../platform/db/database.ts';

/** One change of a flag or segment, as its history keeps it. */
export interface VersionInsert<Row, Action> {
  row: Row;
  /** Of the event that tells of it. */
  sequence: number;
  action: Action;
  actor: { kind: string; id: string | null; name: string };
  reason: string | undefined;
}

interface Versioned {
  key: string;
  version: number;
  definition: unknown;
  createdAt: Date;
  updatedAt: Date;
}

/** What the rows of both histories have. */
export const versionColumns = <Action extends string>(
  tx: ProjectTx,
  { row, sequence, action, actor, reason }: VersionInsert<Versioned, Action>,
) => ({
  project_id: tx.projectId,
  key: row.key,
  version: row.version,
  sequence,
  action,
  actor_kind: actor.kind,
  actor_id: actor.id,
  actor_name: actor.name,
  reason: reason ?? null,
  definition: JSON.stringify(row.definition),
  created_at: row.createdAt,
  updated_at: row.updatedAt,
});
