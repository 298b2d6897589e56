import type { EvalRun, EvalRunRequest } from '@whetstone/shared/contract';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../bench/workload/random.ts';
import type { TestApp } from '../../cloud/test/support/app.ts';
import { tcpProxy } from '../../cloud/test/support/tcp-proxy.ts';
import { follow } from '../../cloud/test/support/ws-client.ts';
import { loadDataset } from '../../evals/src/index.ts';
import { startE2bStandIn } from '../../evals/test/support/e2b-stand-in.ts';
import type { StandInFault } from '../support/openai-stand-in.ts';
import { freshDatabase, startPostgres } from '../support/postgres.ts';
import { startInProcess } from './support/in-process.ts';
import { sequenceFigures } from './support/live-follower.ts';
import { ownDataset } from './support/own-dataset.ts';
import { recordedAnswers, scriptProblems, startScriptedModel } from './support/scripted-model.ts';
import { until } from './support/until.ts';

export interface TroubleRow {
  trouble: string;
  /** How often it struck. */
  struck: number;
  outcome: string;
  isRight: boolean;
}

type Situation = (seed: number) => Promise<TroubleRow>;

const patienceMs = 300_000;
const isOver = ({ status }: Pick<EvalRun, 'status'>) => status !== 'queued' && status !== 'running';
const runOf = async (app: TestApp, runId: string) => (await app.admin.getEvalResults({ runId, limit: 1 })).run;

async function endOf(app: TestApp, runId: string): Promise<EvalRun> {
  await until('the end of a run', async () => isOver(await runOf(app, runId)), patienceMs);
  return runOf(app, runId);
}

/** Taken up again until no sample is left with trouble that was not the subject's. */
async function withoutErrors(app: TestApp, runId: string) {
  let resumed = 0;
  let run = await endOf(app, runId);
  for (; run.counts.error > 0 && resumed < 10; resumed++) {
    await app.admin.resumeEvalRun({ runId });
    run = await endOf(app, runId);
  }
  return { run, resumed };
}

const counted = ({ status, counts }: EvalRun) =>
  `${status}: ${counts.passed} passed, ${counts.failed} failed, ${counts.error} errors, ${counts.timeout} out of time`;

const pythonProblems = ['python-semver-order', 'python-split-bill', 'python-merge-slots', 'python-retry-delays'];

/** A fifth of everything that is asked of rented machines fails: making one, starting a program, sending files. */
const machinesFail: Situation = async (seed) => {
  const random = randomFrom(seed);
  let struck = 0;
  let isOn = true;
  const standIn = await startE2bStandIn({
    fault: () => {
      if (!isOn || random() >= 0.2) return undefined;
      struck += 1;
      return random() < 0.5 ? 'refuse' : 'drop';
    },
  });
  const app = await startInProcess({ evals: { e2b: standIn.config } });
  try {
    const { runId } = await app.admin.startEvalRun({
      dataset: 'starter',
      subject: { kind: 'reference' },
      sandbox: 'e2b',
      problems: pythonProblems,
      samplesPerProblem: 3,
      workers: 2,
      timeoutMs: 30_000,
    });
    const first = await endOf(app, runId);
    const { run, resumed } = await withoutErrors(app, runId);
    isOn = false;
    const isRight = first.counts.failed === 0 && run.status === 'completed' && run.counts.passed === run.sampleCount;
    const outcome = `${counted(first)}; after ${resumed} resumes ${counted(run)}`;
    return { trouble: 'E2B: a fifth of all requests fails', struck, outcome, isRight };
  } finally {
    await app.close();
    await standIn.close();
  }
};

const storms: StandInFault[] = [
  { kind: 'refused', status: 429, retryAfter: '0.2' },
  { kind: 'refused', status: 429 },
  { kind: 'refused', status: 503, retryAfter: '0.1' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502, body: '<html>Bad gateway</html>' },
  { kind: 'page' },
  { kind: 'reset' },
];

const asks = (count: number, rest: Partial<EvalRunRequest> = {}): EvalRunRequest => ({
  dataset: 'starter',
  subject: { kind: 'model', model: 'scripted', params: { maxTokens: 2_000 } },
  sandbox: 'quickjs',
  problems: scriptProblems,
  samplesPerProblem: count,
  workers: 8,
  timeoutMs: 30_000,
  ...rest,
});

/** Four of ten asks of the model fail, while a reader of the live events stands still. */
const modelStorm: Situation = async (seed) => {
  const random = randomFrom(seed);
  let struck = 0;
  const model = await startScriptedModel({
    latencyMs: 10,
    fault: () => {
      if (random() >= 0.4) return undefined;
      struck += 1;
      return storms[Math.floor(random() * storms.length)];
    },
  });
  const app = await startInProcess({ evals: { openai: model.config } });
  try {
    const { runId } = await app.admin.startEvalRun(asks(3));
    const reader = await follow(`${app.baseUrl}/api/eval/live/${runId}`, {
      headers: { authorization: `Bearer ${app.adminKey}` },
    });
    if ('refused' in reader) throw new Error(JSON.stringify(reader.refused));
    reader.socket.pause();
    const first = await endOf(app, runId);
    reader.socket.resume();
    const { code } = await reader.closed;
    const { missing, twice, outOfOrder } = sequenceFigures(reader.messages);
    const { run, resumed } = await withoutErrors(app, runId);
    const wrong = 3 * scriptProblems.filter((id) => model.isWrong(id)).length;
    // It is dropped, or has missed nothing.
    const isWhole = code === 1006 || (missing === 0 && twice === 0 && outOfOrder === 0);
    const isRight =
      run.status === 'completed' && first.counts.failed <= wrong && run.counts.failed === wrong && isWhole;
    const outcome = `${counted(first)}; after ${resumed} resumes ${counted(run)}; the reader ended with ${code}`;
    return {
      trouble: 'model: 40 % 429, 500, 502, 503, pages, resets; a reader stands still',
      struck,
      outcome,
      isRight,
    };
  } finally {
    await app.close();
    await model.stop();
  }
};

/** What a run is made of goes or changes on disk while it is worked on. */
const datasetGoes =
  (how: 'deleted' | 'changed'): Situation =>
  async () => {
    const own = await ownDataset(scriptProblems.slice(0, 8));
    const model = await startScriptedModel({ latencyMs: 300 });
    const app = await startInProcess({ evals: { openai: model.config, datasetsDir: own.datasetsDir } });
    try {
      const { problems: _, ...whole } = asks(6, { dataset: 'drill', workers: 1, timeoutMs: 60_000 });
      const { runId } = await app.admin.startEvalRun(whole);
      await until('a verdict', async () => (await runOf(app, runId)).doneCount > 0, patienceMs);
      if (how === 'deleted') await rm(own.folder, { recursive: true });
      else await writeFile(join(own.folder, scriptProblems[0]!, 'prompt.md'), 'Something else.\n');
      const run = await endOf(app, runId);
      const said = how === 'deleted' ? /the data set drill that the run began with is gone/ : /has changed/;
      const isRight =
        run.status === 'failed' &&
        said.test(run.failure ?? '') &&
        run.counts.failed + run.counts.error === run.doneCount - run.counts.passed;
      return {
        trouble: `data set ${how} in the middle of a run`,
        struck: 1,
        outcome: `${counted(run)}; ${run.failure}`,
        isRight,
      };
    } finally {
      await app.close();
      await model.stop();
      await own.remove();
    }
  };

/** The flag that a worse run names is gone when its rollback is due; and two subjects on one flag get worse at once. */
const flagsInTrouble =
  (what: 'the flag of a worse run is archived meanwhile' | 'two subjects on one flag get worse at once'): Situation =>
  async () => {
    const own = await ownDataset(scriptProblems.slice(0, 9));
    const app = await startInProcess({ evals: { datasetsDir: own.datasetsDir } });
    try {
      const loaded = await loadDataset(own.folder, { datasetsDir: own.datasetsDir });
      await app.admin.putEvalSettings({ rerunSamples: 1 });
      const flag = { key: 'new-prompt', variant: 'on' };
      const { version } = await app.admin.createFlag({ key: flag.key, rolloutPercentage: 100 });
      const labels = what.startsWith('two') ? ['one subject', 'another subject'] : ['one subject'];
      const start = async (weakened: number, carried?: typeof flag) => {
        const started = [];
        for (const label of labels)
          started.push(
            await app.admin.startEvalRun({
              dataset: 'drill',
              subject: { ...recordedAnswers(loaded, weakened), label },
              sandbox: 'quickjs',
              timeoutMs: 30_000,
              ...(carried && { flag: carried }),
            }),
          );
        return started;
      };
      for (const { runId } of await start(0)) await endOf(app, runId);
      const worse = await start(8, flag);
      if (labels.length === 1) {
        await app.admin.archiveFlag({ key: flag.key, version });
      }
      for (const { runId } of worse) await endOf(app, runId);
      const found = async () => (await app.admin.listRegressions({})).items;
      const isDecided = async () => {
        const all = await found();
        return all.length === labels.length && all.every(({ rollback }) => rollback !== null);
      };
      await until('what becomes of the flag', isDecided, patienceMs);
      const outcomes = (await found()).map(({ rollback }) => rollback!.outcome).toSorted();
      const expected = labels.length === 1 ? ['refused'] : ['already_done', 'rolled_back'];
      const versions = labels.length === 1 ? [] : (await app.admin.getFlagHistory({ key: flag.key })).items;
      const isRight =
        outcomes.join() === expected.join() &&
        (labels.length === 1 || versions.filter(({ action }) => action === 'variant_rolled_back').length === 1);
      const [first] = await found();
      return {
        trouble: what,
        struck: labels.length,
        outcome: `${outcomes.join(', ')}: ${first!.rollback!.reason}`,
        isRight,
      };
    } finally {
      await app.close();
      await own.remove();
    }
  };

/** The database says nothing for five seconds in the middle of a run: a machine that stood still, or packets that were lost. */
const databaseSilent =
  (how: 'stands still' | 'loses what is sent'): Situation =>
  async () => {
    const model = await startScriptedModel({ latencyMs: 150 });
    const postgres = await startPostgres();
    const { url } = await freshDatabase(postgres.adminUrl);
    const behind = new URL(url);
    const proxy = await tcpProxy({ host: behind.hostname, port: Number(behind.port) });
    const through = Object.assign(new URL(url), { port: `${proxy.port}` }).href;
    const app = await startInProcess({ evals: { openai: model.config } }, through);
    try {
      const { runId } = await app.admin.startEvalRun(asks(4, { workers: 4 }));
      await until('a verdict', async () => (await runOf(app, runId)).doneCount > 2, patienceMs);
      const silence = how === 'stands still' ? proxy.freeze : proxy.blackHole;
      silence(true);
      await sleep(5_000);
      silence(false);
      const startedMs = performance.now();
      let run: EvalRun | undefined;
      // Requests may fail while connections that lead nowhere are found out.
      await until(
        'the end of a run',
        async () => {
          run = await runOf(app, runId).catch(() => undefined);
          return run !== undefined && isOver(run);
        },
        patienceMs,
      );
      const wrong = 4 * scriptProblems.filter((id) => model.isWrong(id)).length;
      const { rows } = await app.database.execute('select seq from eval_event where run_id = $1 order by seq', [runId]);
      const isGapless = rows.every(({ seq }, index) => seq === index + 1) && rows.length === run!.lastSeq;
      const isRight =
        run!.status === 'completed' && run!.counts.failed === wrong && run!.counts.error === 0 && isGapless;
      const tookS = Math.round((performance.now() - startedMs) / 1_000);
      return {
        trouble: `the database ${how} for 5 s`,
        struck: 1,
        outcome: `${counted(run!)}, ${tookS} s later`,
        isRight,
      };
    } finally {
      await app.close();
      await proxy.close();
      await postgres.stop();
      await model.stop();
    }
  };

export const troubles = {
  machines: machinesFail,
  model: modelStorm,
  deleted: datasetGoes('deleted'),
  changed: datasetGoes('changed'),
  flagGone: flagsInTrouble('the flag of a worse run is archived meanwhile'),
  twoAtOnce: flagsInTrouble('two subjects on one flag get worse at once'),
  frozen: databaseSilent('stands still'),
  silent: databaseSilent('loses what is sent'),
} satisfies Record<string, Situation>;
