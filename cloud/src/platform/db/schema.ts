import type { ColumnType, Generated } from 'kysely';

/** JSON kept as text (`json`, not `jsonb`), so that a document comes back with its members in the order they were sent. */
type Json<T> = ColumnType<T, string, string>;

export interface Schema {
  organisation: { id: string; name: string; created_at: Date };

  project: {
    id: string;
    organisation_id: string;
    name: string;
    /** Grow with every change, so that other processes notice; see revisions.ts. */
    key_revision: Generated<number>;
    flag_revision: Generated<number>;
    created_at: Date;
  };

  api_key: {
    id: string;
    project_id: string;
    selector: string;
    secret_hash: Buffer;
    name: string;
    role: string;
    created_at: Date;
    last_used_at: Date | null;
    expires_at: Date | null;
    revoked_at: Date | null;
    replaced_by: string | null;
  };

  flag: {
    project_id: string;
    key: string;
    version: number;
    definition: Json<unknown>;
    created_at: Date;
    updated_at: Date;
    archived_at: Date | null;
  };

  idempotency_key: {
    project_id: string;
    key: string;
    operation: string;
    request_hash: string;
    response: string | null;
    created_at: Date;
  };
}
