import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import type { Delivery, Events } from '../../src/platform/events/events.ts';
import { openEvents } from '../../src/platform/events/open.ts';
import { testClock } from '../support/app.ts';
import { describeOn, describeOnEngines, postgres, silentLog, type Engine, type Place } from '../support/engines.ts';
import { makeProject } from '../support/projects.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

const { clock, advance } = testClock();

/** One process: its own connections and its own port. */
async function startProcess({ choice }: Place, directUrl = choice.url) {
  const database = await openDatabase(choice, { clock, log: silentLog });
  const events = openEvents({ database, directUrl, clock, log: silentLog });
  const append = (projectId: string, data: unknown) =>
    database.asProject(projectId, (tx) => events.append(tx, 'flags', data));
  const close = async () => {
    await events.stop();
    await database.close();
  };
  return { database, events, append, close };
}

/** A subscriber that writes down what it is handed. */
function follow(events: Events, projectId: string, after: number) {
  const seen: number[] = [];
  const deliveries: Delivery[] = [];
  const subscription = events.subscribe(projectId, after, (delivery) => {
    deliveries.push(delivery);
    if (delivery.kind === 'events') seen.push(...delivery.events.map(({ sequence }) => sequence));
  });
  return {
    ...subscription,
    seen,
    isLost: () => deliveries.at(-1)?.kind === 'lost',
    isCaughtUp: () => deliveries.some((each) => each.kind === 'events' && each.isCaughtUp),
  };
}

const upTo = (last: number, after = 0) => Array.from({ length: last - after }, (_, i) => after + i + 1);
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

async function sequencesOf(events: Events, projectId: string) {
  const reading = await events.read(projectId, 0, 10_000);
  return reading.kind === 'events' ? reading.events.map(({ sequence }) => sequence) : reading.kind;
}

describeOnEngines('the events port', (engine: Engine) => {
  let place: Place;
  let database: Database;
  let events: Events;
  let append: (projectId: string, data: unknown) => Promise<number>;
  let close: () => Promise<void>;
  beforeAll(async () => {
    place = await engine.place();
    ({ database, events, append, close } = await startProcess(place));
  });
  afterAll(async () => {
    await close();
    await place.remove();
  });

  it('keeps what a transaction appended with what it did, and nothing of one that failed', async () => {
    const project = await makeProject(database);
    await append(project, { first: true });
    const failing = database.asProject(project, async (tx) => {
      await events.append(tx, 'flags', { undone: true });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await append(project, { second: true });
    expect(await events.read(project, 0, 10)).toEqual({
      kind: 'events',
      head: 2,
      events: [
        { sequence: 1, topic: 'flags', data: { first: true } },
        { sequence: 2, topic: 'flags', data: { second: true } },
      ],
    });
  });

  it('numbers in the order of commits without a hole, whatever 20 writers do at once', async () => {
    const project = await makeProject(database);
    const watching = follow(events, project, 0);
    const commits: number[] = [];
    const write = async (writer: number) => {
      for (let round = 0; round < 10; round++) {
        const sequence = await database
          .asProject(project, async (tx) => {
            const appended = await events.append(tx, round % 2 ? 'keys' : 'flags', { writer, round });
            if ((writer + round) % 4 === 0) throw new Error('rolled back');
            tx.afterCommit(() => commits.push(appended));
            return appended;
          })
          .catch(() => undefined);
        // What is committed is there to read, with everything before it.
        if (sequence) expect(await sequencesOf(events, project)).toEqual(expect.arrayContaining(upTo(sequence)));
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, writer) => write(writer)));
    expect(commits).toHaveLength(150);
    expect(commits.toSorted((a, b) => a - b)).toEqual(upTo(150));
    expect(await sequencesOf(events, project)).toEqual(upTo(150));
    await eventually(() => expect(watching.seen).toEqual(upTo(150)));
    watching.end();
  });

  it('can be followed from every place', async () => {
    const project = await makeProject(database);
    for (let i = 0; i < 12; i++) await append(project, { i });
    const all = upTo(12, -1).map((after) => ({ after, ...follow(events, project, after) }));
    await append(project, {});
    await eventually(() => {
      for (const { after, seen } of all) expect(seen).toEqual(upTo(13, after));
    });
    for (const { end } of all) end();
  });

  it('leaves no gap for who joins from far back while what just happened is being read for others', async () => {
    const project = await makeProject(database);
    const there = follow(events, project, 0);
    for (let round = 1; round <= 10; round++) {
      await append(project, { round });
      await eventually(() => expect(there.isCurrent()).toBe(true));
      // The commit has woken the reader, whose answer is on its way when this one joins.
      const last = await append(project, { round });
      const joining = follow(events, project, 0);
      await eventually(() => expect(joining.seen).toEqual(upTo(last)));
      joining.end();
    }
    expect(there.seen).toEqual(upTo(20));
    there.end();
  });

  it('hands long backlogs over in pieces, while others get what happens', async () => {
    const project = await makeProject(database);
    await database.asProject(project, async (tx) => {
      for (let i = 0; i < 350; i++) await events.append(tx, 'flags', { i });
    });
    const [old, fresh] = [follow(events, project, 0), follow(events, project, 350)];
    await append(project, {});
    await eventually(() => expect([old.seen, fresh.seen]).toEqual([upTo(351), [351]]));
    await eventually(() => expect([old.isCurrent(), fresh.isCurrent()]).toEqual([true, true]));
    for (const { end } of [old, fresh]) end();
  });

  it('reads few at once that are large, and at least one', async () => {
    const project = await makeProject(database);
    for (const length of [600_000, 600_000, 600_000, 10, 2_000_000, 10]) await append(project, 'x'.repeat(length));
    const read = async (after: number) => {
      const reading = await events.read(project, after, 100);
      return reading.kind === 'events' ? reading.events.map(({ sequence }) => sequence) : reading.kind;
    };
    expect([await read(0), await read(2), await read(4)]).toEqual([[1, 2], [3, 4, 5], [5]]);
    const whole = follow(events, project, 0);
    await eventually(() => expect(whole.seen).toEqual(upTo(6)));
    whole.end();
  });

  it('says at once that nothing was missed', async () => {
    const project = await makeProject(database);
    const watching = follow(events, project, 0);
    await eventually(() => expect(watching.isCaughtUp()).toBe(true));
    expect(watching.seen).toEqual([]);
    watching.end();
  });

  it('says so below what retention has deleted, and ahead of the log', async () => {
    const project = await makeProject(database);
    for (let i = 0; i < 4; i++) await append(project, { i });
    advance(31 * 86_400_000);
    await append(project, { young: true });
    await append(project, { young: true });
    expect(await events.purge()).toBeGreaterThanOrEqual(4);
    expect(await events.read(project, 3, 10)).toEqual({ kind: 'lost', floor: 4, head: 6 });
    expect(await events.read(project, 4, 10)).toMatchObject({ kind: 'events', events: [{ sequence: 5 }, {}] });
    expect(await events.read(project, 7, 10)).toEqual({ kind: 'lost', floor: 6, head: 6 });
    const [below, above, ahead] = [3, 4, 7].map((after) => follow(events, project, after));
    await eventually(() => expect([below!.isLost(), ahead!.isLost()]).toEqual([true, true]));
    await eventually(() => expect(above!.seen).toEqual([5, 6]));
    expect([below!.seen, below!.isCurrent(), ahead!.seen]).toEqual([[], false, []]);
    above!.end();
  });

  it('deletes oldest first: an event between young ones stays, however old its clock says it is', async () => {
    const project = await makeProject(database);
    for (let i = 0; i < 3; i++) await append(project, { i });
    await database.asSystem(({ sql: trx, now }) =>
      sql`update event set created_at = ${new Date(now.getTime() - 90 * 86_400_000)}
        where project_id = ${project} and sequence <> 2`.execute(trx),
    );
    await events.purge({ olderThanDays: 60 });
    expect(await events.read(project, 1, 10)).toMatchObject({ events: [{ sequence: 2 }, { sequence: 3 }] });
    expect(await events.read(project, 0, 10)).toEqual({ kind: 'lost', floor: 1, head: 3 });
  });

  it('deletes what is old of every project, however much, and stops between two steps when told to', async () => {
    const [much, little, young] = [
      await makeProject(database),
      await makeProject(database),
      await makeProject(database),
    ];
    for (const project of [much, little, young]) for (let i = 0; i < 3; i++) await append(project, { i });
    await database.asSystem(async ({ sql: trx, now }) => {
      const old = new Date(now.getTime() - 90 * 86_400_000);
      await sql`insert into event select ${much}::uuid, n, 'flags', '{}', ${old}::timestamptz from generate_series(4, 2500) n`.execute(
        trx,
      );
      await sql`update project set event_sequence = 2500 where id = ${much}`.execute(trx);
      await sql`update event set created_at = ${old} where project_id in (${much}, ${little})`.execute(trx);
    });
    await append(little, {});
    await expect(events.purge({ signal: AbortSignal.abort(new Error('stopping')) })).rejects.toThrow('stopping');
    expect(await events.purge()).toBe(2_503);
    expect(await events.read(much, 2_500, 10)).toEqual({ kind: 'events', events: [], head: 2_500 });
    expect(await events.read(little, 0, 10)).toEqual({ kind: 'lost', floor: 3, head: 4 });
    expect(await events.read(young, 0, 10)).toMatchObject({
      events: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }],
    });
  });

  it('hands nothing to who has paused, and all of it afterwards', async () => {
    const project = await makeProject(database);
    const [paused, other] = [follow(events, project, 0), follow(events, project, 0)];
    await append(project, {});
    await eventually(() => expect([paused.seen, other.seen]).toEqual([[1], [1]]));
    paused.pause();
    await append(project, {});
    await append(project, {});
    await eventually(() => expect(other.seen).toEqual(upTo(3)));
    expect([paused.seen, paused.isCurrent()]).toEqual([[1], false]);
    paused.resume();
    await eventually(() => expect(paused.seen).toEqual(upTo(3)));
    await eventually(() => expect(paused.isCurrent()).toBe(true));
    for (const { end } of [paused, other]) end();
  });

  it('goes on for all others when a subscriber throws', async () => {
    const project = await makeProject(database);
    const calm = follow(events, project, 0);
    let thrown = 0;
    events.subscribe(project, 0, () => {
      thrown++;
      throw new Error('a subscriber with a bug');
    });
    const late = follow(events, project, 0);
    for (let i = 0; i < 5; i++) await append(project, { i });
    await eventually(() => expect([calm.seen, late.seen]).toEqual([upTo(5), upTo(5)]));
    expect(thrown).toBe(1);
    for (const { end } of [calm, late]) end();
  });

  it('neither loses nor repeats when subscribers come and go while things happen', async () => {
    const project = await makeProject(database);
    let position = 0;
    const seen: number[] = [];
    let isDone = false;
    const coming = async () => {
      while (!isDone || position < 40) {
        await new Promise<void>((leave) => {
          const subscription = events.subscribe(project, position, (delivery) => {
            if (delivery.kind === 'lost') throw new Error('lost');
            for (const { sequence } of delivery.events) seen.push((position = sequence));
            subscription.end();
            leave();
          });
        });
      }
    };
    const comer = coming();
    const ended = follow(events, project, 0);
    ended.end();
    for (let i = 0; i < 40; i++) await append(project, { i });
    isDone = true;
    await append(project, { last: true });
    await comer;
    expect(seen.slice(0, 40)).toEqual(upTo(40));
    expect(ended.seen).toEqual([]);
  });

  it('lets a subscriber end itself and another in the middle of a delivery', async () => {
    const project = await makeProject(database);
    const victim = { calls: 0, end: () => undefined as void };
    const killer = events.subscribe(project, 0, () => {
      killer.end();
      victim.end();
    });
    ({ end: victim.end } = events.subscribe(project, 0, () => void victim.calls++));
    const witness = follow(events, project, 0);
    await append(project, {});
    await eventually(() => expect(witness.seen).toEqual([1]));
    expect(victim.calls).toBe(0);
    witness.end();
  });

  it('keeps tenants apart', async () => {
    const [mine, theirs] = [await makeProject(database), await makeProject(database)];
    const [here, there] = [follow(events, mine, 0), follow(events, theirs, 0)];
    await append(theirs, { secret: true });
    await eventually(() => expect(there.seen).toEqual([1]));
    await eventually(() => expect(here.isCaughtUp()).toBe(true));
    expect([here.seen, await events.read(mine, 0, 10)]).toEqual([[], { kind: 'events', events: [], head: 0 }]);
    const rows = await database.asProject(mine, ({ sql: trx }) => trx.selectFrom('event').selectAll().execute());
    expect(rows).toEqual([]);
    const forging = database.asProject(mine, (tx) => events.append({ ...tx, projectId: theirs }, 'flags', {}));
    await expect(forging).rejects.toThrow();
    const rewriting = database.asProject(mine, ({ sql: trx }) => sql`update event set topic = 'x'`.execute(trx));
    await expect(rewriting).rejects.toThrow(/permission denied/);
    for (const { end } of [here, there]) end();
  });

  it('tells caches of a change before whoever made it has an answer', async () => {
    const project = await makeProject(database);
    const told: string[] = [];
    events.onChange((projectId, topic) => projectId === project && told.push(topic));
    await append(project, {});
    expect(told).toEqual(['flags']);
  });

  it('starts where revisions stood that are older than the log, and replays nothing of before', async () => {
    const project = await makeProject(database);
    // A server of the release before, beside this one during a deployment.
    await database.asSystem(({ sql: trx }) =>
      trx.updateTable('project').set({ flag_revision: 7 }).where('id', '=', project).execute(),
    );
    expect(await append(project, {})).toBe(8);
    expect(await events.read(project, 0, 10)).toMatchObject({ kind: 'lost', floor: 7 });
    expect(await events.read(project, 7, 10)).toMatchObject({ events: [{ sequence: 8 }] });
  });
});

describeOn(postgres, 'two processes on one log', (engine) => {
  let place: Place;
  beforeAll(async () => {
    place = await engine.place();
  });
  afterAll(() => place.remove());

  /** How long each of some events took from the commit in one process to the subscriber in the other, in ms. */
  async function delays(
    writer: Awaited<ReturnType<typeof startProcess>>,
    reader: Awaited<ReturnType<typeof startProcess>>,
    { count, pauseMs }: { count: number; pauseMs: number },
  ) {
    const project = await makeProject(writer.database);
    const arrivals = new Map<number, number>();
    const subscription = reader.events.subscribe(project, 0, (delivery) => {
      if (delivery.kind === 'events')
        for (const { sequence } of delivery.events) arrivals.set(sequence, performance.now());
    });
    const took: number[] = [];
    for (let i = 0; i < count; i++) {
      const sequence = await writer.append(project, { i });
      const committedMs = performance.now();
      await eventually(() => expect(arrivals.has(sequence)).toBe(true));
      took.push(Math.max(0, arrivals.get(sequence)! - committedMs));
      // So that commits do not always meet the same moment of the polling.
      await new Promise((rested) => setTimeout(rested, pauseMs * ((i * 37) % 10)));
    }
    subscription.end();
    expect([...arrivals.keys()]).toEqual(upTo(count));
    const sorted = took.toSorted((a, b) => a - b).map((each) => Math.round(each * 10) / 10);
    return { p50: sorted[Math.floor(count / 2)]!, max: sorted.at(-1)! };
  }

  const isListening = (events: Events) => eventually(() => expect(events.engine).toBe('postgres, LISTEN and polling'));

  it('hear of each other at once', async () => {
    const [one, other] = await Promise.all([startProcess(place), startProcess(place)]);
    await isListening(other.events);
    const { p50, max } = await delays(one, other, { count: 50, pauseMs: 3 });
    console.info(`with LISTEN an event reaches another process after p50 ${p50} ms, max ${max} ms`);
    await Promise.all([one.close(), other.close()]);
  });

  it('find each other by polling where LISTEN leads nowhere', async () => {
    const nowhere = 'postgres://nobody:nothing@127.0.0.1:1/nowhere';
    const [one, other] = await Promise.all([startProcess(place), startProcess(place, nowhere)]);
    const { p50, max } = await delays(one, other, { count: 20, pauseMs: 9 });
    console.info(`by polling alone an event reaches another process after p50 ${p50} ms, max ${max} ms`);
    expect(other.events.engine).toBe('postgres, polling');
    await other.events.ping();
    await Promise.all([one.close(), other.close()]);
  });

  it('lose nothing when the listening backend is ended, and listen again', async () => {
    const [one, other] = await Promise.all([startProcess(place), startProcess(place)]);
    await isListening(other.events);
    const project = await makeProject(one.database);
    const watching = follow(other.events, project, 0);
    for (let round = 0; round < 3; round++) {
      await isListening(other.events);
      const { rows } = await one.database.asSystem(({ sql: trx }) =>
        sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'whetstone-listen'`.execute(trx),
      );
      expect(rows.length).toBeGreaterThan(0);
      await one.append(project, { round });
      await eventually(() => expect(watching.seen).toEqual(upTo(round + 1)));
    }
    await isListening(other.events);
    watching.end();
    await Promise.all([one.close(), other.close()]);
  });

  it('go on by polling when the listening connection goes silent, notice it, and listen again', async () => {
    const direct = new URL(place.choice.url!);
    const proxy = await tcpProxy({ host: direct.hostname, port: Number(direct.port) });
    direct.port = String(proxy.port);
    const [one, other] = await Promise.all([startProcess(place), startProcess(place, direct.href)]);
    await isListening(other.events);
    proxy.blackHole(true);
    const { p50, max } = await delays(one, other, { count: 10, pauseMs: 9 });
    console.info(`with LISTEN gone silent an event reaches another process after p50 ${p50} ms, max ${max} ms`);
    await vi.waitFor(() => expect(other.events.engine).toBe('postgres, polling'), { timeout: 15_000 });
    proxy.blackHole(false);
    await vi.waitFor(() => expect(other.events.engine).toBe('postgres, LISTEN and polling'), { timeout: 15_000 });
    await Promise.all([one.close(), other.close()]);
    await proxy.close();
  }, 60_000);

  it('trust nothing when the database says nothing for most of a second, and again when it does', async () => {
    const url = new URL(place.choice.url!);
    const proxy = await tcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    const cut = await startProcess({ ...place, choice: { url: url.href } });
    const project = await makeProject(cut.database);
    const watching = follow(cut.events, project, 0);
    await eventually(() => expect([cut.events.isCurrent(0), watching.isCurrent()]).toEqual([true, true]));
    proxy.blackHole(true);
    const silentSinceMs = performance.now();
    await eventually(() => expect(cut.events.isCurrent(0)).toBe(false));
    console.info(
      `without an answer of the database trust ended after ${Math.round(performance.now() - silentSinceMs)} ms`,
    );
    expect(watching.isCurrent()).toBe(false);
    proxy.blackHole(false);
    await vi.waitFor(() => expect(watching.isCurrent()).toBe(true), { timeout: 30_000 });
    await cut.close();
    await proxy.close();
  }, 60_000);
});
