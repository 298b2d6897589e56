import { gunzipSync, gzipSync } from 'node:zlib';
import { seededRandom } from '@whetstone/shared/stats';
import { packSegment, searchSegment, unpackSegment, type Segment } from '@whetstone/shared/knowledge';
import { readContent } from '../../evals/src/datasets/read-rows.ts';
import { queriesIn } from '../../evals/src/retrieval/queries.ts';
import { segmentOfFiles } from '../../evals/src/retrieval/segment-of-files.ts';
import { buildProduct } from '../harness/checkout.ts';
import { cpuMicroseconds } from '../harness/cpu.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Bar, Entry, Table } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { labelledQueries, readCorpora } from '../knowledge/corpora.ts';
import { grownByIndex, grownByText, grownFiles } from '../knowledge/grown.ts';
import { heldBytes } from '../knowledge/heap.ts';
import { overHttp, type OverHttp } from '../knowledge/over-http.ts';

const wanted = { limit: 5, tokenBudget: 4_000 };
const questions = 400;
const few = 30_000;
const many = 300_000;

interface Measured {
  name: string;
  segment: { chunks: number; pages: number; terms: number };
  /** CPU time of each question. */
  samplesMs: number[];
  wallMs: number[];
  bytesPerChunk: number;
}

/**
 * One segment as a server holds it; questions one after another, so that the worst of them has no queue to blame. Then the server
 * itself, asked over HTTP, beside the least that Fastify can do.
 */
export const knowledgeSearch: Entry = {
  title: `A search of ${few.toLocaleString('en')} and ${many.toLocaleString('en')} passages of documentation`,
  lasts: 'three minutes',
  async run() {
    await buildProduct();
    const reference = [referenceNs()];
    const corpora = await readCorpora();
    const files = corpora.flatMap(({ library, files: own }) =>
      own.map(({ path, text }) => ({ path: `${library}/${path}`, text })),
    );
    const base = segmentOfFiles('all', files);
    const asked = questionsOf(
      base,
      queriesIn(await readContent(labelledQueries)).map(({ query }) => query),
    );

    const copies = Math.ceil(few / base.chunks.length);
    const served = await withScratch((scratch) => overHttp(scratch, grownFiles(files, copies), asked));
    reference.push(referenceNs());

    const { packed, indexedMs } = packedSegment(base);
    const before = await heldBytes();
    const { value: loaded, cpuMs: loadedMs } = timed(() => unpackSegment(gunzipSync(packed)));
    const smaller = await measure('30,000 passages', loaded, asked, before);
    reference.push(referenceNs());

    const beforeMany = await heldBytes();
    const larger = await measure('300,000 passages', grownByIndex(base, many), asked, beforeMany);
    reference.push(referenceNs());
    const both = [smaller, larger];
    const at = (share: number, { samplesMs }: Measured) => quantile(share, samplesMs);
    const quantiles = (
      [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const
    ).flatMap(([name, share]) => both.map((one) => ({ name: `${name}, ${one.name}`, samples: [at(share, one)] })));
    return {
      referenceNs: reference,
      tables: [
        {
          title: 'CPU time of a search',
          unit: 'ms',
          better: 'less' as const,
          base: quantiles[0]!.name,
          cpuUnitNs: 1e6,
          rows: quantiles,
        },
        httpTable(served),
        {
          title: 'Memory beyond the passages’ own text',
          unit: 'bytes per passage',
          better: 'less' as const,
          base: smaller.name,
          rows: both.map(({ name, bytesPerChunk }) => ({ name, samples: [bytesPerChunk] })),
        },
      ],
      notes: [
        ...both.map(
          ({ name, segment: { chunks, pages, terms }, wallMs }) =>
            `${name}: ${chunks.toLocaleString('en')} of ${pages.toLocaleString('en')} pages, ${terms.toLocaleString('en')} terms; by the clock p50 ${quantile(0.5, wallMs).toFixed(1)} ms, p99 ${quantile(0.99, wallMs).toFixed(1)} ms.`,
        ),
        `${asked.length} questions (those with labels, and headings), each once before it is timed; one thread, one search at a time.`,
        ...httpNotes(served),
        `Cold, 30,000 passages: ${loadedMs.toFixed(0)} ms of CPU to unpack ${(packed.length / 2 ** 20).toFixed(1)} MB of gzip; to index their text takes ${(indexedMs / 1_000).toFixed(1)} s of CPU.`,
        'Copies of published documentation in which every fourth word is another; of 300,000 passages the index is grown without reading them again.',
      ],
      bars: [
        { what: 'p50 at 30,000', actual: at(0.5, smaller), kind: 'at most' as const, limit: 10, unit: 'ms' },
        { what: 'p99 at 30,000', actual: at(0.99, smaller), kind: 'at most' as const, limit: 100, unit: 'ms' },
        { what: 'p99 at 300,000', actual: at(0.99, larger), kind: 'at most' as const, limit: 150, unit: 'ms' },
        ...httpBars(served),
        ...both.map(({ name, bytesPerChunk }) => ({
          what: `memory of ${name}`,
          actual: bytesPerChunk / 1_024,
          kind: 'at most' as const,
          limit: 1.5,
          unit: 'KB a passage',
        })),
      ],
    };
  },
};

const countOf = (clients: number) => `${clients} ${clients === 1 ? 'client' : 'clients'}`;

function httpTable({ loops }: OverHttp): Table {
  const rows = loops.flatMap(({ clients, searchMs, helloMs }) =>
    [0.5, 0.99].flatMap((share) => [
      { name: `p${share * 100}, bare Fastify, ${countOf(clients)}`, samples: [quantile(share, helloMs)] },
      { name: `p${share * 100}, search, ${countOf(clients)}`, samples: [quantile(share, searchMs)] },
    ]),
  );
  return { title: 'By the clock over HTTP, 30,000 passages', unit: 'ms', better: 'less', base: rows[0]!.name, rows };
}

const httpNotes = ({ chunks, ingested, again, loops }: OverHttp) => [
  `Over HTTP: ${chunks.toLocaleString('en')} passages in the built server on its embedded engine; ${loops.map(({ clients, searchCpuMs }) => `${searchCpuMs.toFixed(1)} ms of its CPU a search with ${countOf(clients)}`).join(', ')}.`,
  `Its ingest of them from a folder: ${(ingested.cpuMs / 1_000).toFixed(1)} s of CPU, ${(ingested.wallMs / 1_000).toFixed(1)} s by the clock; again, unchanged: ${again.cpuMs.toFixed(0)} ms of CPU, ${again.wallMs.toFixed(0)} ms by the clock.`,
];

const httpBars = ({ chunks, ingested, again, loops }: OverHttp): Bar[] => [
  ...loops.map(({ clients, searchMs }) => ({
    what: `p99 at 30,000 over HTTP, ${countOf(clients)}`,
    actual: quantile(0.99, searchMs),
    kind: 'at most' as const,
    limit: 100,
    unit: 'ms',
  })),
  {
    what: 'ingest by CPU time',
    actual: chunks / (ingested.cpuMs / 1_000),
    kind: 'at least',
    limit: 500,
    unit: 'passages a second',
  },
  {
    what: 'unchanged ingest against the first, CPU time',
    actual: ingested.cpuMs / again.cpuMs,
    kind: 'at least',
    limit: 10,
    unit: 'x faster',
  },
];

/** Nothing of it stays but its bytes. */
function packedSegment(base: Segment) {
  const { value, cpuMs } = timed(() => grownByText(base, few));
  return { packed: gzipSync(packSegment(value), { level: 1 }), indexedMs: cpuMs };
}

async function measure(name: string, segment: Segment, asked: readonly string[], before: number): Promise<Measured> {
  const text = segment.chunks.reduce((sum, chunk) => sum + bytesOf(chunk.text), 0);
  const bytesPerChunk = ((await heldBytes()) - before - text) / segment.chunks.length;
  for (const query of asked) searchSegment(segment, { query, ...wanted });
  const times = asked.map((query) => timed(() => searchSegment(segment, { query, ...wanted })));
  const { chunks, pages, index } = segment;
  return {
    name,
    segment: { chunks: chunks.length, pages: pages.length, terms: index.terms.size },
    samplesMs: times.map(({ cpuMs }) => cpuMs),
    wallMs: times.map(({ wallMs }) => wallMs),
    bytesPerChunk,
  };
}

const quantile = (share: number, values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1]!;

/** As V8 holds it: two bytes a character where one of them is beyond Latin-1. */
const bytesOf = (text: string) => text.length * (/[^\0-\u00FF]/.test(text) ? 2 : 1);

/** CPU time of all threads beside the clock's: others have their turns on a busy machine. */
function timed<Value>(work: () => Value): { value: Value; cpuMs: number; wallMs: number } {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const value = work();
  return { value, cpuMs: cpuMicroseconds(before) / 1_000, wallMs: performance.now() - startedMs };
}

/** Those with labels, then headings with the one above them: what people and agents type. */
function questionsOf({ chunks }: Segment, labelled: readonly string[]): string[] {
  const random = seededRandom(8);
  const headings = Array.from({ length: questions - labelled.length }, () => {
    const { trail } = chunks[Math.floor(random() * chunks.length)]!;
    return trail.slice(-2).join(' ') || 'getting started';
  });
  return [...labelled, ...headings];
}
