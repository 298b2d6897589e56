import { createClient } from '@whetstone/shared/client';
import type { Regression } from '@whetstone/shared/contract';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../bench/workload/random.ts';
import { startReceiver } from '../../cloud/test/support/webhook-receiver.ts';
import { loadDataset } from '../../evals/src/index.ts';
import { startServer } from '../support/server.ts';
import { ownDataset } from './support/own-dataset.ts';
import { recordedAnswers, scriptProblems } from './support/scripted-model.ts';
import { until } from './support/until.ts';

export interface EvalRollbackReport {
  rounds: number;
  kills: number;
  /** Kills by what had been seen just before. */
  killedAt: Record<string, number>;
  /** Rounds by how the regression ended. */
  ended: Record<string, number>;
  /** Rounds whose flag has one version more, by an automatic rollback that names the regression. */
  rolledBackOnce: number;
  /** Of the events that were to be told: once with one id, again with the same id, and with another id or never. */
  toldOnce: number;
  toldAgain: number;
  toldWrong: number;
  tookS: number;
}

interface Seen {
  regression: Regression | undefined;
  rerunning: boolean;
  versions: number;
  told: ReadonlySet<string>;
}

/** From what was seen last to the next; each is a moment to die in. */
const moments = {
  suspected: ({ regression }: Seen) => regression !== undefined,
  'rerun begun': ({ regression, rerunning }: Seen) => rerunning || isJudged(regression),
  judged: ({ regression }: Seen) => isJudged(regression),
  'alert told': ({ told }: Seen) => told.has('regression.alert'),
  'flag rolled back': ({ versions }: Seen) => versions > 1,
  'rollback noted': ({ regression }: Seen) => Boolean(regression?.rollback),
  'rollback told': ({ told }: Seen) => told.has('rollback.done'),
};
export type Moment = keyof typeof moments;
export const everyMoment = Object.keys(moments) as Moment[];

const events = ['regression.suspected', 'regression.alert', 'rollback.done'];

/** The built server on its embedded engines, killed at each moment on the way from a suspicion to a rolled back flag. */
export async function evalRollbackDrill({
  rounds,
  killAt,
  problems,
  seed,
}: {
  rounds: number;
  killAt: readonly Moment[];
  problems: number;
  seed: number;
}): Promise<EvalRollbackReport> {
  const random = randomFrom(seed);
  const own = await ownDataset(scriptProblems.slice(0, problems));
  const loaded = await loadDataset(own.folder, { datasetsDir: own.datasetsDir });
  const receiver = await startReceiver();
  const dataDir = await mkdtemp(join(tmpdir(), 'whetstone-eval-rollbacks-'));
  const env = {
    WHETSTONE_DATASETS_DIR: own.datasetsDir,
    WHETSTONE_OUTBOUND_ALLOW: '127.0.0.1',
    WHETSTONE_OUTBOUND_PORTS: new URL(receiver.url).port,
  };
  let server = await startServer({ dataDir, env });
  const apiKey = server.adminKey();
  const client = () => createClient({ baseUrl: server.url, apiKey, retries: 0, timeoutMs: 20_000 });
  const startedMs = performance.now();
  const report: EvalRollbackReport = {
    rounds,
    kills: 0,
    killedAt: {},
    ended: {},
    rolledBackOnce: 0,
    toldOnce: 0,
    toldAgain: 0,
    toldWrong: 0,
    tookS: 0,
  };
  try {
    await client().createWebhook({ url: `${receiver.url}/hook`, events: [] });
    await client().putEvalSettings({ rerunSamples: 1 });
    for (let round = 0; round < rounds; round++) await oneRound(`round-${round}`);
    return { ...report, tookS: (performance.now() - startedMs) / 1_000 };
  } finally {
    await server.stop();
    await receiver.stop();
    await own.remove();
    await rm(dataDir, { recursive: true, force: true });
  }

  async function oneRound(key: string) {
    await client().createFlag({ key, rolloutPercentage: 100 });
    const measure = (weakened: number, flag?: { key: string; variant: string }) =>
      client().startEvalRun({
        dataset: 'drill',
        subject: { ...recordedAnswers(loaded, weakened), label: key },
        sandbox: 'quickjs',
        timeoutMs: 20_000,
        ...(flag && { flag }),
      });
    const { runId: before } = await measure(0);
    const isOver = async () => (await client().getEvalResults({ runId: before, limit: 1 })).run.status === 'completed';
    await until('the first run', isOver, 60_000);
    const { runId: after } = await measure(problems - 1, { key, variant: 'on' });

    for (const moment of killAt) {
      await until(
        moment,
        async () => moments[moment](await look(key, after)),
        120_000,
        () => sleep(15),
      );
      await sleep(random() * 150);
      await server.stop('SIGKILL');
      report.kills += 1;
      count(report.killedAt, moment);
      server = await startServer({ dataDir, env });
    }
    const isDone = async () => {
      const { regression, told } = await look(key, after);
      return Boolean(regression?.rollback) && events.every((event) => told.has(event));
    };
    await until('the last word of the rollback', isDone, 120_000);

    const { regression } = await look(key, after);
    count(report.ended, `${regression!.state} ${regression!.severity} ${regression!.rollback!.outcome}`);
    const history = (await client().getFlagHistory({ key })).items;
    const [newest] = history;
    const isOnce =
      history.map(({ action }) => action).join() === 'variant_rolled_back,created' &&
      newest!.reason?.includes(regression!.id) === true &&
      newest!.reason.includes(after) &&
      regression!.rollback!.flagVersion === 2;
    if (isOnce) report.rolledBackOnce += 1;
    for (const event of events) {
      const ids = deliveries(after)
        .filter(({ type }) => type === event)
        .map(({ id }) => id);
      if (new Set(ids).size !== 1) report.toldWrong += 1;
      else if (ids.length === 1) report.toldOnce += 1;
      else report.toldAgain += 1;
    }
  }

  async function look(key: string, after: string): Promise<Seen> {
    const { items } = await client().listRegressions({ limit: 20 });
    const regression = items.find(({ runs }) => runs.after === after);
    const reruns = regression ? (await client().listEvalRuns({ parentId: regression.id })).items : [];
    return {
      regression,
      rerunning: reruns.some(({ counts }) => counts.passed + counts.failed > 0),
      versions: (await client().getFlag({ key })).version,
      told: new Set(deliveries(after).map(({ type }) => type)),
    };
  }

  /** What the receiver was told about the regression that a run has raised. */
  function deliveries(after: string) {
    return receiver.at('/hook').flatMap(({ headers, body }) => {
      const { type, data } = JSON.parse(body) as { type: string; data: { afterRunId?: string } };
      return data.afterRunId === after ? [{ type, id: headers['webhook-id']! }] : [];
    });
  }
}

const isJudged = (regression: Regression | undefined) =>
  regression?.evidence !== undefined && regression.evidence !== null;

const count = (counts: Record<string, number>, name: string) => void (counts[name] = (counts[name] ?? 0) + 1);
