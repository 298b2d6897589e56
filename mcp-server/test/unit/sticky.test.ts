import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assignmentJournal } from '../../src/offline/sticky/assignment-journal.ts';
import { assignments } from '../../src/offline/sticky/assignments.ts';
import { manualClock } from '../support/manual-clock.ts';
import { newReader, newStateDir } from '../support/reader.ts';
import { flagOf, serving } from '../support/scripted-cloud.ts';

const dayMs = 24 * 3_600_000;

/** A split by task in which everybody is in at 100 and hardly anybody at 0.01. */
const sticky = (coverage: number, change: object = {}) => ({
  ...flagOf('new-prompt'),
  fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage, otherwise: 'off', by: 'taskId', sticky: 'taskId' },
  ...change,
});

describe('a sticky split on this machine', () => {
  /** A process that begins with the flag like this; what another one left in the folder is there. */
  function startProcess(flag: object, { stateDir = newStateDir(), clock = manualClock(), from = 1 } = {}) {
    let revision = from;
    const parts = newReader({ cloud: serving(revision, flag), stateDir, clock });
    return {
      ...parts,
      ask: async (taskId: string) => (await parts.reader.answer('new-prompt', { taskId })).variant,
      /** The flag changes in the cloud, and the process hears of it. */
      async change(to: object) {
        revision += 1;
        parts.cloud.answer = serving(revision, { ...to, version: revision });
        clock.advance(2_000);
        await parts.reader.status();
      },
    };
  }

  it('keeps a task on its variant when coverage is lowered or raised; a new task gets the new one', async () => {
    const { ask, change } = startProcess(sticky(100));
    expect(await ask('early')).toBe('on');
    await change(sticky(0.01));
    expect([await ask('early'), await ask('late')]).toEqual(['on', 'off']);
    await change(sticky(100));
    expect([await ask('early'), await ask('late'), await ask('latest')]).toEqual(['on', 'off', 'on']);
  });

  it('keeps it over a restart, offline too', async () => {
    const first = startProcess(sticky(100));
    expect(await first.ask('t')).toBe('on');
    await first.reader.close();
    const second = startProcess(sticky(0.01, { version: 2 }), { stateDir: first.stateDir, from: 2 });
    expect([await second.ask('t'), await second.ask('new')]).toEqual(['on', 'off']);
    await second.reader.close();
    const { reader } = newReader({ stateDir: first.stateDir, obstacle: 'offline' });
    expect(await reader.answer('new-prompt', { taskId: 't' })).toMatchObject({ variant: 'on', source: 'cache' });
  });

  it('keeps it in every process that shares the folder, also in one that began before', async () => {
    const one = startProcess(sticky(100));
    const other = startProcess(sticky(0.01, { version: 2 }), { stateDir: one.stateDir, from: 2 });
    expect(await other.ask('of the other')).toBe('off');
    expect(await one.ask('t')).toBe('on');
    await Promise.all([one.reader.close(), other.reader.close()]);
    expect(await other.ask('t')).toBe('on');
    expect(await one.ask('of the other')).toBe('off');
  });

  it('is beaten by the switch, by coverage 0 and by a variant that is gone; where the task went, it stays', async () => {
    const { ask, change } = startProcess(sticky(100));
    expect(await ask('t')).toBe('on');
    await change(sticky(100, { enabled: false }));
    expect(await ask('t')).toBe('off');
    await change(sticky(100));
    expect(await ask('t')).toBe('on');
    await change(sticky(0));
    expect(await ask('t')).toBe('off');
    await change(sticky(100));
    expect(await ask('t')).toBe('off');
    const other = { split: [{ variant: 'new', weight: 1 }], otherwise: 'new', by: 'taskId', sticky: 'taskId' };
    await change(sticky(100, { variants: { new: 1, off: false }, fallthrough: other }));
    expect(await ask('t')).toBe('new');
  });

  it('asks for what a sticky prerequisite has served', async () => {
    const gated = { ...flagOf('gated'), prerequisites: [{ flag: 'new-prompt', variants: ['on'] }] };
    const first = newReader({ cloud: serving(1, sticky(100), gated) });
    expect(await first.reader.answer('gated', { taskId: 't' })).toMatchObject({ variant: 'on' });
    await first.reader.close();
    const second = newReader({ cloud: serving(2, sticky(0.01, { version: 2 }), gated), stateDir: first.stateDir });
    expect(await second.reader.answer('gated', { taskId: 't' })).toMatchObject({ variant: 'on' });
    expect(await second.reader.answer('gated', { taskId: 'new' })).toMatchObject({ reason: 'DISABLED' });
  });

  it('forgets after 30 days', async () => {
    const clock = manualClock();
    const { ask, change } = startProcess(sticky(100), { clock });
    expect(await ask('t')).toBe('on');
    await change(sticky(0.01));
    clock.advance(29 * dayMs);
    expect(await ask('t')).toBe('on');
    clock.advance(2 * dayMs);
    expect(await ask('t')).toBe('off');
  });

  it('keeps nothing of an answer that nobody was served', async () => {
    const { reader, ask, change } = startProcess(sticky(100));
    expect(await reader.answer('new-prompt', { taskId: 't' }, { default: 'text' })).toMatchObject({
      errorCode: 'TYPE_MISMATCH',
    });
    await reader.answer('new-prompt', { taskId: 't' }, { signal: AbortSignal.abort() });
    await change(sticky(0.01));
    expect(await ask('t')).toBe('off');
  });

  it('says nothing of it in the answer, and writes nobody’s name', async () => {
    const { reader, stickyFolder } = startProcess(sticky(100));
    expect(await reader.answer('new-prompt', { taskId: 'alice@example.com' })).not.toHaveProperty('sticky');
    await reader.close();
    const text = await readFile(join(stickyFolder, '1.jsonl'), 'utf8');
    expect(text).toContain('"on"');
    expect(text).not.toContain('alice');
  });

  it('answers without a disk, keeps in memory, and names the problem', async () => {
    const stateDir = newStateDir();
    const { ask, change, reader, stickyFolder } = startProcess(sticky(100), { stateDir });
    await reader.answer('nothing', {});
    await reader.close();
    await writeFile(stickyFolder, 'a file where the folder should be');
    expect(await ask('t')).toBe('on');
    await change(sticky(0.01));
    expect(await ask('t')).toBe('on');
    expect((await reader.status()).stickyProblem).toMatch(
      /cannot be (read|written) \(ENOTDIR|EEXIST\).*WHETSTONE_STATE_DIR/,
    );
  });
});

describe('what several processes write', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whetstone-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = (name: string) =>
    assignments({
      journal: assignmentJournal(() => join(folder, name)),
      clock: manualClock(),
      atExit: () => () => undefined,
    });
  const answer = (unit: string, variant: string, replaces?: string) => ({
    flag: 'f',
    attribute: 'taskId',
    unit,
    variant,
    ...(replaces !== undefined && { replaces }),
  });

  it('at the same moment ends with one answer for all: what stands first in the file', async () => {
    const all = Array.from({ length: 5 }, () => open('race'));
    all.forEach((each, i) => each.keep(answer('t', `v${i}`)));
    await Promise.all(all.map((each) => each.settled()));
    await Promise.all(all.map((each) => each.refresh()));
    const said = new Set(all.map((each) => each.of('f', 'taskId', 't')));
    expect(said.size).toBe(1);
    const later = open('race');
    await later.refresh();
    expect([...said]).toEqual([later.of('f', 'taskId', 't')]);
  });

  it('is on disk too when it came while others were being written', async () => {
    const journal = assignmentJournal(() => join(folder, 'meanwhile'));
    let late: string | undefined = 'late';
    const one = assignments({
      journal: {
        ...journal,
        async append(lines) {
          const problem = await journal.append(lines);
          if (late !== undefined) one.keep(answer(late, 'b'));
          late = undefined;
          return problem;
        },
      },
      clock: manualClock(),
      atExit: () => () => undefined,
    });
    one.keep(answer('early', 'a'));
    await one.settled();
    const later = open('meanwhile');
    await later.refresh();
    for (const each of [one, later])
      expect([each.of('f', 'taskId', 'early'), each.of('f', 'taskId', 'late')]).toEqual(['a', 'b']);
  });

  it('replaces only what it says it replaces', async () => {
    const one = open('replace');
    one.keep(answer('t', 'a'));
    await one.settled();
    const other = open('replace');
    await other.refresh();
    other.keep(answer('t', 'b', 'a'));
    one.keep(answer('t', 'c', 'x'));
    await Promise.all([one.settled(), other.settled()]);
    await one.refresh();
    expect([one.of('f', 'taskId', 't'), other.of('f', 'taskId', 't')]).toEqual(['b', 'b']);
  });

  it('survives torn and foreign lines', async () => {
    const one = open('torn');
    one.keep(answer('before', 'a'));
    await one.settled();
    await appendFile(join(folder, 'torn', '1.jsonl'), '{"id":"half of a li');
    one.keep(answer('after', 'b'));
    await one.settled();
    await appendFile(join(folder, 'torn', '1.jsonl'), '\nnull\n{"id":1}\n[]\n');
    const later = open('torn');
    await later.refresh();
    expect([later.of('f', 'taskId', 'before'), later.of('f', 'taskId', 'after')]).toEqual(['a', 'b']);
    expect(later.problem()).toBeUndefined();
  });

  it('never takes more than two files, forgets the oldest, and keeps 10,000 at most in memory', async () => {
    const one = open('many');
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 1_000; i++) one.keep(answer(`${round}-${i}`, 'a'));
      await one.settled();
    }
    expect((await readdir(join(folder, 'many'))).toSorted()).toEqual(['2.jsonl', '3.jsonl']);
    const later = open('many');
    await later.refresh();
    const isKept = (unit: string) => later.of('f', 'taskId', unit) === 'a';
    expect([isKept('19-999'), isKept('12-0'), isKept('0-0')]).toEqual([true, true, false]);
    expect([one.of('f', 'taskId', '19-999'), one.of('f', 'taskId', '0-0')]).toEqual(['a', undefined]);
  });

  it('is there when the process ends without waiting', async () => {
    let atEnd = () => {};
    const one = assignments({
      journal: { ...assignmentJournal(() => join(folder, 'exit')), append: () => new Promise(() => {}) },
      clock: manualClock(),
      atExit: (run) => ((atEnd = run), () => undefined),
    });
    one.keep(answer('t', 'a'));
    atEnd();
    const later = open('exit');
    await later.refresh();
    expect(later.of('f', 'taskId', 't')).toBe('a');
  });
});
