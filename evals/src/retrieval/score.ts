import { WhetstoneError } from '@whetstone/shared/errors';
import { bootstrapInterval, sortedQuantile, type Interval } from '@whetstone/shared/stats';
import { measuresOf, type Measures } from './measures.ts';
import { pageOfLabel, type FoundPage } from './pages.ts';
import type { Label, LabelledQuery } from './queries.ts';
import type { Found, Searcher } from './searcher.ts';

export interface ScoredQuery extends Measures {
  id: string;
  query: string;
  kind: string | undefined;
  library: string | undefined;
  version: string | undefined;
  /** Paths of the pages found, best first. */
  pages: string[];
  /** Pages with a grade above 0 among them. */
  relevantFound: number;
  note: string | undefined;
  tookMs: number;
}

export interface Mean {
  mean: number;
  /** 95 %; null for fewer than two queries. */
  interval: Interval | null;
}

export type Means = { queries: number } & Record<keyof Measures, Mean>;

export interface Scores {
  all: Means;
  kinds: Record<string, Means>;
  libraries: Record<string, Means>;
  latencyMs: { p50: number; p99: number };
  /** Labels that no page of the documentation answers to: these pages cannot be found. */
  unknownLabels: { id: string; page: string }[];
  leftOut: { id: string; why: string }[];
  queries: ScoredQuery[];
}

interface Timed {
  query: LabelledQuery;
  found: Found;
  tookMs: number;
}

/** Puts every query, one after another, and compares what is found with what is labelled. */
export async function scoreQueries(
  queries: readonly LabelledQuery[],
  searcher: Searcher,
  { signal, nowMs }: { signal: AbortSignal; nowMs: () => number },
): Promise<Scores> {
  const answered: Timed[] = [];
  const leftOut: Scores['leftOut'] = [];
  for (const query of queries) {
    signal.throwIfAborted();
    const why = await searcher.cannotAnswer(query.library);
    if (why !== undefined) {
      leftOut.push({ id: query.id, why });
      continue;
    }
    // Reading a folder is not searching it.
    await searcher.pagesOf(query.library);
    const startedMs = nowMs();
    const found = await searcher.search(query);
    answered.push({ query, found, tookMs: nowMs() - startedMs });
  }
  if (answered.length === 0)
    throw new WhetstoneError('not_found', `no query can be put: ${leftOut[0]?.why ?? 'there is none'}`);
  const unknownLabels: Scores['unknownLabels'] = [];
  const scored: ScoredQuery[] = [];
  for (const one of answered) {
    const { library } = one.query;
    const all = await searcher.pagesOf(library);
    const pages = all ?? answered.filter(({ query }) => query.library === library).flatMap(({ found }) => found.pages);
    const { grades, unknown } = gradesOf(one.query.labels, pages);
    if (all) unknownLabels.push(...unknown.map((page) => ({ id: one.query.id, page })));
    scored.push(scoredOf(one, grades));
  }
  return { ...summaryOf(scored), unknownLabels, leftOut, queries: scored };
}

/** By path. Of two labels that mean the same page the better one counts; what is nowhere is labelled and never found. */
export function gradesOf(labels: readonly Label[], pages: readonly FoundPage[]) {
  const grades = new Map<string, number>();
  const unknown: string[] = [];
  for (const { page: label, grade } of labels) {
    const page = pageOfLabel(label, pages);
    if (!page && grade > 0) unknown.push(label);
    const key = page?.path ?? label;
    grades.set(key, Math.max(grade, grades.get(key) ?? 0));
  }
  return { grades, unknown };
}

function scoredOf({ query, found, tookMs }: Timed, grades: ReadonlyMap<string, number>): ScoredQuery {
  const pages = [...new Set(found.pages.map(({ path }) => path))];
  const ranked = pages.map((path) => grades.get(path) ?? 0);
  return {
    id: query.id,
    query: query.query,
    kind: query.kind,
    library: query.library,
    version: query.version,
    ...measuresOf(ranked, [...grades.values()]),
    pages,
    relevantFound: ranked.filter((grade) => grade > 0).length,
    note: found.note,
    tookMs,
  };
}

function summaryOf(scored: readonly ScoredQuery[]) {
  const times = scored.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  return {
    all: meansOf(scored),
    kinds: meansBy(scored, ({ kind }) => kind),
    libraries: meansBy(scored, ({ library }) => library),
    latencyMs: { p50: sortedQuantile(times, 0.5), p99: sortedQuantile(times, 0.99) },
  };
}

function meansBy(scored: readonly ScoredQuery[], nameOf: (one: ScoredQuery) => string | undefined) {
  const names = [...new Set(scored.map(nameOf))].filter((name) => name !== undefined).toSorted();
  return Object.fromEntries(names.map((name) => [name, meansOf(scored.filter((one) => nameOf(one) === name))]));
}

const meansOf = (scored: readonly ScoredQuery[]): Means => ({
  queries: scored.length,
  recallAt5: meanOf(scored.map(({ recallAt5 }) => recallAt5)),
  mrrAt10: meanOf(scored.map(({ mrrAt10 }) => mrrAt10)),
  ndcgAt10: meanOf(scored.map(({ ndcgAt10 }) => ndcgAt10)),
});

/** Queries are drawn, as whoever asks next draws them; percentiles, since measures that are 0 or 1 upset BCa. */
const meanOf = (values: readonly number[]): Mean => ({
  mean: average(values),
  interval: bootstrapInterval(values, average, { method: 'percentile' }) ?? null,
});

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
