import { Client } from 'pg';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { buildProduct } from '../harness/checkout.ts';
import { interleave, median } from '../harness/measure.ts';
import { cpuMsOf } from '../harness/process-figures.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { startWhetstone } from '../servers/start-server.ts';

const corrections = 100_000;
const rounds = 5;
const asksARound = 40;

const words = 'one after the other, by words';
const newest = 'one after the other, the newest';

interface Sample {
  medianMs: number;
  slowMs: number;
  cpuMs: number;
}

/** Three examples out of many accepted corrections, over HTTP on PostgreSQL. */
export const feedbackExamples: Entry = {
  title: `Examples out of ${corrections.toLocaleString('en')} accepted corrections`,
  lasts: 'two minutes',
  async run() {
    await buildProduct();
    const { adminUrl, stop } = await startPostgres();
    try {
      const { url } = await freshDatabase(adminUrl);
      return await withScratch(async (dataDir) => {
        const server = await startWhetstone(dataDir, { DATABASE_URL: url });
        try {
          await layCorrections(url);
          return await measure(server);
        } finally {
          await server.stop();
        }
      });
    } finally {
      await stop();
    }
  },
};

async function measure({ url, pid, adminKey }: { url: string; pid: number; adminKey: string }) {
  let asked = 0;
  const ask = async (withWords: boolean) => {
    const n = asked++;
    const query = withWords
      ? `&query=${encodeURIComponent(`check the ${nouns[n % nouns.length]} before ${verbs[n % verbs.length]}`)}`
      : '';
    const startedMs = performance.now();
    const answer = await fetch(`${url}/api/feedback/examples?limit=3${query}`, {
      headers: { authorization: `Bearer ${adminKey}` },
    });
    const { items, considered } = (await answer.json()) as { items?: unknown[]; considered?: number };
    if (items?.length !== 3 || considered !== corrections)
      throw new Error(`expected 3 examples of ${corrections}, got ${items?.length} of ${considered}: ${answer.status}`);
    return performance.now() - startedMs;
  };
  const [cpuBeforeMs, firstMs] = [cpuMsOf(pid), await ask(true)];
  const firstCpuMs = cpuMsOf(pid) - cpuBeforeMs;
  const sample = async (withWords: boolean): Promise<Sample> => {
    const before = cpuMsOf(pid);
    const times: number[] = [];
    for (let i = 0; i < asksARound; i++) times.push(await ask(withWords));
    const sorted = times.toSorted((a, b) => a - b);
    return {
      medianMs: median(times),
      slowMs: sorted[Math.floor(asksARound * 0.95)]!,
      cpuMs: (cpuMsOf(pid) - before) / asksARound,
    };
  };
  const contenders = [
    { name: words, sample: () => sample(true) },
    { name: newest, sample: () => sample(false) },
  ];
  for (const contender of contenders) await contender.sample();
  const measured = await interleave(contenders, rounds);
  const rows = (figure: keyof Sample) =>
    contenders.map(({ name }) => ({ name, samples: measured.of(name).map((one) => one[figure]) }));
  return {
    referenceNs: measured.referenceNs,
    tables: [
      {
        title: 'Until the answer is there, median',
        unit: 'ms',
        better: 'less' as const,
        base: words,
        rows: rows('medianMs'),
      },
      { title: 'The slowest of 20', unit: 'ms', better: 'less' as const, base: words, rows: rows('slowMs') },
      {
        title: "The server's CPU time for one",
        unit: 'ms',
        better: 'less' as const,
        base: words,
        cpuUnitNs: 1e6,
        rows: rows('cpuMs'),
      },
    ],
    notes: [
      `The first to ask after a start has the index made: ${(firstMs / 1_000).toFixed(1)} s here, ${(firstCpuMs / 1_000).toFixed(1)} s of CPU time.`,
      'Client, server and PostgreSQL share the processors.',
    ],
    bars: [
      {
        what: 'examples by words, median of the best round',
        actual: Math.min(...measured.of(words).map(({ medianMs }) => medianMs)),
        kind: 'at most' as const,
        limit: 30,
        unit: 'ms',
      },
    ],
  };
}

const nouns = ['date', 'address', 'price', 'header', 'token', 'cursor', 'path', 'encoding', 'offset', 'schema'];
const verbs = ['parsing', 'sending', 'storing', 'logging', 'caching', 'sorting', 'merging'];

/** Accepted, over a year, each with one hunk of its own. */
async function layCorrections(url: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>('select id from project limit 1');
    const projectId = rows[0]!.id;
    await client.query(
      `insert into feedback (id, project_id, task_id, task_type, kind, language, repo_id, comment, original, corrected, files,
         status, reviewed_by, reviewed_at, corrected_at, received_at, read_at)
       select gen_random_uuid(), $1, 'task-' || n, 'refactor', 'edit', 'typescript', 'acme/api-' || n % 5,
         'check the ' || ($2::text[])[1 + n % ${nouns.length}] || ' before ' || ($3::text[])[1 + n % ${verbs.length}] || ' it, number ' || n,
         '{}', '{}', '["src/part.ts"]', 'accepted', 'ann', now() - interval '2 hours', now() - n * interval '5 minutes', now(), now()
       from generate_series(1, $4::integer) as n`,
      [projectId, nouns, verbs, corrections],
    );
    await client.query(
      `insert into feedback_hunk (id, project_id, feedback_id, place, file, language, verdict, before, after, detectors)
       select gen_random_uuid(), project_id, id, 0, 'src/part-' || substr(id::text, 1, 3) || '.ts', 'typescript', 'edited',
         'const ' || substr(md5(id::text), 1, 6) || ' = read(' || substr(md5(id::text), 7, 6) || ');' || E'\\n' || 'log(' || substr(md5(id::text), 13, 6) || ');',
         'const ' || substr(md5(id::text), 1, 6) || ' = checked(read(' || substr(md5(id::text), 7, 6) || '), ' || substr(md5(id::text), 19, 6) || ');', '[]'
       from feedback where project_id = $1`,
      [projectId],
    );
    await client.query('analyze feedback; analyze feedback_hunk');
  } finally {
    await client.end();
  }
}
