import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { confine } from './confine.ts';
import type { Database, Tx } from './database.ts';

/**
 * Proves on the engine in use that row-level security binds, and throws naming the leak when it does not: two tenants are
 * made, each tries to reach the other, and everything is rolled back. Superusers and table owners pass policies by, which
 * is how this silently fails (PGlite's own user is a superuser).
 */
export async function proveIsolation(database: Database): Promise<void> {
  const leaks: string[] = [];
  await database
    .asSystem(async (tx) => {
      leaks.push(...(await unguardedTables(tx)), ...(await rolePowers(tx)), ...(await crossings(tx)));
      throw new RollBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RollBack)) throw error;
    });
  if (leaks.length > 0) throw new IsolationError(database.engine, leaks);
}

export class IsolationError extends Error {
  override name = 'IsolationError';
  constructor(engine: string, leaks: string[]) {
    super(`Tenants are not kept apart on this database (${engine}): ${leaks.join('; ')}. Refusing to serve.`);
  }
}

class RollBack extends Error {}

/** The only policies there may be, as the engine writes them: a second, laxer one would open the table again. */
const ownProject = (column: string) =>
  `(${column} = (NULLIF(current_setting('whetstone.project_id'::text, true), ''::text))::uuid)`;
const policies: Record<string, string> = {
  organisation: 'false',
  portfolio_pool: 'false',
  project: ownProject('id'),
};
/** What belongs to no project is read by all in these, and written by the system alone. */
const commonTables = [
  'knowledge_version',
  'knowledge_page',
  'knowledge_text',
  'knowledge_segment',
  'knowledge_vectors',
  'knowledge_ingest',
  'knowledge_vector',
];
const commonRows = 'r (project_id IS NULL)';

async function unguardedTables(tx: Tx) {
  const { rows } = await sql<{ name: string; isGuarded: boolean; rules: string[] }>`
    select c.relname as name, c.relrowsecurity as "isGuarded",
      coalesce((select array_agg(p.polcmd::text || ' ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' ||
          coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')) from pg_policy p where p.polrelid = c.oid), '{}') as rules
    from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and c.relname not in ('schema_migration', 'schema_migration_lock')
    order by c.relname`.execute(tx.sql);
  return rows.flatMap(({ name, isGuarded, rules }) => {
    if (!isGuarded || rules.length === 0) return [`table ${name} has no row-level security`];
    // By command: `*` is every one, `r` reading.
    const wanted = [
      `* ${policies[name] ?? ownProject('project_id')}`,
      ...(commonTables.includes(name) ? [commonRows] : []),
    ];
    return rules
      .map((rule) => rule.trim())
      .filter((rule) => !wanted.includes(rule))
      .map((rule) => `table ${name} has the policy ${rule.slice(2).trim()}`);
  });
}

async function rolePowers(tx: Tx) {
  const { rows } = await sql<{ powers: boolean; owns: boolean }>`
    select rolsuper or rolbypassrls as powers,
      exists (select from pg_class where relowner = r.oid and relnamespace = 'public'::regnamespace) as owns
    from pg_roles r where rolname = 'whetstone_app'`.execute(tx.sql);
  const [role] = rows;
  if (!role) return ['the role whetstone_app does not exist'];
  return [
    ...(role.powers ? ['the role whetstone_app may bypass row-level security'] : []),
    ...(role.owns ? ['the role whetstone_app owns tables'] : []),
  ];
}

async function crossings(tx: Tx) {
  const [mine, theirs] = [await makeTenant(tx), await makeTenant(tx)];
  const leaks: string[] = [];
  const count = async (query: ReturnType<typeof sql<{ n: number }>>) => (await query.execute(tx.sql)).rows[0]?.n ?? 0;
  const flagsOf = (projectId: string) =>
    sql<{ n: number }>`select count(*)::int as n from flag where project_id = ${projectId}`;

  await confine(tx, mine);
  if ((await count(flagsOf(mine))) !== 1) leaks.push('a tenant does not see its own rows');
  if ((await count(flagsOf(theirs))) !== 0) leaks.push("a tenant reads another tenant's rows");
  const changed = await sql`update flag set version = version + 1 where project_id = ${theirs}`.execute(tx.sql);
  if ((changed.numAffectedRows ?? 0n) !== 0n) leaks.push("a tenant changes another tenant's rows");
  if (!(await refuses(tx, insertFlag(theirs, 'planted')))) leaks.push('a tenant writes rows into another tenant');

  await confine(tx, '');
  if ((await count(sql<{ n: number }>`select count(*)::int as n from flag`)) !== 0)
    leaks.push('rows show without a tenant');
  return leaks;
}

async function makeTenant(tx: Tx) {
  const [organisation, project] = [uuidv7(), uuidv7()];
  await sql`insert into organisation (id, name, created_at) values (${organisation}, 'self-test', now())`.execute(
    tx.sql,
  );
  await sql`
    insert into project (id, organisation_id, name, created_at)
    values (${project}, ${organisation}, 'self-test', now())`.execute(tx.sql);
  await insertFlag(project, 'self-test').execute(tx.sql);
  return project;
}

const insertFlag = (project: string, key: string) => sql`
  insert into flag (project_id, key, version, definition, created_at, updated_at)
  values (${project}, ${key}, 1, '{}', now(), now())`;

/** Whether the statement fails, leaving the transaction usable. */
async function refuses(tx: Tx, statement: ReturnType<typeof sql>) {
  await sql`savepoint attempt`.execute(tx.sql);
  try {
    await statement.execute(tx.sql);
  } catch {
    await sql`rollback to savepoint attempt`.execute(tx.sql);
    return true;
  }
  return false;
}
