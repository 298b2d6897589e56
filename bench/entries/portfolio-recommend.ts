import { PortfolioSettings } from '@whetstone/shared/contract';
import {
  compileTable,
  cellCounts,
  countTask,
  noCounts,
  packTable,
  tableOfCounts,
  unpackTable,
  type Attempt,
  type RoutingTable,
  type TaskRequest,
} from '@whetstone/shared/portfolio';
import { seededRandom } from '@whetstone/shared/stats';
import { gzipSync } from 'node:zlib';
import { cpuMicroseconds } from '../harness/cpu.ts';
import { interleave, median } from '../harness/measure.ts';
import type { Bar, Entry } from '../harness/report.ts';

const records = 1_000_000;
const rounds = 5;
const askedARound = 200_000;
const freshARound = 200;

const models = Array.from({ length: 24 }, (_, i) => `model-${i + 1}`);
const taskTypes = ['refactor', 'bugfix', 'feature', 'test', 'docs'];
const languages = ['typescript', 'python', 'go', 'rust'];
const complexities = ['low', 'medium', 'high'];
const repos = Array.from({ length: 40 }, (_, i) => `acme/repo-${i}`);

const cachedName = 'asked before: plan and chances are kept';
const freshName = 'asked for the first time';

/** Synthetic work: every kind of task and model, a second attempt by another model where the first failed. */
export const portfolioRecommend: Entry = {
  title: `One recommendation in process: a table of ${records.toLocaleString('en')} outcomes, ${models.length} models, 200 cells`,
  lasts: 'a minute',
  async run() {
    const before = process.cpuUsage();
    const table = syntheticTable();
    const builtMs = cpuMicroseconds(before) / 1_000;
    const packed = JSON.stringify(packTable(table));
    const gzipped = gzipSync(packed).length;
    const served = unpackTable(JSON.parse(packed));
    const { recommend } = compileTable(served);
    const asked = requests();
    const chance = { mayExplore: true, random: seededRandom(7) };
    for (const request of asked) recommend(request, chance);
    const contenders = [
      { name: cachedName, sample: async () => timed(askedARound, (i) => recommend(asked[i % asked.length]!, chance)) },
      { name: freshName, sample: async () => fresh(served, asked) },
    ];
    for (const { sample } of contenders) await sample();
    const measured = await interleave(contenders, rounds);
    const samples = (name: string, figure: keyof Timed) => measured.of(name).map((sample) => sample[figure]);
    const rowsOf = (figure: keyof Timed) =>
      [cachedName, freshName].map((name) => ({ name, samples: samples(name, figure) }));
    const bar = (what: string, actual: number, limit: number, unit: string): Bar => ({
      what,
      actual,
      kind: 'at most',
      limit,
      unit,
    });
    return {
      referenceNs: measured.referenceNs,
      tables: [
        {
          title: 'CPU time per answer',
          unit: 'us',
          better: 'less' as const,
          base: cachedName,
          cpuUnitNs: 1_000,
          rows: rowsOf('cpuUs'),
        },
        {
          title: '99 of 100 answers came within',
          unit: 'us',
          better: 'less' as const,
          base: cachedName,
          rows: rowsOf('p99Us'),
        },
      ],
      notes: [
        `Counting ${records.toLocaleString('en')} outcomes in process took ${Math.round(builtMs)} ms of CPU.`,
        `Packed and gzipped the table has ${(gzipped / 1_024).toFixed(1)} KiB.`,
      ],
      bars: [
        bar('p99 of an answer that was asked before', median(samples(cachedName, 'p99Us')), 50, 'us'),
        bar('the table, gzipped', gzipped / 1_024, 64, 'KiB'),
      ],
    };
  },
};

interface Timed {
  cpuUs: number;
  p99Us: number;
}

function timed(times: number, work: (i: number) => unknown): Timed {
  const each = new Float64Array(times);
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    const startedMs = performance.now();
    work(i);
    each[i] = performance.now() - startedMs;
  }
  const cpuUs = cpuMicroseconds(before) / times;
  return { cpuUs, p99Us: each.sort()[Math.floor(0.99 * times)]! * 1_000 };
}

/** Each is another question, since a cap of its own is part of it. */
function fresh(table: RoutingTable, asked: readonly TaskRequest[]): Timed {
  const { recommend } = compileTable(table);
  const chance = { mayExplore: true, random: seededRandom(9) };
  return timed(freshARound, (i) => recommend({ ...asked[i % asked.length], maxCost: 1 + i / 1_000 }, chance));
}

const requests = (): TaskRequest[] =>
  taskTypes.flatMap((taskType) =>
    languages.flatMap((language) =>
      complexities.flatMap((complexity) =>
        [undefined, ...repos.slice(0, 4)].map((repoId) => ({
          taskType,
          language,
          complexity,
          repoId,
          verify: 'tests' as const,
        })),
      ),
    ),
  );

function syntheticTable(): RoutingTable {
  const random = seededRandom(1);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const counts = noCounts();
  for (let made = 0; made < records;) {
    const hardness = random();
    const likeness = {
      taskType: pick(taskTypes),
      language: pick(languages),
      complexity: pick(complexities),
      repoId: pick(repos),
    };
    const attempts: Attempt[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const model = Math.floor(random() * models.length);
      const isSolved = random() < 1.2 - hardness - 0.02 * model;
      attempts.push({
        model: models[model]!,
        attempt,
        verdict: isSolved ? 'solved' : 'failed',
        costUsd: 0.02 * (model + 1) * (0.5 + random()),
        timeMs: 30_000 * (0.5 + random()),
        likeness,
        origin: 'work',
        epoch: 0,
      });
      if (isSolved) break;
    }
    countTask(counts, attempts, 1);
    made += attempts.length;
  }
  const settings = PortfolioSettings.parse({ incumbent: models[0], exploration: { enabled: true } });
  const { cells, ...rest } = tableOfCounts(
    { cells: cellCounts(counts), rescues: counts.rescues.values() },
    models,
    () => 0,
  );
  return {
    version: '1',
    dataAt: undefined,
    settings,
    models: models.map((id) => ({ id, price: undefined, contextTokens: undefined, epoch: 0, epochWhy: undefined })),
    // As much as a table takes.
    cells: [...cells].slice(0, 200),
    pool: [],
    ...rest,
    shrinkage: 50,
    method: { used: 'cells', why: 'synthetic outcomes' },
    trialRuns: false,
  };
}
