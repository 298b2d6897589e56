import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Database } from '../../src/platform/db/database.ts';
import { openDatabase, type DatabaseChoice } from '../../src/platform/db/open.ts';
import type { JobDefinition } from '../../src/platform/queue/job.ts';
import type { Queue } from '../../src/platform/queue/queue.ts';
import { postgresUrl } from '../../../test/support/provided.ts';
import { asAdmin } from '../../../test/support/postgres.ts';
import { describeOn, pglite, postgres, silentLog, type Engine, type Place } from '../support/engines.ts';
import { makeProject } from '../support/projects.ts';
import {
  aJob,
  gate,
  queueEngines,
  startQueue,
  type QueueEngine,
  type QueueOptions,
  type QueueWorld,
} from '../support/queue.ts';

const surroundings = { clock: Date.now, log: silentLog };
const engines = [pglite, postgres];
const dayMs = 24 * 3_600_000;

const eventually = (check: () => unknown, timeoutMs = 15_000) =>
  vi.waitFor(check, { timeout: timeoutMs, interval: 50 });

/** A suite on both engines of the port, each on these engines of the database. */
function describeOnBoth(title: string, databases: Engine[], suite: (engine: Engine, queueEngine: QueueEngine) => void) {
  for (const queueEngine of queueEngines) {
    for (const engine of databases)
      describeOn(engine, `${title} by ${queueEngine.name}`, (each) => suite(each, queueEngine));
  }
}

/** The database of a suite, and queues on it that are stopped after each test. */
function ground(enginePlace: () => Promise<Place>, queueEngine: QueueEngine) {
  const shared = {} as { place: Place; database: Database; world: QueueWorld; mine: string; theirs: string };
  const queues: Queue[] = [];
  beforeAll(async () => {
    shared.place = await enginePlace();
    shared.database = await openDatabase(shared.place.choice, surroundings);
    shared.world = await queueEngine.surround();
    shared.mine = await makeProject(shared.database);
    shared.theirs = await makeProject(shared.database);
  });
  afterEach(async () => {
    await Promise.all(queues.splice(0).map((queue) => queue.stop({ graceMs: 100 })));
  });
  afterAll(async () => {
    await shared.world.stop();
    await shared.database.close();
    await shared.place.remove();
  });
  const working = async (jobs: JobDefinition[], options: QueueOptions & { rests?: boolean } = {}) => {
    const queue = await startQueue(shared.world, shared.database, jobs, options);
    queues.push(queue);
    if (!options.rests) await queue.work();
    return queue;
  };
  return { shared, working };
}

describeOnBoth('the queue port', engines, (engine, queueEngine) => {
  const { shared, working } = ground(engine.place, queueEngine);

  it('runs what was sent, once, with its input, its project and its attempt', async () => {
    const runs: { text: string; projectId: string | undefined; attempt: number }[] = [];
    const job = aJob({
      run: async ({ text }, { projectId, attempt }) => void runs.push({ text, projectId, attempt }),
    });
    const queue = await working([job]);
    const id = await queue.send(job, { text: 'hello' }, { projectId: shared.mine });
    await eventually(async () => expect(await queue.find(shared.mine, id)).toMatchObject({ state: 'completed' }));
    expect(runs).toEqual([{ text: 'hello', projectId: shared.mine, attempt: 1 }]);
    expect(await queue.find(shared.mine, id)).toEqual({
      id,
      name: job.name,
      state: 'completed',
      attempts: 1,
      createdAt: expect.any(Date),
      startedAt: expect.any(Date),
      finishedAt: expect.any(Date),
      lastError: undefined,
    });
  });

  it('keeps messages that were sent while nobody worked', async () => {
    const runs: string[] = [];
    const job = aJob({ run: async ({ text }) => void runs.push(text) });
    const resting = await working([job], { rests: true });
    await resting.send(job, { text: 'early' });
    await working([job]);
    await eventually(() => expect(runs).toEqual(['early']));
  });

  it('refuses what the job does not take, what is too large, and a job it does not know', async () => {
    const job = aJob();
    const queue = await working([job], { rests: true });
    await expect(queue.send(job, { text: 7 } as never)).rejects.toThrow(/expected string/);
    await expect(queue.send(job, { text: 'x'.repeat(40_000) })).rejects.toThrow(
      `a message for the job "${job.name}" has 40011 bytes, at most 32768 are taken; store the content and send its id`,
    );
    await expect(queue.send(aJob({ name: 'test.unknown' }), { text: '' })).rejects.toThrow(
      'the job "test.unknown" is not defined',
    );
  });

  it('retries with growing pauses, keeps what failed with its last error, and runs it again when told to', async () => {
    const begunAtMs: number[] = [];
    let isBroken = true;
    const job = aJob({
      retries: { limit: 2, delayS: 1, backoff: 'exponential' },
      async run() {
        begunAtMs.push(Date.now());
        if (isBroken) throw new WhetstoneError('unavailable', `the parcel service is away (${begunAtMs.length})`);
      },
    });
    const queue = await working([job]);
    const id = await queue.send(job, { text: '' }, { projectId: shared.mine });
    await eventually(async () =>
      expect(await queue.find(shared.mine, id)).toMatchObject({
        state: 'failed',
        attempts: 3,
        lastError: 'the parcel service is away (3)',
        finishedAt: expect.any(Date),
      }),
    );
    const [first, second, third] = begunAtMs as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(1_000);
    expect(third - second).toBeGreaterThanOrEqual(2_000);

    expect(await queue.retry(shared.theirs, id)).toBe(false);
    isBroken = false;
    expect(await queue.retry(shared.mine, id)).toBe(true);
    await eventually(async () =>
      expect(await queue.find(shared.mine, id)).toMatchObject({
        state: 'completed',
        attempts: 4,
        lastError: undefined,
      }),
    );
    expect(await queue.retry(shared.mine, id)).toBe(false);
  });

  it.each([
    ['throws what is no error', () => Promise.reject('a bare string')],
    ['throws an error of somebody else', () => Promise.reject(new TypeError('password is "hunter2"'))],
    [
      'throws at once',
      () => {
        throw new Error('before any promise');
      },
    ],
  ])('shows no details of a job that %s', async (_, run) => {
    const job = aJob({ run });
    const queue = await working([job]);
    const id = await queue.send(job, { text: '' }, { projectId: shared.mine });
    await eventually(async () =>
      expect(await queue.find(shared.mine, id)).toMatchObject({
        state: 'failed',
        lastError: 'stopped by a mistake in the server, whose log names it by this id',
      }),
    );
  });

  it('gives up a run that never settles, tells it so, and takes the next', async () => {
    const reasons: unknown[] = [];
    const done: string[] = [];
    const job = aJob({
      expireInMs: 300,
      async run({ text }, { signal }) {
        if (text === 'next') return void done.push(text);
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        await new Promise(() => undefined);
      },
    });
    const queue = await working([job]);
    const id = await queue.send(job, { text: 'stuck' }, { projectId: shared.mine });
    await queue.send(job, { text: 'next' });
    await eventually(() => expect(done).toEqual(['next']));
    await eventually(async () =>
      expect(await queue.find(shared.mine, id)).toMatchObject({
        state: 'failed',
        lastError: 'did not finish within 300 ms',
      }),
    );
    expect(reasons).toEqual([expect.objectContaining({ message: 'did not finish within 300 ms' })]);
  });

  it('holds on to a job that runs for longer than a lease', async () => {
    const attempts: number[] = [];
    const { passed, open } = gate();
    const job = aJob({
      retries: { limit: 3, delayS: 0, backoff: 'fixed' },
      async run(_, { attempt }) {
        attempts.push(attempt);
        await passed;
      },
    });
    const probe = aJob();
    const queue = await working([job, probe], { leaseMs: 600 });
    const id = await queue.send(job, { text: '' }, { projectId: shared.mine });
    await eventually(() => expect(attempts).toEqual([1]));
    // Where there can be other servers, one looks for jobs of the dead meanwhile; several leases pass.
    const other = engine.name === 'postgres' ? await working([probe], { leaseMs: 600 }) : queue;
    for (let i = 0; i < 3; i++) {
      const probed = await other.send(
        probe,
        { text: '' },
        { projectId: shared.mine, startAfter: new Date(Date.now() + 700) },
      );
      await eventually(async () => expect(await other.find(shared.mine, probed)).toMatchObject({ state: 'completed' }));
    }
    open();
    await eventually(async () => expect(await queue.find(shared.mine, id)).toMatchObject({ state: 'completed' }));
    expect(attempts).toEqual([1]);
  });

  it('sends one message for a once-key, also at once and after it was done; each project has keys of its own', async () => {
    const runs: string[] = [];
    const job = aJob({ run: async (_, { projectId }) => void runs.push(projectId ?? 'system') });
    const queue = await working([job]);
    const once = (projectId: string | undefined) => queue.send(job, { text: '' }, { projectId, onceKey: 'only' });
    const ids = await Promise.all(Array.from({ length: 10 }, () => once(shared.mine)));
    expect(new Set(ids).size).toBe(1);
    await eventually(async () => expect(await queue.find(shared.mine, ids[0]!)).toMatchObject({ state: 'completed' }));
    expect(await once(shared.mine)).toBe(ids[0]);
    expect(new Set([ids[0], await once(shared.theirs), await once(undefined)]).size).toBe(3);
    await eventually(() => expect(runs.toSorted()).toEqual([shared.mine, shared.theirs, 'system'].toSorted()));
  });

  it('sends what a transaction sent when it commits, and nothing when it is rolled back', async () => {
    const runs: string[] = [];
    const job = aJob({ run: async ({ text }) => void runs.push(text) });
    const queue = await working([job]);
    const projectId = shared.mine;
    const failing = shared.database.asProject(projectId, async (tx) => {
      await queue.send(job, { text: 'undone' }, { tx, projectId });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const id = await shared.database.asProject(projectId, (tx) => queue.send(job, { text: 'kept' }, { tx, projectId }));
    await eventually(async () => expect(await queue.find(projectId, id)).toMatchObject({ state: 'completed' }));
    expect(runs).toEqual(['kept']);
  });

  it('lets the transaction of a project send for no other, nor lay hands on the queue itself', async () => {
    const job = aJob();
    const queue = await working([job], { rests: true });
    for (const projectId of [shared.theirs, undefined]) {
      const crossing = shared.database.asProject(shared.mine, (tx) => queue.send(job, { text: '' }, { tx, projectId }));
      await expect(crossing).rejects.toThrow('a project sends messages for itself alone');
    }
    const reading = shared.database.asProject(shared.mine, ({ sql: trx }) =>
      sql`select * from ${sql.table(queueEngine.table)}`.execute(trx),
    );
    await expect(reading).rejects.toThrow(queueEngine.refusal);
  });

  it('waits until the time that a message names', async () => {
    const begunAtMs: number[] = [];
    const job = aJob({ run: async () => void begunAtMs.push(Date.now()) });
    const queue = await working([job]);
    const startAfter = new Date(Date.now() + 1_500);
    const id = await queue.send(job, { text: '' }, { projectId: shared.mine, startAfter });
    expect(await queue.find(shared.mine, id)).toMatchObject({ state: 'queued', attempts: 0, startedAt: undefined });
    await eventually(() => expect(begunAtMs).toHaveLength(1));
    expect(begunAtMs[0]).toBeGreaterThanOrEqual(startAfter.getTime());
  });

  it('leaves a place to the others, however many of one kind there are and however long they take', async () => {
    const { passed, open } = gate();
    let begun = 0;
    const long = aJob({
      concurrency: 50,
      run: async () => {
        begun++;
        await passed;
      },
    });
    const urgent = aJob();
    const queue = await working([long, urgent]);
    const longs: string[] = [];
    for (let i = 0; i < 6; i++) longs.push(await queue.send(long, { text: '' }, { projectId: shared.mine }));
    await eventually(() => expect(begun).toBe(3));
    const id = await queue.send(urgent, { text: '' }, { projectId: shared.mine });
    await eventually(async () => expect(await queue.find(shared.mine, id)).toMatchObject({ state: 'completed' }));
    expect(begun).toBe(3);
    open();
    await eventually(async () => {
      for (const each of longs) expect(await queue.find(shared.mine, each)).toMatchObject({ state: 'completed' });
    });
  });

  it('runs no more at once than a job allows, and never more than four', async () => {
    const underWay = { narrow: 0, all: 0 };
    const most = { narrow: 0, all: 0 };
    const { passed, open } = gate();
    const counting = (kinds: ('narrow' | 'all')[]) => async () => {
      for (const kind of kinds) most[kind] = Math.max(most[kind], ++underWay[kind]);
      await passed;
      for (const kind of kinds) underWay[kind]--;
    };
    const narrow = aJob({ concurrency: 2, run: counting(['narrow', 'all']) });
    const wide = aJob({ concurrency: 50, run: counting(['all']) });
    const queue = await working([narrow, wide]);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await queue.send(narrow, { text: '' }, { projectId: shared.mine }));
    await eventually(() => expect(underWay.narrow).toBe(2));
    for (let i = 0; i < 8; i++) ids.push(await queue.send(wide, { text: '' }, { projectId: shared.mine }));
    await eventually(() => expect(underWay.all).toBe(4));
    open();
    await eventually(async () => {
      for (const id of ids) expect(await queue.find(shared.mine, id)).toMatchObject({ state: 'completed' });
    });
    expect(most).toEqual({ narrow: 2, all: 4 });
  });

  it('does not hold requests up while jobs run', async () => {
    const { passed, open } = gate();
    const job = aJob({ concurrency: 4, run: () => passed });
    const queue = await working([job]);
    const ids = await Promise.all(
      Array.from({ length: 4 }, () => queue.send(job, { text: '' }, { projectId: shared.mine })),
    );
    await eventually(async () => expect(await queue.find(shared.mine, ids[3]!)).toMatchObject({ state: 'running' }));
    await Promise.all(Array.from({ length: 50 }, () => shared.database.ping()));
    await queue.ping();
    open();
  });

  it('waits for what is under way when it stops, and takes nothing new', async () => {
    const { passed, open } = gate();
    const seen: string[] = [];
    const job = aJob({
      async run({ text }) {
        seen.push(`begin ${text}`);
        await passed;
        seen.push(`end ${text}`);
      },
    });
    const queue = await working([job]);
    const id = await queue.send(job, { text: 'first' }, { projectId: shared.mine });
    await queue.send(job, { text: 'second' }, { projectId: shared.mine });
    await eventually(() => expect(seen).toEqual(['begin first']));
    const stopped = queue.stop({ graceMs: 20_000 });
    open();
    await stopped;
    expect(seen).toEqual(['begin first', 'end first']);
    expect(await queue.find(shared.mine, id)).toMatchObject({ state: 'completed' });
  });

  it('hands back at a stop what does not end in time, as if that run had never begun', async () => {
    const seen: string[] = [];
    const job = aJob({
      concurrency: 2,
      retries: { limit: 1, delayS: 0, backoff: 'fixed' },
      async run({ text }, { signal, attempt }) {
        seen.push(`${text} ${attempt}`);
        if (text === 'retried' && attempt === 1) throw new Error('once');
        signal.addEventListener('abort', () => seen.push(String(signal.reason)));
        await new Promise(() => undefined);
      },
    });
    const queue = await working([job]);
    const projectId = shared.mine;
    const fresh = await queue.send(job, { text: 'fresh' }, { projectId });
    const retried = await queue.send(job, { text: 'retried' }, { projectId });
    await eventually(() => expect(seen.toSorted()).toEqual(['fresh 1', 'retried 1', 'retried 2']));
    await queue.stop({ graceMs: 50 });
    expect(seen.slice(3)).toEqual(['Error: the server stops', 'Error: the server stops']);
    expect(await queue.find(projectId, fresh)).toMatchObject({ state: 'queued', attempts: 0 });
    expect(await queue.find(projectId, retried)).toMatchObject({ state: 'retrying', attempts: 1 });

    const next = await working([
      { ...job, run: async ({ text }, { attempt }) => void seen.push(`${text} ${attempt}`) },
    ] as JobDefinition[]);
    await eventually(async () => {
      expect(await next.find(projectId, fresh)).toMatchObject({ state: 'completed', attempts: 1 });
      expect(await next.find(projectId, retried)).toMatchObject({ state: 'completed', attempts: 2 });
    });
    expect(seen.slice(5).toSorted()).toEqual(['fresh 1', 'retried 2']);
  });

  it('fires a schedule once for several servers, also for a time that was missed while all were off', async () => {
    const fired: string[] = [];
    const job = aJob({
      schedule: { cron: '0 4 * * *', timeZone: 'Europe/Berlin' },
      run: async (_, { projectId }) => void fired.push(projectId ?? 'system'),
    });
    // Made known for the first time: nothing is made up for.
    const early = await working([job]);
    await early.stop({ graceMs: 100 });
    expect(fired).toEqual([]);

    const noon = () => Date.parse('2030-01-10T12:00:00Z');
    await Promise.all([working([job], { clock: noon }), working([job], { clock: noon })]);
    await eventually(() => expect(fired).toEqual(['system']));

    // A server whose clock was set back to the hour after the occurrence.
    const marker = aJob({ run: async () => void fired.push('marker') });
    const later = await working([job, marker], { clock: () => Date.parse('2030-01-10T03:00:01Z') });
    await later.send(marker, { text: '' });
    await eventually(() => expect(fired).toContain('marker'));
    expect(fired).toEqual(['system', 'marker']);
  });

  it('is not held up by a clock that was set back', async () => {
    const runs: string[] = [];
    const job = aJob({
      retries: { limit: 1, delayS: 0, backoff: 'fixed' },
      run: async ({ text }) => void runs.push(text),
    });
    const queue = await working([job], { rests: true });
    const ids = [await queue.send(job, { text: 'new' }), await queue.send(job, { text: 'retrying' })];
    for (const text of queueEngine.setAhead) await shared.database.execute(text, [ids]);
    await queue.work();
    await eventually(() => expect(runs.toSorted()).toEqual(['new', 'retrying']));
  });

  it("lists a project's own jobs, newest first, and neither the system's nor another's", async () => {
    const owner = await makeProject(shared.database);
    const job = aJob();
    const queue = await working([job], { rests: true });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await queue.send(job, { text: '' }, { projectId: owner }));
    await queue.send(job, { text: '' });
    await queue.send(job, { text: '' }, { projectId: shared.theirs });
    const first = await queue.list(owner, { limit: 3 });
    expect(first.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 3));
    const rest = await queue.list(owner, { limit: 3, before: first[2]!.id });
    expect(rest.map(({ id }) => id)).toEqual(ids.toReversed().slice(3));
    expect(await queue.find(shared.theirs, ids[0]!)).toBeUndefined();
  });

  it('forgets ended jobs past their time, and no others', async () => {
    const owner = await makeProject(shared.database);
    const job = aJob({
      async run({ text }) {
        if (text === 'fails') throw new Error('no');
      },
    });
    const queue = await working([job]);
    const done = await queue.send(job, { text: 'works' }, { projectId: owner });
    const failed = await queue.send(job, { text: 'fails' }, { projectId: owner });
    const waiting = await queue.send(job, { text: '' }, { projectId: owner, startAfter: new Date(Date.now() + dayMs) });
    await eventually(async () => {
      expect(await queue.find(owner, done)).toMatchObject({ state: 'completed' });
      expect(await queue.find(owner, failed)).toMatchObject({ state: 'failed' });
    });
    const [past, future] = [new Date(0), new Date(Date.now() + dayMs)];
    await queue.forget({ completed: past, failed: past });
    expect(await queue.list(owner, { limit: 10 })).toHaveLength(3);
    await queue.forget({ completed: future, failed: past });
    expect((await queue.list(owner, { limit: 10 })).map(({ id }) => id)).toEqual([waiting, failed]);
    await queue.forget({ completed: future, failed: future });
    expect((await queue.list(owner, { limit: 10 })).map(({ id }) => id)).toEqual([waiting]);
  });
});

/** Starts another process that works on the job of this name. */
async function startProcess(options: {
  choice: DatabaseChoice;
  name: string;
  file: string;
  holdMs: number;
  limit: number;
  leaseMs: number;
  world: QueueWorld;
}) {
  const { world, ...rest } = options;
  const script = fileURLToPath(new URL('../support/queue-process.ts', import.meta.url));
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const child = spawn(
    process.execPath,
    ['--import', tsx, script, JSON.stringify({ ...rest, service: world.service })],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const [said, url = ''] = String(first).trim().split(' ');
  expect(said).toBe('working');
  const leave = world.join(url);
  return {
    child,
    kill: async () => {
      leave();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const linesOf = (file: string) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' '))
    : [];

describeOnBoth('a server that is killed', engines, (engine, queueEngine) => {
  it('loses no job that was under way', { timeout: 120_000 }, async () => {
    const place = await engine.place();
    const world = await queueEngine.surround();
    const file = join(place.directory, 'runs');
    // On PGlite the next start knows without waiting for a lease that the one before is dead, and tries again at once.
    const delayS = engine.name === 'pglite' && world.service === undefined ? 600 : 0;
    const job = aJob({ name: 'test.killed', retries: { limit: 1, delayS, backoff: 'fixed' } });
    const leaseMs = engine.name === 'pglite' ? 600_000 : 1_500;
    let database = await openDatabase(place.choice, surroundings);
    let queue = await startQueue(world, database, [job], { leaseMs });
    const projectId = await makeProject(database);
    const id = await queue.send(job, { text: 'long' }, { projectId });
    await queue.stop({ graceMs: 0 });
    await database.close();

    const server = await startProcess({
      choice: place.choice,
      name: job.name,
      file,
      holdMs: 600_000,
      limit: 1,
      leaseMs,
      world,
    });
    await eventually(() => expect(linesOf(file).map(([what]) => what)).toEqual(['begin']));
    await server.kill();

    database = await openDatabase(place.choice, surroundings);
    const attempts: number[] = [];
    queue = await startQueue(
      world,
      database,
      [{ ...job, run: async (_, { attempt }) => void attempts.push(attempt) }],
      {
        leaseMs,
      },
    );
    await queue.work();
    await eventually(async () =>
      expect(await queue.find(projectId, id)).toMatchObject({ state: 'completed', attempts: 2 }),
    );
    expect(attempts).toEqual([2]);
    await queue.stop({ graceMs: 1_000 });
    await world.stop();
    await database.close();
    await place.remove();
  });
});

describeOnBoth('two server processes on one database', [postgres], (engine, queueEngine) => {
  const { shared, working } = ground(engine.place, queueEngine);

  it('may start together where there was no queue before', async () => {
    const job = aJob({ schedule: { cron: '0 4 * * *', timeZone: 'UTC' } });
    const queues = await Promise.all(Array.from({ length: 4 }, () => working([job])));
    const id = await queues[0]!.send(job, { text: '' }, { projectId: shared.mine });
    await eventually(async () => expect(await queues[1]!.find(shared.mine, id)).toMatchObject({ state: 'completed' }));
  });

  it('share the jobs, each run once', { timeout: 60_000 }, async () => {
    const job = aJob({ name: 'test.shared' });
    const file = join(shared.place.directory, 'shared');
    const queue = await working([job], { rests: true });
    const options = {
      choice: shared.place.choice,
      name: job.name,
      file,
      // Longer together than the pause between two looks of the other process.
      holdMs: 100,
      limit: 0,
      leaseMs: 1_500,
      world: shared.world,
    };
    const servers = await Promise.all([startProcess(options), startProcess(options)]);
    const texts = Array.from({ length: 40 }, (_, i) => `m${i}`);
    await Promise.all(texts.map((text) => queue.send(job, { text }, { projectId: shared.mine })));
    await eventually(() => expect(linesOf(file).filter(([what]) => what === 'end')).toHaveLength(40), 30_000);
    await Promise.all(servers.map(({ kill }) => kill()));
    const begun = linesOf(file).filter(([what]) => what === 'begin');
    expect(begun.map(([, text = '']) => text).toSorted()).toEqual(texts.toSorted());
    expect(new Set(begun.map(([, , pid]) => pid)).size).toBe(2);
  });

  it('take over from each other when one is killed', { timeout: 60_000 }, async () => {
    const job = aJob({ name: 'test.taken-over' });
    const file = join(shared.place.directory, 'taken-over');
    const queue = await working([job], { rests: true });
    const options = {
      choice: shared.place.choice,
      name: job.name,
      file,
      limit: 1,
      leaseMs: 1_500,
      world: shared.world,
    };
    const first = await startProcess({ ...options, holdMs: 600_000 });
    const id = await queue.send(
      { ...job, retries: { limit: 1, delayS: 0, backoff: 'fixed' } },
      { text: 'x' },
      { projectId: shared.mine },
    );
    await eventually(() => expect(linesOf(file)).toHaveLength(1));
    const second = await startProcess({ ...options, holdMs: 10 });
    await first.kill();
    await eventually(
      async () => expect(await queue.find(shared.mine, id)).toMatchObject({ state: 'completed' }),
      30_000,
    );
    expect(linesOf(file).map(([what, , pid]) => [what, pid])).toEqual([
      ['begin', `${first.child.pid}`],
      ['begin', `${second.child.pid}`],
      ['end', `${second.child.pid}`],
    ]);
    await second.kill();
  });
});

describeOnBoth('a database that is gone for seconds', [postgres], (engine, queueEngine) => {
  const { shared, working } = ground(engine.place, queueEngine);

  it('costs a worker nothing but the wait', { timeout: 60_000 }, async () => {
    const attempts: string[] = [];
    const { passed, open } = gate();
    const job = aJob({
      concurrency: 2,
      retries: { limit: 0, delayS: 0, backoff: 'fixed' },
      async run({ text }, { attempt }) {
        attempts.push(`${text} ${attempt}`);
        if (text === 'under way') await passed;
      },
    });
    const queue = await working([job], { leaseMs: 30_000 });
    const id = await queue.send(job, { text: 'under way' }, { projectId: shared.mine });
    await eventually(() => expect(attempts).toEqual(['under way 1']));

    const name = new URL((shared.place.choice as { url: string }).url).pathname.slice(1);
    await asAdmin(postgresUrl()!, [
      `alter database ${name} allow_connections false`,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    ]);
    await expect(queue.ping()).rejects.toThrow();
    open();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await asAdmin(postgresUrl()!, [`alter database ${name} allow_connections true`]);

    await eventually(async () => expect(await queue.find(shared.mine, id)).toMatchObject({ state: 'completed' }));
    await queue.send(job, { text: 'afterwards' });
    await eventually(() => expect(attempts).toEqual(['under way 1', 'afterwards 1']));
  });
});
