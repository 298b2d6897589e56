import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Tx } from '../../src/platform/db/database.ts';
import { migrations } from '../../src/platform/db/migrations/index.ts';
import { proveIsolation } from '../../src/platform/db/isolation.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { describeOn, describeOnEngines, pglite, postgres, silentLog, type Place } from '../support/engines.ts';
import { makeProject } from '../support/projects.ts';

const surroundings = { clock: Date.now, log: silentLog };

const insertFlag = ({ sql: trx, now }: Tx, project: string, key: string, definition = '{}') =>
  trx
    .insertInto('flag')
    .values({ project_id: project, key, version: 1, definition, created_at: now, updated_at: now, archived_at: null })
    .execute();

const allFlags = ({ sql: trx }: Tx) => trx.selectFrom('flag').select(['project_id', 'key']).execute();

describeOnEngines('the db port', (engine) => {
  let place: Place;
  let database: Database;
  let mine: string;
  let theirs: string;
  beforeAll(async () => {
    place = await engine.place();
    database = await openDatabase(place.choice, surroundings);
    mine = await makeProject(database);
    theirs = await makeProject(database);
    await database.asProject(theirs, (tx) => insertFlag(tx, theirs, 'secret'));
  });
  afterAll(async () => {
    await database.close();
    await place.remove();
  });

  it('keeps what a transaction did, and nothing of one that failed', async () => {
    await database.asProject(mine, (tx) => insertFlag(tx, mine, 'kept'));
    const failing = database.asProject(mine, async (tx) => {
      await insertFlag(tx, mine, 'undone');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const keys = (await database.asProject(mine, allFlags)).map(({ key }) => key);
    expect(keys).toEqual(['kept']);
  });

  it('runs effects after the commit, and none after a failure', async () => {
    const seen: string[] = [];
    await database.asProject(mine, async (tx) => {
      tx.afterCommit(() => seen.push('effect'));
      seen.push('work');
    });
    await expect(
      database.asProject(mine, async (tx) => {
        tx.afterCommit(() => seen.push('never'));
        throw new Error('no');
      }),
    ).rejects.toThrow();
    expect(seen).toEqual(['work', 'effect']);
  });

  it('shows a project its own rows alone, even to a query that asks for all', async () => {
    expect(await database.asProject(theirs, allFlags)).toEqual([{ project_id: theirs, key: 'secret' }]);
    expect((await database.asProject(mine, allFlags)).filter(({ project_id: id }) => id !== mine)).toEqual([]);
  });

  it('lets a project neither write into another nor change or take its rows', async () => {
    await expect(database.asProject(mine, (tx) => insertFlag(tx, theirs, 'planted'))).rejects.toThrow(
      /row-level security/,
    );
    const changed = await database.asProject(mine, ({ sql: trx }) =>
      trx.updateTable('flag').set({ version: 99 }).where('project_id', '=', theirs).executeTakeFirst(),
    );
    expect(changed.numUpdatedRows).toBe(0n);
    const moving = database.asProject(mine, ({ sql: trx }) =>
      trx.updateTable('flag').set({ project_id: theirs }).execute(),
    );
    await expect(moving).rejects.toThrow();
  });

  it('lets a project not see organisations, nor lay hands on the schema', async () => {
    await expect(
      database.asProject(mine, ({ sql: trx }) => trx.selectFrom('organisation').selectAll().execute()),
    ).rejects.toThrow(/permission denied/);
    await expect(database.asProject(mine, ({ sql: trx }) => sql`drop table flag`.execute(trx))).rejects.toThrow(
      /must be owner/,
    );
    await expect(
      database.asProject(mine, ({ sql: trx }) => sql`alter table flag disable row level security`.execute(trx)),
    ).rejects.toThrow(/must be owner/);
  });

  it('leaves no tenant and no role behind on a connection', async () => {
    await Promise.all(Array.from({ length: 20 }, () => database.asProject(mine, allFlags)));
    const { rows } = await database.asSystem(({ sql: trx }) =>
      sql<{ role: string; project: string | null }>`
        select current_user as role, current_setting('whetstone.project_id', true) as project`.execute(trx),
    );
    expect(rows[0]?.role).not.toBe('whetstone_app');
    expect(rows[0]?.project || null).toBeNull();
  });

  it('takes turns without mixing tenants when many ask at once', async () => {
    const ask = async (project: string) =>
      (await database.asProject(project, allFlags)).every((row) => row.project_id === project);
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => ask(i % 2 ? mine : theirs)));
    expect(answers.every(Boolean)).toBe(true);
  });

  it('gives JSON back with its members in order', async () => {
    const definition = '{"zeta": 1, "a": {"y": 1, "b": 2}}';
    await database.asProject(mine, (tx) => insertFlag(tx, mine, 'ordered', definition));
    const row = await database.asProject(mine, ({ sql: trx }) =>
      trx.selectFrom('flag').select('definition').where('key', '=', 'ordered').executeTakeFirstOrThrow(),
    );
    expect(Object.keys(row.definition as object)).toEqual(['zeta', 'a']);
  });

  it('sorts keys by their bytes, as cursors need it', async () => {
    const { rows } = await database.asSystem(({ sql: trx }) =>
      sql<{
        key: string;
      }>`select key from (values ('a-b'), ('a.b'), ('aa'), ('a_b')) as t (key) order by key collate "C"`.execute(trx),
    );
    expect(rows.map(({ key }) => key)).toEqual(['a-b', 'a.b', 'a_b', 'aa']);
  });

  it('has run every migration once', async () => {
    const { rows } = await database.asSystem(({ sql: trx }) =>
      sql<{ name: string }>`select name from schema_migration order by name`.execute(trx),
    );
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations));
  });
});

describeOnEngines('the start-up self-test', (engine) => {
  let place: Place;
  let database: Database;
  beforeAll(async () => {
    place = await engine.place();
    database = await openDatabase(place.choice, surroundings);
  });
  afterAll(() => place.remove());

  const say = (statement: string) => database.asSystem(({ sql: trx }) => sql.raw(statement).execute(trx));

  const ownRows = `(project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`;
  /** What breaks the wall, what mends it again, and what is said of it. */
  const sabotage = {
    'a table without row-level security': [
      'alter table flag disable row level security',
      'alter table flag enable row level security',
      'flag has no row-level security',
    ],
    'a table without a policy': [
      'drop policy same_project on api_key',
      `create policy same_project on api_key using ${ownRows}`,
      'api_key has no row-level security',
    ],
    'projects open to all': [
      'alter table project disable row level security',
      'alter table project enable row level security',
      'project has no row-level security',
    ],
    'organisations open to all': [
      'alter table organisation disable row level security',
      'alter table organisation enable row level security',
      'organisation has no row-level',
    ],
    'a new table that nobody guards': [
      'create table careless (id int)',
      'drop table careless',
      'table careless has no row-level security',
    ],
    'a second policy that lets everybody in': [
      'create policy open_door on flag using (true)',
      'drop policy open_door on flag',
      'flag has the policy true',
    ],
    'one that lets everybody write': [
      'create policy open_slot on idempotency_key for insert with check (true)',
      'drop policy open_slot on idempotency_key',
      'idempotency_key has the policy true',
    ],
    'a policy that shows what belongs to nobody': [
      'create policy open_rows on flag for select using (project_id is null)',
      'drop policy open_rows on flag',
      'table flag has the policy (project_id IS NULL)',
    ],
    'a policy that lets everybody change common rows': [
      'create policy open_pages on knowledge_page using (project_id is null)',
      'drop policy open_pages on knowledge_page',
      'table knowledge_page has the policy (project_id IS NULL)',
    ],
    'a policy that was made lax': [
      'alter policy same_project on api_key using (true)',
      `alter policy same_project on api_key using ${ownRows}`,
      'table api_key has the policy true',
    ],
  } as const;

  it.each(Object.entries(sabotage))('finds %s, and no fault once that is mended', async (_, [broken, mended, said]) => {
    await say(broken);
    const proof = proveIsolation(database);
    await expect(proof).rejects.toThrow(`Tenants are not kept apart on this database (${engine.name})`);
    await expect(proof).rejects.toThrow(said);
    await say(mended);
    await proveIsolation(database);
  });

  it('leaves nothing of its tenants behind', async () => {
    const { rows } = await database.asSystem(({ sql: trx }) => sql`select * from organisation`.execute(trx));
    expect(rows).toEqual([]);
  });

  it('refuses to serve with what it found', async () => {
    await say('alter table flag disable row level security');
    await database.close();
    await expect(openDatabase(place.choice, surroundings)).rejects.toThrow('flag has no row-level security');
  });
});

describe('an engine whose application role may pass policies by', () => {
  // On the embedded engine only: a cluster's roles are shared with the tests that run beside this one.
  it('is refused', async () => {
    const place = await pglite.place();
    const database = await openDatabase(place.choice, surroundings);
    await database.asSystem(({ sql: trx }) => sql`alter role whetstone_app bypassrls`.execute(trx));
    await database.close();
    await expect(openDatabase(place.choice, surroundings)).rejects.toThrow(
      'whetstone_app may bypass row-level security',
    );
    await place.remove();
  });
});

describeOn(postgres, 'connections that break', (engine) => {
  it('cost those who used them an "unavailable" and nobody else anything', async () => {
    const place = await engine.place();
    const database = await openDatabase(place.choice, surroundings);
    const project = await makeProject(database);
    const outcomes = { done: 0, unavailable: 0 };
    const work = async () => {
      for (let i = 0; i < 25; i++) {
        await database.asProject(project, allFlags).then(
          () => outcomes.done++,
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'unavailable' });
            outcomes.unavailable++;
          },
        );
      }
    };
    const killers = Array.from({ length: 5 }, async () => {
      const killing = database.asSystem(({ sql: trx }) =>
        sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and usename = current_user and pid <> pg_backend_pid()`.execute(trx),
      );
      await killing.catch(() => undefined);
    });
    await Promise.all([...Array.from({ length: 12 }, work), ...killers]);
    expect(outcomes.done + outcomes.unavailable).toBe(12 * 25);
    expect(outcomes.done).toBeGreaterThan(0);
    expect(await database.asProject(project, allFlags)).toEqual([]);
    await database.close();
    await place.remove();
  });

  it('are not lent out again after their answer never came', { timeout: 60_000 }, async () => {
    const place = await engine.place();
    const database = await openDatabase(place.choice, surroundings);
    const slow = database.asSystem(({ sql: trx }) => sql`select pg_sleep(60)`.execute(trx));
    await expect(slow).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all(Array.from({ length: 20 }, () => database.ping()));
    await database.close();
    await place.remove();
  });
});
