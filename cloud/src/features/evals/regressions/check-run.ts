import type { EvalSettings } from '@whetstone/shared/contract';
import { referenceNights, seriesAlarm, suspicionOf, type Suspicion } from '@whetstone/shared/stats';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { runRepository, type RunRow } from '../runs/repository.ts';
import { settingsRepository } from '../settings/repository.ts';
import { isCounting } from './counts.ts';
import { lineRepository } from './lines/repository.ts';
import { isUndecided, isUnanswered, type RegressionRow } from './regression.ts';
import { isTrusted } from './trust.ts';
import { regressionRepository } from './repository.ts';
import type { TellRegression } from './tell-regression.ts';

interface Dependencies {
  tellRegression: TellRegression;
  /** Has the reruns started, when the transaction commits. */
  sendConfirm: (tx: ProjectTx, regressionId: string) => Promise<unknown>;
  sendJudge: (tx: ProjectTx, regressionId: string) => Promise<unknown>;
  sendRollback: (tx: ProjectTx, regressionId: string) => Promise<unknown>;
  /** A flag's gates may be open now. */
  askGates: (tx: ProjectTx, flagKey: string) => Promise<unknown>;
}

/** Nights that a series remembers beyond its reference; what is older was judged when it was new. */
const mostNights = 400;

/**
 * The first look at a run that counts: against the run before it, then as the last night of its series. Repeated it finds
 * what it found; while a regression of the line is undecided it waits, and is asked again when that is over.
 */
export const checkRun =
  ({ tellRegression, sendConfirm, sendJudge, sendRollback, askGates }: Dependencies) =>
  async (tx: ProjectTx, runId: string): Promise<void> => {
    const run = await runRepository.find(tx, runId);
    if (!run?.finishedAt || !isCounting(run)) return;
    await lineRepository.lock(tx, run.subjectId);
    if (await regressionRepository.ofRun(tx, runId)) return;

    const pending = (await regressionRepository.pending(tx, run)).filter(({ afterRunId }) => afterRunId !== runId);
    const undecided = pending.find(isUndecided);
    // Whose message was given up after many failures is asked again: else nothing would ever be found here any more.
    if (undecided) return void (await (undecided.state === 'suspected' ? sendConfirm : sendJudge)(tx, undecided.id));
    for (const { id } of pending.filter((alert) => isForgotten(alert, tx.now))) await sendRollback(tx, id);
    const settings = await settingsRepository.of(tx);
    const ofTrust = isTrusted(run, settings);
    const open = await openAlert(run, pending);
    const isWorse = open !== undefined && (await compared(tx, open.afterRunId, run, settings)).isSuspected;
    const level = isWorse ? open.afterRunId : open?.beforeRunId;
    const preferTrusted = ofTrust && settings.agentRuns === 'told';
    const baselineRunId = level ?? (await lineRepository.baseline(tx, run, { preferTrusted }));
    const suspicion = baselineRunId === undefined ? undefined : await compared(tx, baselineRunId, run, settings);
    await lineRepository.noteCheck(tx, runId, suspicion && { baselineRunId: baselineRunId!, ...suspicion });
    // Else it is the same drop that the open alert is about.
    const isNews = open === undefined || isWorse;
    if (isNews && suspicion?.isSuspected) {
      const { dropPoints, p, test } = suspicion;
      return suspect(run, baselineRunId!, 'comparison', { dropPoints, p, test });
    }
    const alarm = isNews ? await alarmOf(tx, run, settings) : undefined;
    if (alarm) return suspect(run, alarm.beforeRunId, 'series', alarm.suspicion);
    if (run.flagKey !== null) await askGates(tx, run.flagKey);

    /**
     * The newest alert that nobody has answered and whose drop is still there; alerts after which a run is as good again are
     * over. What an agent's run shows neither hides a drop from those that are trusted nor ends an alert of theirs.
     */
    async function openAlert(now: RunRow, alerts: RegressionRow[]): Promise<RegressionRow | undefined> {
      let newest: RegressionRow | undefined;
      for (const alert of alerts) {
        const found = (await runRepository.find(tx, alert.afterRunId))!;
        if (found.finishedAt! >= now.finishedAt!) continue;
        const { isSuspected } = await compared(tx, alert.beforeRunId, now, settings);
        if (isSuspected) {
          if (isUnanswered(alert) && (isTrusted(found, settings) || !ofTrust)) newest ??= alert;
          continue;
        }
        if (isTrusted(found, settings) && !ofTrust) continue;
        const locked = (await regressionRepository.lock(tx, alert.id))!;
        const what = `run ${now.id} is as good as before`;
        const row = await regressionRepository.change(tx, locked, { state: 'recovered' }, { by: 'regressions', what });
        await tellRegression(tx, 'regression.recovered', row);
      }
      return newest;
    }

    async function suspect(
      after: RunRow,
      beforeRunId: string,
      found: RegressionRow['found'],
      told: RegressionRow['suspicion'],
    ): Promise<void> {
      const what = `suspected: ${told.dropPoints.toFixed(1)} points, p = ${told.p.toPrecision(2)} (${told.test})`;
      const row = await regressionRepository.insert(tx, {
        found,
        before: { id: beforeRunId },
        after,
        suspicion: told,
        entry: { by: 'regressions', what },
      });
      if (!row) return;
      await tellRegression(tx, 'regression.suspected', row);
      await sendConfirm(tx, row.id);
    }
  };

/** The message that should have decided about its flag was given up after many failures. */
const isForgotten = ({ state, rollback, updatedAt }: RegressionRow, now: Date): boolean =>
  state === 'alert' && rollback === null && now.getTime() - updatedAt.getTime() > 15 * 60_000;

async function compared(tx: ProjectTx, beforeRunId: string, after: RunRow, settings: EvalSettings): Promise<Suspicion> {
  const outcomes = await runRepository.outcomes(tx, [beforeRunId, after.id]);
  return suspicionOf(outcomes.get(beforeRunId)!, outcomes.get(after.id)!, settings);
}

/** Of a nightly series: from the last level that somebody took for the new one. */
async function alarmOf(tx: ProjectTx, run: RunRow, settings: EvalSettings) {
  if (run.scheduleId === null) return undefined;
  const all = await lineRepository.nights(tx, run, mostNights);
  const looked = await regressionRepository.looked(tx, run);
  const newLevels = new Set(looked.filter(({ isAcknowledged }) => isAcknowledged).map(({ runId }) => runId));
  const nights = all.slice(
    Math.max(
      0,
      all.findLastIndex(({ runId }) => newLevels.has(runId)),
    ),
  );
  const ofSeries = new Set(looked.filter(({ isOfSeries }) => isOfSeries).map(({ runId }) => runId));
  const restarts = nights.flatMap(({ runId }, night) => (ofSeries.has(runId) ? [night] : []));
  if (nights.length <= referenceNights) return undefined;
  const passRates = await chancesOver(
    tx,
    nights.slice(0, referenceNights).map(({ runId }) => runId),
  );
  const alarm = seriesAlarm({ rates: nights.map(({ rate }) => rate), passRates, restarts });
  const before = alarm?.isAlarm ? nights[alarm.lastGood] : undefined;
  if (!alarm || !before) return undefined;
  const { isSuspected: _, dropPoints, p } = await compared(tx, before.runId, run, settings);
  return { beforeRunId: before.runId, suspicion: { dropPoints, p, test: `cusum, sum ${alarm.sum.toFixed(1)}` } };
}

/** How often each problem passed in these runs. */
async function chancesOver(tx: ProjectTx, runIds: string[]): Promise<number[]> {
  const sums = new Map<number, { passed: number; graded: number }>();
  for (const outcomes of (await runRepository.outcomes(tx, runIds)).values()) {
    for (const { problem, passed, graded } of outcomes) {
      const sum = sums.get(problem) ?? { passed: 0, graded: 0 };
      sums.set(problem, { passed: sum.passed + passed, graded: sum.graded + graded });
    }
  }
  return [...sums.values()].flatMap(({ passed, graded }) => (graded > 0 ? [passed / graded] : []));
}
