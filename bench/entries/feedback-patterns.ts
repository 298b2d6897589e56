import { learnJobs } from '../../cloud/src/features/feedback/learn/jobs.ts';
import { loadSyntax } from '../../cloud/src/features/feedback/learn/detect/syntax.ts';
import { correctionReader } from '../../cloud/src/features/feedback/learn/read-correction.ts';
import { treeParser, type ParseTree } from '../../cloud/src/features/feedback/learn/trees.ts';
import type { Database } from '../../cloud/src/platform/db/database.ts';
import { openDatabase } from '../../cloud/src/platform/db/open.ts';
import { insertCorrections } from '../../cloud/test/support/corrections/insert-corrections.ts';
import { asUnread, countInMemory, filesOf, type Read } from '../../cloud/test/support/corrections/learn-in-memory.ts';
import { readForStore } from '../../cloud/src/features/feedback/learn/readable.ts';
import { seededCorpus } from '../../cloud/test/support/corrections/seeded-corpus.ts';
import { smallCompare } from '../../cloud/test/support/corrections/small-reader.ts';
import type { ReadCorrection } from '../../cloud/src/features/feedback/learn/reading.ts';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { makeProject } from '../evals/made-project.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';

const stored = 20_000;
const more = 200;
/** Read once, and counted as often as makes the hunks of the bar. */
const readOnce = 2_000;
const hunksOfBar = 100_000;
const atOnce = 2_000;

/** On PostgreSQL: the job from empty and for a few more; and the counting alone, in memory, of five times as much. */
export const feedbackPatterns: Entry = {
  title: `Patterns learned from ${stored.toLocaleString('en')} corrections on PostgreSQL, and from ${more} more`,
  lasts: 'three minutes',
  async run() {
    const { adminUrl, stop } = await startPostgres();
    try {
      const surroundings = { clock: Date.now, log: { info: () => undefined, warn: () => undefined } };
      const database = await openDatabase({ url: (await freshDatabase(adminUrl)).url }, surroundings);
      try {
        return await measure(database);
      } finally {
        await database.close();
      }
    } finally {
      await stop();
    }
  },
};

async function measure(database: Database) {
  const syntax = loadSyntax();
  const reader = { read: correctionReader({ parse: syntax }), parse: treeParser(syntax) };
  const inMemory = countAlone(reader);
  const projectId = await makeProject(database);
  const learn = learnerOf(database, projectId, reader);
  await capture(database, projectId, 1, stored);
  await database.execute('analyze');
  const references = [referenceNs()];
  const whole = await learn();
  const { rows } = await database.execute(
    `select (select count(*) from feedback_hunk)::int as hunks, (select count(*) from feedback_pattern where is_pattern)::int as patterns`,
  );
  const hunks = Number(rows[0]!['hunks']);
  references.push(referenceNs());
  const few = [];
  for (let round = 0; round < 3; round++) {
    await capture(database, projectId, 2 + round, more);
    few.push(await learn());
  }
  const wholeS = whole.readS + whole.restS;
  return {
    referenceNs: references,
    tables: [
      {
        title: `Of ${stored.toLocaleString('en')} corrections, with the database`,
        unit: 's',
        better: 'less' as const,
        base: 'reading them',
        rows: [
          { name: 'reading them', samples: [whole.readS] },
          { name: 'patterns of what was read', samples: [whole.restS] },
        ],
      },
      {
        title: `Of ${more} more, again and again`,
        unit: 's',
        better: 'less' as const,
        base: 'patterns of what was read',
        rows: [
          { name: 'reading them', samples: few.map(({ readS }) => readS) },
          { name: 'patterns of what was read', samples: few.map(({ restS }) => restS) },
        ],
      },
    ],
    notes: [
      `${hunks.toLocaleString('en')} hunks, ${String(rows[0]!['patterns'])} patterns. The server's own CPU time was ${whole.cpuS.toFixed(1)} s for all and ${few.map(({ cpuS }) => cpuS.toFixed(1)).join(', ')} s for ${more} more; the database's is not in it.`,
      `Reading a correction alone, by all detectors and for templates, took ${inMemory.readCpuMs.toFixed(2)} ms of CPU time.`,
      `In memory, ${inMemory.hunks.toLocaleString('en')} hunks: readings of ${readOnce.toLocaleString('en')} corrections, each taken ${inMemory.copies} times as one of another task, were counted in ${inMemory.seconds.toFixed(1)} s.`,
      'Functions of ten lines, half TypeScript and half Python, one to a correction.',
    ],
    bars: [
      {
        what: `captured corrections to patterns with the database, by as many as make ${hunksOfBar.toLocaleString('en')} hunks`,
        actual: (wholeS * hunksOfBar) / hunks,
        kind: 'at most' as const,
        limit: 60,
        unit: 's',
      },
      {
        what: `${more} more on ${stored.toLocaleString('en')}`,
        actual: Math.min(...few.map(({ readS, restS }) => readS + restS)),
        kind: 'at most' as const,
        limit: 5,
        unit: 's',
      },
      {
        what: `patterns of ${more} more that were read, against those of all from empty`,
        actual: Math.min(...few.map(({ restS }) => restS)) / whole.restS,
        kind: 'at most' as const,
        limit: 0.5,
        unit: 'x',
      },
    ],
  };
}

interface Reader {
  read: ReadCorrection;
  parse: ParseTree;
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

function countAlone(reader: Reader) {
  const read = readForStore(reader);
  const startedMs = cpuMs();
  const once = seededCorpus({ seed: 9, corrections: readOnce }).map((made, i): Read => ({
    made,
    reading: read(asUnread(made, i), filesOf(made), []),
  }));
  const readCpuMs = (cpuMs() - startedMs) / readOnce;
  const hunksOnce = once.reduce((sum, { reading }) => sum + reading.hunks.length, 0);
  const copies = Math.ceil(hunksOfBar / hunksOnce);
  const all = Array.from({ length: copies }, (_, copy) =>
    once.map(({ made, reading }) => ({ made: { ...made, taskId: `${made.taskId}-${copy}` }, reading })),
  ).flat();
  const countedMs = performance.now();
  countInMemory(all);
  return { seconds: (performance.now() - countedMs) / 1_000, hunks: copies * hunksOnce, copies, readCpuMs };
}

function learnerOf(database: Database, projectId: string, { read, parse }: Reader) {
  let lastReadMs = 0;
  const { jobs } = learnJobs({
    database,
    queue: { send: async () => '' },
    log: { warn: (...said: unknown[]) => console.warn(...said) },
    read: (...given) => {
      lastReadMs = performance.now();
      return read(...given);
    },
    compare: smallCompare,
    parse,
    describeDetector: () => undefined,
    steadyMs: () => performance.now(),
  });
  return async () => {
    const { signal } = new AbortController();
    const log = { info: () => undefined, warn: () => undefined };
    const [startedMs, cpuBeforeMs] = [performance.now(), cpuMs()];
    await jobs[0]!.run({ projectId }, { projectId, attempt: 1, signal, log });
    return {
      readS: (lastReadMs - startedMs) / 1_000,
      restS: (performance.now() - lastReadMs) / 1_000,
      cpuS: (cpuMs() - cpuBeforeMs) / 1_000,
    };
  };
}

async function capture(database: Database, projectId: string, seed: number, count: number) {
  const corpus = seededCorpus({ seed, corrections: count });
  for (let i = 0; i < count; i += atOnce)
    await database.asProject(projectId, (tx) => insertCorrections(tx, corpus.slice(i, i + atOnce)));
}
