import { Prepared, type Leaderboard } from '@whetstone/shared/contract';
import { leaderboardService } from '../../cloud/src/features/evals/leaderboard/service.ts';
import type { Database } from '../../cloud/src/platform/db/database.ts';
import { openDatabase } from '../../cloud/src/platform/db/open.ts';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { makeStandings, type Size } from '../evals/made-standings.ts';
import { interleave, median } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';

const size: Size = { subjects: 25, problems: 500, runs: 90 };
const rounds = 15;
const timeRange = '400d';
const onPostgres = 'PostgreSQL';
const onPglite = 'PGlite';
const grouped = 'one GROUP BY over the results, PostgreSQL';

/** From the request's handler to the bytes of its answer, nothing kept from an earlier one. */
export const leaderboard: Entry = {
  title: `Leaderboard of ${size.subjects} subjects x ${size.problems} problems x ${size.runs} runs`,
  lasts: 'two minutes',
  run: () =>
    withScratch(async (scratch) => {
      const { adminUrl, stop } = await startPostgres();
      const surroundings = { clock: Date.now, log: { info: () => undefined, warn: () => undefined } };
      try {
        const postgres = await openDatabase({ url: (await freshDatabase(adminUrl)).url }, surroundings);
        const pglite = await openDatabase({ directory: scratch }, surroundings);
        try {
          return await measure(postgres, pglite);
        } finally {
          await Promise.all([postgres.close(), pglite.close()]);
        }
      } finally {
        await stop();
      }
    }),
};

async function measure(postgres: Database, pglite: Database) {
  const made = { [onPostgres]: await makeStandings(postgres, size), [onPglite]: await makeStandings(pglite, size) };
  for (const database of [postgres, pglite]) await database.execute('analyze');
  const boardOn = (name: keyof typeof made, database: Database) => ({
    name,
    sample: () => board(database, made[name]!.projectId),
  });
  const groupBy = { name: grouped, sample: () => group(postgres, made[onPostgres]!.projectId) };
  const contenders = [boardOn(onPostgres, postgres), boardOn(onPglite, pglite), groupBy];
  for (const { sample } of contenders) await sample();
  const measured = await interleave(contenders, rounds);
  const best = (name: string) => Math.min(...measured.of(name));
  const endOn = (name: string) => {
    const { endingsMs } = made[name as keyof typeof made]!;
    return `${median(endingsMs).toFixed(1)} ms on ${name} (best ${Math.min(...endingsMs).toFixed(1)} ms)`;
  };
  return {
    referenceNs: measured.referenceNs,
    tables: [
      {
        title: `Time to the answer, ${timeRange} of nightly runs`,
        unit: 'ms',
        better: 'less' as const,
        base: onPostgres,
        rows: contenders.map(({ name }) => ({ name, samples: measured.of(name) })),
      },
    ],
    notes: [
      `${(size.subjects * size.problems * size.runs).toLocaleString('en')} results. The end of a run writes its standing in a median of ${endOn(onPostgres)}, ${endOn(onPglite)}.`,
      'The last row is the least that a board without standings would ask the database: passed and graded samples of each problem and subject.',
    ],
    bars: [onPostgres, onPglite].map((name) => ({
      what: `${name}, cold, best of ${rounds}`,
      actual: best(name),
      kind: 'at most' as const,
      limit: 50,
      unit: 'ms',
    })),
  };
}

async function board(database: Database, projectId: string): Promise<number> {
  const { getLeaderboard } = leaderboardService({
    snapshots: { get: async () => undefined, set: async () => undefined },
    regressions: { open: async () => new Map(), marks: async () => new Map() },
  });
  const ctx = {
    organisationId: projectId,
    projectId,
    actor: { kind: 'key' as const, id: projectId, name: 'bench', role: 'viewer' as const, selector: 'bench' },
    transaction: <T>(work: Parameters<typeof database.asProject<T>>[1]) => database.asProject(projectId, work),
  };
  const startedMs = performance.now();
  const answer = await getLeaderboard(ctx, { dataset: 'made-up', timeRange });
  const tookMs = performance.now() - startedMs;
  const { items } = (answer instanceof Prepared ? JSON.parse(answer.json) : answer) as Leaderboard;
  if (items.length !== size.subjects || items.some(({ runs }) => runs !== size.runs))
    throw new Error(`expected ${size.subjects} subjects with ${size.runs} runs`);
  return tookMs;
}

async function group(database: Database, projectId: string): Promise<number> {
  const startedMs = performance.now();
  const { rows } = await database.execute(
    `select run.subject_id, problem, count(*) filter (where result.status = 'passed') as passed, count(*) as graded
     from eval_result result join eval_run run on run.id = result.run_id
     where result.project_id = $1 group by 1, 2`,
    [projectId],
  );
  if (rows.length !== size.subjects * size.problems) throw new Error(`expected every problem of every subject`);
  return performance.now() - startedMs;
}
