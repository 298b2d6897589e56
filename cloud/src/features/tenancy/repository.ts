import type { Role } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import { lockProject } from '../../platform/db/lock-project.ts';
import type { ProjectTx, Tx } from '../../platform/db/database.ts';

const keyColumns = [
  'id',
  'name',
  'role',
  'selector',
  'created_at as createdAt',
  'last_used_at as lastUsedAt',
  'expires_at as expiresAt',
  'revoked_at as revokedAt',
  'replaced_by as replacedBy',
] as const;

export interface KeyRow {
  id: string;
  name: string;
  role: string;
  selector: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** Id of its successor once it was rotated. */
  replacedBy: string | null;
}

/** What is undefined stays as it is. */
type KeyChange = {
  [K in 'name' | 'role' | 'expiresAt' | 'revokedAt' | 'replacedBy']?: KeyRow[K] | undefined;
};

export interface ProjectRow {
  id: string;
  organisationId: string;
  name: string;
  createdAt: Date;
}

export interface KeyInsert {
  id: string;
  projectId: string;
  selector: string;
  secretHash: Buffer;
  name: string;
  role: Role;
  expiresAt: Date | null;
}

/** What a presented key is checked against, and the tenant it opens. */
export interface Credential {
  id: string;
  name: string;
  role: string;
  selector: string;
  secretHash: Buffer;
  expiresAt: Date | null;
  revokedAt: Date | null;
  projectId: string;
  organisationId: string;
}

/** Before a key is known there is no tenant to confine to: these few queries run as the system. */
export const systemRepository = {
  /** Held to the end of the transaction: of several servers that start together, one bootstraps at a time. */
  lockBootstrap: (tx: Tx) => sql`select pg_advisory_xact_lock(hashtext('whetstone bootstrap'))`.execute(tx.sql),

  findCredential: (tx: Tx, selector: string): Promise<Credential | undefined> =>
    tx.sql
      .selectFrom('api_key')
      .innerJoin('project', 'project.id', 'api_key.project_id')
      .select([
        'api_key.id',
        'api_key.name',
        'api_key.role',
        'api_key.selector',
        'api_key.secret_hash as secretHash',
        'api_key.expires_at as expiresAt',
        'api_key.revoked_at as revokedAt',
        'api_key.project_id as projectId',
        'project.organisation_id as organisationId',
      ])
      .where('selector', '=', selector)
      .executeTakeFirst(),

  markUsed: async (tx: Tx, uses: ReadonlyMap<string, Date>) => {
    // By id, so that two servers that note the same keys take their rows in the same order.
    for (const [id, usedAt] of [...uses].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      await tx.sql.updateTable('api_key').set({ last_used_at: usedAt }).where('id', '=', id).execute();
    }
  },

  firstProject: (tx: Tx) =>
    tx.sql.selectFrom('project').select(['id', 'name']).orderBy('created_at').orderBy('id').limit(1).executeTakeFirst(),

  hasWorkingAdminKey: async (tx: Tx) => {
    const row = await tx.sql
      .selectFrom('api_key')
      .select('id')
      .where('role', '=', 'admin')
      .where('revoked_at', 'is', null)
      .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', tx.now)]))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  },

  insertOrganisation: (tx: Tx, id: string, name: string) =>
    tx.sql.insertInto('organisation').values({ id, name, created_at: tx.now }).execute(),

  /** False when the organisation already has a project of that name. */
  insertProject: async (tx: Tx, id: string, organisationId: string, name: string) => {
    const made = await tx.sql
      .insertInto('project')
      .values({ id, organisation_id: organisationId, name, created_at: tx.now })
      .onConflict((conflict) => conflict.columns(['organisation_id', 'name']).doNothing())
      .returning('id')
      .executeTakeFirst();
    return made !== undefined;
  },

  listProjects: (tx: Tx, organisationId: string, after: string | undefined, limit: number) =>
    tx.sql
      .selectFrom('project')
      .select(['id', 'organisation_id as organisationId', 'name', 'created_at as createdAt'])
      .where('organisation_id', '=', organisationId)
      .$if(after !== undefined, (query) => query.where('id', '>', after!))
      .orderBy('id')
      .limit(limit)
      .execute(),

  describeTenant: (tx: Tx, projectId: string) =>
    tx.sql
      .selectFrom('project')
      .innerJoin('organisation', 'organisation.id', 'project.organisation_id')
      .select([
        'project.id',
        'project.name',
        'organisation.id as organisationId',
        'organisation.name as organisationName',
      ])
      .where('project.id', '=', projectId)
      .executeTakeFirstOrThrow(),

  insertKey: (tx: Tx, key: KeyInsert) => insertKey(tx, key),
};

function insertKey(tx: Tx, { id, projectId, selector, secretHash, name, role, expiresAt }: KeyInsert): Promise<KeyRow> {
  return tx.sql
    .insertInto('api_key')
    .values({
      id,
      project_id: projectId,
      selector,
      secret_hash: secretHash,
      name,
      role,
      created_at: tx.now,
      last_used_at: null,
      expires_at: expiresAt,
      revoked_at: null,
      replaced_by: null,
    })
    .returning(keyColumns)
    .executeTakeFirstOrThrow();
}

export const keyRepository = {
  insert: (tx: ProjectTx, key: Omit<KeyInsert, 'projectId'>) => insertKey(tx, { ...key, projectId: tx.projectId }),

  list: (tx: ProjectTx, after: string | undefined, limit: number): Promise<KeyRow[]> =>
    tx.sql
      .selectFrom('api_key')
      .select(keyColumns)
      .where('project_id', '=', tx.projectId)
      .$if(after !== undefined, (query) => query.where('id', '>', after!))
      .orderBy('id')
      .limit(limit)
      .execute(),

  find: (tx: ProjectTx, id: string): Promise<KeyRow | undefined> =>
    tx.sql
      .selectFrom('api_key')
      .select(keyColumns)
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .executeTakeFirst(),

  /** Locks the project's keys against other writers; comes before everything a change reads. */
  lockProject,

  /** Those that work without an end in sight. */
  lastingAdmins: (tx: ProjectTx) =>
    tx.sql
      .selectFrom('api_key')
      .select('id')
      .where('project_id', '=', tx.projectId)
      .where('role', '=', 'admin')
      .where('revoked_at', 'is', null)
      .where('expires_at', 'is', null)
      .execute(),

  change(tx: ProjectTx, id: string, { name, role, expiresAt, revokedAt, replacedBy }: KeyChange): Promise<KeyRow> {
    return tx.sql
      .updateTable('api_key')
      .set({
        ...(name === undefined ? {} : { name }),
        ...(role === undefined ? {} : { role }),
        ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
        ...(revokedAt === undefined ? {} : { revoked_at: revokedAt }),
        ...(replacedBy === undefined ? {} : { replaced_by: replacedBy }),
      })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .returning(keyColumns)
      .executeTakeFirstOrThrow();
  },
};
