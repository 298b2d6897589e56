import { WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { evalRegressions } from '../../src/features/evals/regressions/regressions.ts';
import { rollBack, type RollBackVariant } from '../../src/features/evals/regressions/roll-back.ts';
import { regressionTeller } from '../../src/features/evals/regressions/tell-regression.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines, silentLog } from '../support/engines.ts';
import { anAlert, failing, madeRuns } from '../support/made-runs.ts';
import { aFlag } from '../support/flags.ts';
import { inlineQueue } from '../support/inline-queue.ts';

describeOnEngines('regressions', (engine) => {
  let app: TestApp;
  const { clock, advance } = testClock();
  beforeAll(async () => {
    app = await startApp(engine, { clock });
  });
  afterAll(() => app.close());
  beforeEach(() => app.admin.putEvalSettings({ rollback: 'on', rerunBudgetUsd: 5, agentRuns: 'told' }));

  /** A line of runs of its own, with all that watches it; every message comes twice. */
  function aLine({ rollBackVariant = app.rollBackVariant }: { rollBackVariant?: RollBackVariant } = {}) {
    const told: { event: string; id: unknown }[] = [];
    const held: string[] = [];
    const asked: string[] = [];
    const queue = inlineQueue();
    const runs = madeRuns({
      database: app.database,
      projectId: app.projectId,
      onEnded: (tx, run) => regressions.onEnded(tx, run),
      now: clock,
    });
    const regressions = evalRegressions({
      database: app.database,
      queue,
      events: app.events,
      log: silentLog,
      prepare: runs.prepare,
      rollBackVariant,
      tell: async (_, event, data) => void told.push({ event, id: data['regressionId'] }),
      askGates: async (_, key) => void asked.push(key),
      holdPlan: async (_, { key }) => void held.push(key),
    });
    const found = async () => (await app.admin.listRegressions({ subjectId: runs.ids.subject })).items;
    runs.build('good', failing(10));
    runs.build('bad', failing(30));
    runs.build('worse a bit', failing(17));
    return {
      ...runs,
      told,
      held,
      asked,
      queue,
      found,
      /** Has the message of a step worked on before those that wait. */
      async now(name: string, regressionId: string) {
        const job = regressions.jobs.find((each) => each.name === name)!;
        const { projectId } = app;
        await job.run(
          { regressionId },
          { projectId, attempt: 1, signal: new AbortController().signal, log: silentLog },
        );
      },
      drain: queue.drain,
      newest: async () => (await found())[0]!,
      events: () => told.map(({ event }) => event),
      /** A run and everything that follows until reruns are wanted. */
      async measured(started: Parameters<typeof runs.run>[0]) {
        const id = await runs.run(started);
        advance(60_000);
        await queue.drain();
        return id;
      },
      /** The reruns of what was found last, and everything that follows. */
      async confirmed() {
        const [regression] = await found();
        expect(await runs.endReruns(regression!.id)).toBe(2);
        advance(60_000);
        await queue.drain();
        return (await found())[0]!;
      },
    };
  }

  const flagOn = async (key: string) => {
    await app.admin.createFlag(aFlag(key, { rules: [], fallthrough: { variant: 'on' } }));
    return { key, variant: 'on' };
  };
  const versions = async (key: string) => (await app.admin.getFlagHistory({ key })).items;

  it('leaves alone what is as good as before, whatever build it is', async () => {
    const line = aLine();
    await line.measured({ version: 'good' });
    await line.measured({ version: 'good' });
    await line.measured({ version: 'good', commit: 'abcdef0' });
    expect(await line.found()).toEqual([]);
    expect(line.told).toEqual([]);
    expect(line.queue.seen).toEqual(['evals.check', 'evals.check', 'evals.check']);
  });

  it('proves a drop by running all problems twice on both arms, tells of it and takes the flag back, once', async () => {
    const line = aLine();
    const flag = await flagOn('harmful');
    const before = await line.measured({ version: 'good' });
    const after = await line.measured({ version: 'bad', flag });

    const [suspected] = await line.found();
    expect(suspected).toMatchObject({ state: 'confirming', severity: null, found: 'comparison', flag, rollback: null });
    expect(suspected!.suspicion).toMatchObject({ dropPoints: 20, test: 'mcnemar' });
    expect(
      line.prepared.map(({ flag: carried, samplesPerProblem, subject }) => [carried, samplesPerProblem, subject]),
    ).toEqual(
      ['good', 'bad'].map((promptVersion) => [undefined, 2, { kind: 'model', model: 'a model', promptVersion }]),
    );

    const alert = await line.confirmed();
    expect(alert).toMatchObject({
      state: 'alert',
      severity: 'critical',
      rollback: { outcome: 'rolled_back', flagVersion: 2 },
    });
    expect(alert.evidence).toMatchObject({
      dropPoints: expect.closeTo(20, 9),
      problems: 100,
      before: { n: 300, passRate: 0.9, infrastructureErrorRate: 0, buildId: 'good' },
      after: { n: 300, passRate: 0.7, buildId: 'bad' },
    });
    expect(alert.evidence!.p).toBeLessThan(0.001);
    expect(alert.evidence!.power).toBeGreaterThan(0.5);
    expect(alert.evidence!.before.runIds[0]).toBe(before);
    expect(alert.evidence!.after.runIds[0]).toBe(after);
    expect(alert.evidence!.lost.map(({ problemId }) => problemId)).toEqual(
      Array.from({ length: 20 }, (_, i) => `p/${i + 10}`),
    );
    expect(alert.history.map(({ what }) => what.split(/[:,]/)[0])).toEqual([
      'suspected',
      '400 samples are run again',
      'critical',
      'rolls "on" of the flag "harmful" back',
      'rolled back',
    ]);
    expect(line.events()).toEqual(['regression.suspected', 'regression.alert', 'rollback.done']);
    expect(line.held).toEqual(['harmful']);

    const [newest, ...older] = await versions('harmful');
    expect(older).toHaveLength(1);
    expect(newest).toMatchObject({ action: 'variant_rolled_back', actor: { name: 'automatic rollback' } });
    for (const word of [alert.id, before, after, '20.0 points', 'p = ']) expect(newest!.reason).toContain(word);
    expect((await app.admin.evaluateFlag({ key: 'harmful', userId: 'ann' })).variant).toBe('off');

    // The same drop, seen again; then it is over.
    await line.measured({ version: 'bad', flag });
    expect(await line.found()).toHaveLength(1);
    await line.measured({ version: 'good' });
    expect(await line.found()).toMatchObject([{ state: 'recovered', severity: 'critical' }]);
    expect(line.events().slice(3)).toEqual(['regression.recovered']);
    // From then on the level is the old one.
    await line.measured({ version: 'bad' });
    expect(await line.found()).toMatchObject([{ state: 'confirming' }, { state: 'recovered' }]);
  });

  it('clears what the reruns do not show, and looks at what ended meanwhile', async () => {
    const line = aLine();
    let first = true;
    line.build('unlucky', (problem) => (problem < (first ? 20 : 10) ? 'failed' : 'passed'));
    await line.measured({ version: 'good' });
    await line.measured({ version: 'unlucky' });
    await line.measured({ version: 'bad' });
    expect(await line.found()).toHaveLength(1);
    first = false;
    await line.confirmed();
    expect((await line.found()).map(({ state }) => state)).toEqual(['confirming', 'cleared']);
    expect(line.events()).toEqual(['regression.suspected', 'regression.cleared', 'regression.suspected']);
  });

  it('warns of a smaller drop, and rolls nothing back', async () => {
    const line = aLine();
    const flag = await flagOn('worse-a-bit');
    await line.measured({ version: 'good' });
    await line.measured({ version: 'worse a bit', flag });
    const alert = await line.confirmed();
    expect(alert).toMatchObject({ state: 'alert', severity: 'warning', rollback: { outcome: 'not_critical' } });
    expect(line.events()).toEqual(['regression.suspected', 'regression.alert']);
    expect(await versions('worse-a-bit')).toHaveLength(1);
  });

  it('never rolls back on errors of the infrastructure', async () => {
    const line = aLine();
    const flag = await flagOn('unlucky-machine');
    line.build('half broken', (problem, sample) => (problem > 60 && sample === 1 ? 'error' : failing(30)(problem, 0)));
    await line.measured({ version: 'good' });
    await line.measured({ version: 'half broken', flag });
    expect(await line.confirmed()).toMatchObject({
      state: 'alert',
      severity: 'warning',
      evidence: { after: { infrastructureErrorRate: expect.closeTo(39 / 300, 9) } },
    });
    expect(await versions('unlucky-machine')).toHaveLength(1);
  });

  it('says that it could not make sure, and why', async () => {
    const line = aLine();
    line.cost(3);
    await line.measured({ version: 'good' });
    await line.measured({ version: 'bad' });
    const [costly] = await line.found();
    expect(costly).toMatchObject({ state: 'unconfirmed', severity: 'warning' });
    expect(costly!.reason).toBe('running all problems again could cost $6.00, the budget of reruns is $5');
    expect(line.events()).toEqual(['regression.suspected', 'regression.alert']);

    const other = aLine();
    await other.measured({ version: 'good' });
    other.refuse(new WhetstoneError('not_found', 'no data set is called "made"'));
    await other.measured({ version: 'bad' });
    expect((await other.found())[0]!.reason).toBe('the old build cannot be run again: no data set is called "made"');

    const stopped = aLine();
    await stopped.measured({ version: 'good' });
    await stopped.measured({ version: 'bad' });
    const { id } = await stopped.newest();
    await stopped.endReruns(id, 'cancelled');
    await stopped.drain();
    expect((await stopped.found())[0]).toMatchObject({
      state: 'unconfirmed',
      reason: expect.stringContaining('was cancelled'),
    });
  });

  it('tries again what may pass by itself', async () => {
    const line = aLine();
    await line.measured({ version: 'good' });
    line.refuse(new WhetstoneError('unavailable', 'the sandbox does not answer'));
    await expect(line.measured({ version: 'bad' })).rejects.toThrow('does not answer');
    expect((await line.found())[0]).toMatchObject({ state: 'suspected' });
    line.refuse(undefined);
    // Whose message was given up is sent again by the next run.
    await line.measured({ version: 'bad' });
    expect(await line.confirmed()).toMatchObject({ state: 'alert' });
  });

  it('looks at every run that ended while it was undecided, in their order', async () => {
    const line = aLine();
    const flag = await flagOn('waits');
    await line.measured({ version: 'good' });
    await line.measured({ version: 'bad' });
    await line.measured({ version: 'good', flag });
    await line.measured({ version: 'bad' });
    expect(line.asked).toEqual([]);
    await line.confirmed();
    // Else the gate of a flag would wait for ever for the look at the run that is not the newest.
    expect(line.asked).toContain('waits');
    expect((await line.found()).map(({ state }) => state)).toEqual(['confirming', 'recovered']);
  });

  it('finds that it got still worse while nobody has answered the alert, and takes that flag back', async () => {
    const line = aLine();
    const flag = await flagOn('still-worse');
    await line.measured({ version: 'good' });
    await line.measured({ version: 'worse a bit' });
    const first = await line.confirmed();
    await line.measured({ version: 'worse a bit' });
    expect(await line.found()).toHaveLength(1);
    const after = await line.measured({ version: 'bad', flag });
    const second = await line.confirmed();
    expect(second).toMatchObject({
      runs: { before: first.runs.after, after },
      severity: 'critical',
      evidence: { dropPoints: expect.closeTo(13, 9) },
      rollback: { outcome: 'rolled_back' },
    });
    await line.measured({ version: 'worse a bit' });
    expect((await line.found()).map(({ state }) => state)).toEqual(['recovered', 'alert']);
    await line.measured({ version: 'good' });
    expect((await line.found()).map(({ state }) => state)).toEqual(['recovered', 'recovered']);
  });

  it('never rolls back where the old build, run again, is no better than the new one', async () => {
    const line = aLine();
    const flag = await flagOn('worse-world');
    line.build('good', failing(0));
    await line.measured({ version: 'good' });
    await line.measured({ version: 'bad', flag });
    line.build('good', failing(40));
    line.build('bad', failing(40));
    const alert = await line.confirmed();
    expect(alert).toMatchObject({ severity: 'warning', rollback: { outcome: 'not_critical' } });
    expect(alert.evidence!.dropPoints).toBeGreaterThan(9.9);
    expect(await versions('worse-world')).toHaveLength(1);
  });

  describe('what becomes of the flag', () => {
    it('is only told on a dry run, and nothing where rollbacks are off or no flag is named', async () => {
      const outcomes: unknown[] = [];
      for (const rollback of ['dry_run', 'off', 'on'] as const) {
        await app.admin.putEvalSettings({ rollback });
        const line = aLine();
        const flag = rollback === 'on' ? undefined : await flagOn(`stays-${rollback.replace('_', '-')}`);
        await line.measured({ version: 'good' });
        await line.measured({ version: 'bad', ...(flag && { flag }) });
        const { rollback: done } = await line.confirmed();
        outcomes.push([done?.outcome, done?.reason, line.events().slice(2)]);
        if (flag) expect(await versions(flag.key)).toHaveLength(1);
      }
      expect(outcomes).toEqual([
        ['dry_run', 'would take "on" of the flag "stays-dry-run" from everybody', ['rollback.dry_run']],
        ['off', 'the settings of evals turn rollbacks off', []],
        ['no_flag', 'the run names no flag that carries what it measured', []],
      ]);
    });

    it('is refused, and told, where the flag no longer serves the variant', async () => {
      const line = aLine();
      const flag = await flagOn('moved-on');
      await line.measured({ version: 'good' });
      await line.measured({ version: 'bad', flag });
      const made = await app.admin.getFlag({ key: flag.key });
      await app.admin.updateFlag({ ...made, fallthrough: { variant: 'off' } });
      const { rollback } = await line.confirmed();
      expect(rollback).toMatchObject({
        outcome: 'refused',
        reason: 'the flag "moved-on" no longer serves the variant "on"',
      });
      expect(line.events().at(-1)).toBe('rollback.refused');
      const gone = aLine();
      await gone.measured({ version: 'good' });
      await gone.measured({ version: 'bad', flag: { key: 'never-was', variant: 'on' } });
      expect((await gone.confirmed()).rollback).toMatchObject({ reason: 'no flag is called "never-was"' });
    });

    it('happens once where two regressions name it at once', async () => {
      const flag = await flagOn('shared');
      const lines = [aLine(), aLine()];
      for (const line of lines) {
        await line.measured({ version: 'good' });
        await line.measured({ version: 'bad', flag });
        await line.endReruns((await line.found())[0]!.id);
      }
      await Promise.all(lines.map((line) => line.drain()));
      const outcomes = await Promise.all(lines.map(async (line) => (await line.found())[0]!.rollback!.outcome));
      expect(outcomes.toSorted()).toEqual(['already_done', 'rolled_back']);
      expect((await versions('shared')).map(({ action }) => action)).toEqual(['variant_rolled_back', 'created']);
    });

    it('is left alone for a run that an agent key started, unless the settings trust those', async () => {
      const line = aLine();
      const flag = await flagOn('of-agents');
      await line.measured({ version: 'good' });
      const agents = await line.measured({ version: 'bad', flag, role: 'agent' });
      const told = await line.confirmed();
      expect(told).toMatchObject({ severity: 'critical', rollback: { outcome: 'untrusted' } });
      expect(told.rollback!.reason).toContain(`run ${agents} was started by the agent key`);
      expect(line.events().at(-1)).toBe('rollback.refused');

      // Nor does it end an alert, or hide the drop from a run that is trusted.
      await line.measured({ version: 'bad', flag, role: 'editor' });
      expect(await line.confirmed()).toMatchObject({ rollback: { outcome: 'rolled_back' } });
      await line.measured({ version: 'good', role: 'agent' });
      expect((await line.found()).map(({ state }) => state)).toEqual(['alert', 'recovered']);
      expect((await versions('of-agents')).map(({ action }) => action)).toEqual(['variant_rolled_back', 'created']);

      await app.admin.putEvalSettings({ agentRuns: 'trusted' });
      const trusting = aLine();
      const other = await flagOn('of-trusted-agents');
      await trusting.measured({ version: 'good', role: 'agent' });
      await trusting.measured({ version: 'bad', flag: other, role: 'agent' });
      expect(await trusting.confirmed()).toMatchObject({ rollback: { outcome: 'rolled_back' } });
    });

    it('is compared with a run that no agent started, where there is one', async () => {
      const line = aLine();
      const flag = await flagOn('fooled');
      const before = await line.measured({ version: 'good' });
      line.build('as it likes', failing(90));
      await line.measured({ version: 'as it likes', role: 'agent' });
      await line.endReruns((await line.newest()).id, 'cancelled');
      await line.drain();
      await line.measured({ version: 'bad', flag });
      expect(await line.confirmed()).toMatchObject({ runs: { before }, rollback: { outcome: 'rolled_back' } });

      const only = aLine();
      const stays = await flagOn('not-fooled');
      only.build('as it likes', failing(0));
      const made = await only.measured({ version: 'as it likes', role: 'agent' });
      await only.measured({ version: 'bad', flag: stays });
      const { rollback } = await only.confirmed();
      expect(rollback).toMatchObject({ outcome: 'untrusted', reason: expect.stringContaining(made) });
    });

    it('is left to who has acknowledged the alert before; who has muted it is told nevertheless', async () => {
      const line = aLine();
      const flag = await flagOn('acknowledged-first');
      await line.measured({ version: 'good' });
      await line.measured({ version: 'bad', flag });
      const { id } = await line.newest();
      const until = new Date(clock() + 3_600_000).toISOString();
      await Promise.all([
        app.admin.muteRegression({ id, until }),
        app.admin.assignRegression({ id, assignee: 'ann' }),
        expect(app.admin.acknowledgeRegression({ id })).rejects.toMatchObject({ code: 'conflict' }),
      ]);
      await line.endReruns(id);
      await line.now('evals.judge', id);
      await app.admin.acknowledgeRegression({ id });
      await line.drain();
      const { rollback, history } = await line.newest();
      expect(rollback).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('acknowledged') });
      expect(await versions(flag.key)).toHaveLength(1);
      expect(history.map(({ what }) => what)).toEqual(
        expect.arrayContaining([`muted until ${until}`, 'assigned to ann', 'acknowledged']),
      );
      expect(line.events()).toEqual(['regression.suspected']);

      const muted = aLine();
      await muted.measured({ version: 'good' });
      await muted.measured({ version: 'bad', flag });
      await app.admin.muteRegression({
        id: (await muted.newest()).id,
        until: new Date(clock() + 3_600_000).toISOString(),
      });
      expect(await muted.confirmed()).toMatchObject({ rollback: { outcome: 'rolled_back' } });
      expect(muted.events()).toEqual(['regression.suspected', 'rollback.done']);
    });

    it('stands in the regression though a run was as good again before that was written down', async () => {
      let dies = true;
      const line = aLine({
        rollBackVariant: async (...wanted) => {
          const done = await app.rollBackVariant(...wanted);
          if (dies) throw new Error('the server died');
          return done;
        },
      });
      const flag = await flagOn('recovers-early');
      await line.measured({ version: 'good' });
      await line.measured({ version: 'bad', flag });
      const { id } = await line.newest();
      await line.endReruns(id);
      await expect(line.drain()).rejects.toThrow('the server died');
      advance(60_000);
      await line.measured({ version: 'good' });
      expect(await line.newest()).toMatchObject({ state: 'recovered', rollback: null });
      dies = false;
      await line.now('evals.roll-back', id);
      expect(await line.newest()).toMatchObject({ state: 'recovered', rollback: { outcome: 'rolled_back' } });
      expect(await versions(flag.key)).toHaveLength(2);
    });

    it('is asked for again by the next run when its message was given up', async () => {
      let isAway = true;
      const line = aLine({
        rollBackVariant: async (...wanted) => {
          if (isAway) throw new Error('not yet');
          return app.rollBackVariant(...wanted);
        },
      });
      const flag = await flagOn('given-up');
      await line.measured({ version: 'good' });
      await line.measured({ version: 'bad', flag });
      await line.endReruns((await line.newest()).id);
      await expect(line.drain()).rejects.toThrow('not yet');
      isAway = false;
      advance(3_600_000);
      await line.measured({ version: 'bad', flag });
      expect(await line.newest()).toMatchObject({ state: 'alert', rollback: { outcome: 'rolled_back' } });
    });

    /** Where a server may die: each time the message comes again. */
    it('is one rollback and one word of it, wherever a server dies', async () => {
      const line = aLine({ rollBackVariant: async () => Promise.reject(new Error('not yet')) });
      await line.measured({ version: 'good' });
      let right = 0;
      const places = 4;
      for (let time = 0; time < places; time++) {
        const key = `dies-${time}`;
        const flag = await flagOn(key);
        await line.measured({ version: 'bad', flag });
        await line.endReruns((await line.found())[0]!.id);
        await line.drain().catch(() => undefined);
        const { id } = await line.newest();

        const told: string[] = [];
        let deaths = 0;
        const dies = (place: number) => {
          if (time !== place || deaths > 0) return;
          deaths++;
          throw new Error('the server died');
        };
        const tellRegression = regressionTeller({
          events: app.events,
          log: silentLog,
          tell: async (tx, event) => {
            dies(2);
            tx.afterCommit(() => told.push(event));
          },
        });
        const rolling = rollBack({
          database: {
            asProject: async (projectId, work) => {
              const result = await app.database.asProject(projectId, work);
              // Of the transactions of one attempt, behind the last.
              if (told.length > 0) dies(3);
              return result;
            },
          },
          tellRegression,
          rollBackVariant: async (projectId, wanted) => {
            dies(0);
            const outcome = await app.rollBackVariant(projectId, wanted);
            dies(1);
            return outcome;
          },
        });
        for (let attempt = 0; attempt < 4; attempt++) await rolling(app.projectId, id).catch(() => undefined);
        expect(deaths).toBe(1);
        const actions = (await versions(key)).map(({ action }) => action);
        const { rollback } = await app.admin.getRegression({ id });
        const isRight =
          actions.join() === 'variant_rolled_back,created' &&
          told.join() === 'rollback.done' &&
          rollback?.outcome === 'rolled_back' &&
          rollback.flagVersion === 2;
        if (isRight) right++;
        // The next one is found against the same level.
        await app.admin.acknowledgeRegression({ id });
        await line.measured({ version: 'good' });
      }
      expect(right).toBe(places);
    });
  });

  describe('what people do', () => {
    it('is acknowledged: later runs are compared with the new level', async () => {
      const line = aLine();
      await line.measured({ version: 'good' });
      await line.measured({ version: 'bad' });
      const alert = await line.confirmed();
      const open = async (is: boolean) =>
        (await app.admin.listRegressions({ subjectId: line.ids.subject, open: is })).items.map(({ id }) => id);
      expect([await open(true), await open(false)]).toEqual([[alert.id], []]);
      const { name } = (await app.admin.getMe({})).key;
      const known = await app.admin.acknowledgeRegression({ id: alert.id, note: 'cheaper model, wanted' });
      expect(known).toMatchObject({ state: 'alert', acknowledged: { by: name, note: 'cheaper model, wanted' } });
      await expect(app.admin.acknowledgeRegression({ id: alert.id })).rejects.toMatchObject({ code: 'conflict' });
      expect([await open(true), await open(false)]).toEqual([[], [alert.id]]);
      await line.measured({ version: 'bad' });
      expect(await line.found()).toHaveLength(1);
      line.build('worst', failing(60));
      await line.measured({ version: 'worst' });
      expect(await line.found()).toMatchObject([{ suspicion: { dropPoints: 30 } }, {}]);
    });

    it('is muted: nobody hears of it until a time, and it stands in the log of the project', async () => {
      const line = aLine();
      await line.measured({ version: 'good' });
      await line.measured({ version: 'bad' });
      const { id } = await line.newest();
      await expect(app.admin.muteRegression({ id, until: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
        code: 'conflict',
      });
      const until = new Date(clock() + 3_600_000).toISOString();
      expect(await app.admin.muteRegression({ id, until })).toMatchObject({ mutedUntil: until });
      const { revision } = await app.admin.getRuleset({});
      await line.confirmed();
      expect(line.events()).toEqual(['regression.suspected']);
      // What clients hold of flags is as new as before.
      expect((await app.admin.getRuleset({})).revision).toBe(revision);
      const reading = await app.events.read(app.projectId, 0, 1_000);
      const logged = reading.kind === 'events' ? reading.events.filter(({ topic }) => topic === 'evals') : [];
      expect(logged.map(({ data }) => data)).toContainEqual(
        expect.objectContaining({ type: 'regression.alert', regressionId: id, state: 'alert' }),
      );
      expect(await app.admin.muteRegression({ id, until: null })).toMatchObject({ mutedUntil: null });
      expect(await app.admin.assignRegression({ id, assignee: 'ann' })).toMatchObject({ assignee: 'ann' });
      const { history } = await app.admin.assignRegression({ id, assignee: null });
      const { name } = (await app.admin.getMe({})).key;
      expect(history.filter(({ by }) => by === name).map(({ what }) => what)).toEqual([
        `muted until ${until}`,
        'no longer muted',
        'assigned to ann',
        'assigned to nobody',
      ]);
      const { client } = await app.otherTenant(`other-${engine.name}`);
      await expect(client.getRegression({ id })).rejects.toMatchObject({ code: 'not_found' });
      await expect(client.assignRegression({ id, assignee: 'eve' })).rejects.toMatchObject({ code: 'not_found' });
    });

    it('stands in its history, of which the newest 200 lines are shown and none is ever rewritten', async () => {
      const id = await anAlert(app);
      await app.database.execute(
        `insert into eval_regression_entry (regression_id, project_id, at, by, what)
         select id, project_id, now(), 'ann', 'line ' || line from eval_regression, generate_series(1, 250) as line where id = $1`,
        [id],
      );
      const { history } = await app.admin.assignRegression({ id, assignee: 'eve' });
      expect(history.at(-1)!.what).toBe('assigned to eve');
      const shown = (await app.admin.getRegression({ id })).history;
      expect(shown.map(({ what }) => what)).toEqual([
        ...Array.from({ length: 199 }, (_, i) => `line ${i + 52}`),
        'assigned to eve',
      ]);
      expect(shown.at(-1)!.at).toMatch(/^\d{4}-.*Z$/);
    });

    it('is set: what is absent stays, and what contradicts itself is refused', async () => {
      const { client } = await app.otherTenant(`settings-${engine.name}`);
      expect(await client.getEvalSettings({})).toMatchObject({ alertPoints: 5, rerunSamples: 2, rollback: 'on' });
      await client.putEvalSettings({ rerunSamples: 3 });
      expect(await client.putEvalSettings({ dailyBudgetUsd: 20 })).toMatchObject({
        rerunSamples: 3,
        dailyBudgetUsd: 20,
      });
      expect(await client.getEvalSettings({})).toMatchObject({ rerunSamples: 3, dailyBudgetUsd: 20, alertP: 0.05 });
      await expect(client.putEvalSettings({ criticalPoints: 2 })).rejects.toMatchObject({
        errors: [{ path: 'criticalPoints' }],
      });
      expect(await client.getEvalSettings({})).toMatchObject({ criticalPoints: 10 });
    });
  });

  it('finds in a nightly series what no comparison shows', async () => {
    const line = aLine();
    const scheduleId = uuidv7();
    let night = 0;
    // One problem more or less from night to night, then two points fewer each time: no step is a suspicion.
    const level = () => (night < 15 ? 10 + (night % 2) : 10 + 2 * (night - 14));
    line.build('nightly', (problem) => failing(level())(problem, 0));
    line.build('cancelled', failing(100));
    for (; night < 20 && (await line.found()).length === 0; night++) {
      // What was skipped, cancelled or failed is no night, and no night of nothing passed.
      if (night % 6 === 3) await line.end(await line.start({ version: 'cancelled', scheduleId }), 'cancelled');
      if (night % 6 === 5) await line.end(await line.start({ version: 'cancelled', scheduleId }), 'failed');
      if (night === 8) advance(40 * 86_400_000);
      await line.measured({ version: 'nightly', scheduleId });
    }
    expect(await line.found()).toMatchObject([
      { found: 'series', state: 'confirming', suspicion: { test: expect.stringContaining('cusum') } },
    ]);
    expect(night).toBeGreaterThan(15);
    const { before } = (await line.confirmed()).evidence!;
    expect(before.runIds).toHaveLength(2);
  });
});
