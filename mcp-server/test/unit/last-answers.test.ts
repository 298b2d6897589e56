import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/offline/clock.ts';
import type { CloudReply, CloudRequest } from '../../src/offline/cloud-call.ts';
import { lastAnswers } from '../../src/offline/last-answers.ts';
import { snapshots } from '../../src/offline/snapshots.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whetstone-snapshots-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const board: CloudReply = { kind: 'answered', body: { dataset: 'humaneval', items: [] } };
const away: CloudReply = { kind: 'away', why: 'http://cloud.test refuses connections' };
const refused = (status: number): CloudReply => ({ kind: 'refused', status, why: `it said ${status}` });

function answering(reply: CloudReply | (() => Promise<CloudReply>)) {
  let nowMs = 1_000_000;
  const timers: { delayMs: number; run: () => void }[] = [];
  const clock: Clock = {
    wallMs: () => nowMs,
    steadyMs: () => nowMs,
    after: (delayMs, run) => {
      timers.push({ delayMs, run });
      return () => undefined;
    },
  };
  const asked: CloudRequest[] = [];
  const cloud = { reply };
  const answers = lastAnswers({
    ask: async (request) => {
      asked.push(request);
      return typeof cloud.reply === 'function' ? cloud.reply() : cloud.reply;
    },
    snapshots: snapshots(() => folder),
    clock,
    random: () => 0.5,
  });
  return { answers, asked, cloud, timers, advance: (byMs: number) => void (nowMs += byMs) };
}

const path = '/api/leaderboard?dataset=humaneval';

describe('answers about evals', () => {
  it('come from the cloud while it is there', async () => {
    const { answers } = answering(board);
    expect(await answers.read(path)).toEqual({ kind: 'cloud', body: board.kind === 'answered' && board.body });
  });

  it('are what the cloud said last when it is away, with their age and why', async () => {
    const { answers, cloud, advance } = answering(board);
    await answers.read(path);
    cloud.reply = away;
    advance(90_000);
    expect(await answers.read(path)).toMatchObject({
      kind: 'cache',
      ageMs: 90_000,
      body: { dataset: 'humaneval' },
      degradedReason: expect.stringContaining('refuses connections'),
    });
  });

  it('outlast the process', async () => {
    await answering(board).answers.read(path);
    expect(await answering(away).answers.read(path)).toMatchObject({ kind: 'cache', body: { dataset: 'humaneval' } });
  });

  it('are kept for each question apart', async () => {
    await answering(board).answers.read(path);
    const other = await answering(away).answers.read('/api/leaderboard?dataset=mbpp');
    expect(other).toMatchObject({ kind: 'default', degradedReason: expect.stringContaining('nothing was kept') });
  });

  it('cost a cloud that is away one attempt, not one per question', async () => {
    const { answers, asked, advance } = answering(away);
    for (let i = 0; i < 5; i++) await answers.read(path);
    expect(asked).toHaveLength(1);
    advance(3_600_000);
    await answers.read(path);
    expect(asked).toHaveLength(2);
  });

  it('are waited for by one question at a time once the cloud has failed', async () => {
    const { answers, asked, cloud, advance } = answering(board);
    await answers.read(path);
    cloud.reply = away;
    await answers.read(path);
    advance(3_600_000);
    let answer: (reply: CloudReply) => void = () => undefined;
    cloud.reply = () => new Promise((resolve) => (answer = resolve));
    const probe = answers.read(path);
    await expect.poll(() => asked.length).toBe(3);
    expect(await answers.read(path)).toMatchObject({ kind: 'cache' });
    expect(asked).toHaveLength(3);
    answer(board);
    expect(await probe).toMatchObject({ kind: 'cloud' });
    cloud.reply = board;
    expect(await answers.read(path)).toMatchObject({ kind: 'cloud' });
  });

  it('count what failed side by side as one failure', async () => {
    const { answers, asked, cloud, advance } = answering(away);
    const waiting: ((reply: CloudReply) => void)[] = [];
    cloud.reply = () => new Promise((resolve) => waiting.push(resolve));
    const reads = Array.from({ length: 6 }, () => answers.read(path));
    await expect.poll(() => waiting.length).toBe(6);
    for (const answer of waiting) answer(away);
    await Promise.all(reads);
    cloud.reply = away;
    // The longest first pause; after six failures in a row it could be 30 s.
    advance(2_000);
    await answers.read(path);
    expect(asked).toHaveLength(7);
  });

  it.each([401, 429, 503])('stand in for a cloud that says %i', async (status) => {
    await answering(board).answers.read(path);
    expect(await answering(refused(status)).answers.read(path)).toMatchObject({ kind: 'cache' });
  });

  it.each([400, 403, 404])('do not hide its no: %i', async (status) => {
    await answering(board).answers.read(path);
    expect(await answering(refused(status)).answers.read(path)).toEqual({ kind: 'refused', why: `it said ${status}` });
  });

  it('are not made of a damaged file', async () => {
    await answering(board).answers.read(path);
    const [name = ''] = await readdir(folder);
    await writeFile(join(folder, name), '{"format":1,"question":"');
    expect(await answering(away).answers.read(path)).toMatchObject({ kind: 'default' });
  });

  it('come although nothing can be kept', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const nowhere = snapshots(() => join(folder, 'a-file', 'below'));
    await nowhere.write('q', { body: {}, savedAtMs: 1 });
    expect(await nowhere.read('q')).toBeUndefined();
  });

  it('make room for new questions by forgetting the oldest', async () => {
    const kept = snapshots(() => folder);
    for (let i = 0; i < 105; i++) await kept.write(`q${i}`, { body: { i }, savedAtMs: i });
    expect((await readdir(folder)).length).toBe(100);
    expect(await kept.read('q104')).toEqual({ body: { i: 104 }, savedAtMs: 104 });
  });

  it('keep nobody for more than a second who cannot wait, and the next one has what came then', async () => {
    const { answers, cloud, timers } = answering(board);
    let arrive: (reply: CloudReply) => void = () => undefined;
    cloud.reply = () => new Promise((resolve) => (arrive = resolve));
    for (const known of [{ kind: 'default' }, { kind: 'cache', body: { dataset: 'humaneval' } }]) {
      const glance = answers.glance(path);
      await expect.poll(() => timers.at(-1)?.delayMs).toBe(1_000);
      timers.pop()!.run();
      expect(await glance).toMatchObject({ ...known, degradedReason: expect.stringContaining('within 1 s') });
      arrive(board);
      await expect.poll(async () => (await readdir(folder)).length).toBe(1);
    }
    cloud.reply = board;
    expect(await answers.glance(path)).toMatchObject({ kind: 'cloud' });
  });

  it('stop waiting for who has given up', async () => {
    const answers = lastAnswers({
      ask: ({ signal }) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
      snapshots: snapshots(() => undefined),
      clock: { wallMs: () => 0, steadyMs: () => 0, after: () => () => undefined },
      random: () => 0.5,
    });
    const giveUp = new AbortController();
    const waiting = answers.read(path, giveUp.signal);
    setImmediate(() => giveUp.abort(new Error('no longer wanted')));
    await expect(waiting).rejects.toThrow('no longer wanted');
  });
});
