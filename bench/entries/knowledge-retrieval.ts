import { pairedBootstrap } from '@whetstone/shared/stats';
import type { Segment } from '@whetstone/shared/knowledge';
import { readContent } from '../../evals/src/datasets/read-rows.ts';
import { measuresOf, type Measures } from '../../evals/src/retrieval/measures.ts';
import { queriesIn, type LabelledQuery } from '../../evals/src/retrieval/queries.ts';
import { gradesOf } from '../../evals/src/retrieval/score.ts';
import { segmentOfFiles } from '../../evals/src/retrieval/segment-of-files.ts';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';
import { labelledQueries, readCorpora } from '../knowledge/corpora.ts';
import { miniSearch, miniSearchOneField, ours, oursAsServed, postgresRivals, type Rival } from '../knowledge/rivals.ts';

interface Asked {
  query: LabelledQuery;
  measures: Measures;
  tookMs: number;
}

interface Result {
  name: string;
  asked: Asked[];
}

const everything = 'all';

/** The same questions to the same passages; pages are ranked, and for rivals a page stands where its best passage does. */
export const knowledgeRetrieval: Entry = {
  title: 'Pages found for labelled questions: field-weighted BM25 with pages rolled up, and what else one would take',
  lasts: 'a minute',
  async run() {
    const { adminUrl, stop } = await startPostgres();
    try {
      const { rivals, close } = await postgresRivals((await freshDatabase(adminUrl)).url);
      try {
        return await measure([ours, oursAsServed, miniSearch, miniSearchOneField, ...rivals]);
      } finally {
        await close();
      }
    } finally {
      await stop();
    }
  },
};

async function measure(rivals: readonly Rival[]) {
  const reference = [referenceNs()];
  const corpora = await readCorpora();
  const segments = new Map(corpora.map(({ library, files }) => [library, segmentOfFiles(library, files)]));
  const all = queriesIn(await readContent(labelledQueries));
  const queries = all.filter(({ library }) => segments.has(library ?? ''));
  const results: Result[] = [];
  for (const rival of rivals) results.push({ name: rival.name, asked: await ask(rival, queries, segments) });
  reference.push(referenceNs());

  const [best] = results as [Result, ...Result[]];
  const groups = [everything, ...new Set(queries.map(({ library }) => library!))].toSorted((a, b) =>
    a === everything ? -1 : b === everything ? 1 : a.localeCompare(b),
  );
  const tableOf = (title: string, measure: keyof Measures) => ({
    title,
    unit: '%',
    better: 'more' as const,
    base: `${everything}: ${best.name}`,
    rows: groups.flatMap((group) =>
      results.map(({ name, asked }) => ({
        name: `${group}: ${name}`,
        samples: [100 * meanOf(within(asked, group), measure)],
      })),
    ),
  });
  const left = [...new Set(all.filter((query) => !queries.includes(query)).map(({ library }) => library))];
  return {
    referenceNs: reference,
    tables: [
      tableOf('R@5', 'recallAt5'),
      tableOf('MRR@10', 'mrrAt10'),
      {
        title: 'Time to an answer, warm',
        unit: 'ms',
        better: 'less' as const,
        base: best.name,
        rows: results.map(({ name, asked }) => ({ name, samples: asked.map(({ tookMs }) => tookMs) })),
      },
    ],
    notes: [
      `${queries.length} of ${all.length} labelled questions; their corpora: ${corpora.map(({ library, files }) => `${library} ${files.length} pages, ${segments.get(library)!.chunks.length} passages`).join('; ')}. Not there: ${left.join(', ')}.`,
      'The weights of the roll-up were chosen on these questions among others: on unseen ones expect less. Figures of one corpus rest on one to seven questions.',
      ...results
        .slice(1)
        .flatMap(({ name, asked }) =>
          groups
            .filter((group) => within(asked, group).length > 1)
            .map(
              (group) =>
                `${best.name} over ${name}, ${group}: ${difference(within(best.asked, group), within(asked, group))}`,
            ),
        ),
    ],
    bars: [
      { what: 'R@5', actual: 100 * meanOf(best.asked, 'recallAt5'), kind: 'at least' as const, limit: 80, unit: '%' },
      { what: 'MRR@10', actual: 100 * meanOf(best.asked, 'mrrAt10'), kind: 'at least' as const, limit: 78, unit: '%' },
    ],
  };
}

async function ask(
  rival: Rival,
  queries: readonly LabelledQuery[],
  segments: ReadonlyMap<string, Segment>,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const [library, segment] of segments) {
    const find = await rival.over(segment);
    for (const query of queries.filter((one) => one.library === library)) {
      await find(query.query);
      const startedMs = performance.now();
      const pages = await find(query.query);
      const tookMs = performance.now() - startedMs;
      const { grades, unknown } = gradesOf(query.labels, segment.pages);
      if (unknown.length > 0) throw new Error(`${query.id}: ${library} has no page ${unknown.join(', ')}`);
      const ranked = pages.map((page) => grades.get(segment.pages[page]!.path) ?? 0);
      asked.push({ query, measures: measuresOf(ranked, [...grades.values()]), tookMs });
    }
  }
  return asked;
}

const within = (asked: readonly Asked[], group: string) =>
  asked.filter(({ query }) => group === everything || query.library === group);

const meanOf = (asked: readonly Asked[], measure: keyof Measures) =>
  asked.reduce((sum, { measures }) => sum + measures[measure], 0) / asked.length;

/** 95 % by the paired bootstrap over questions. */
function difference(one: readonly Asked[], other: readonly Asked[]): string {
  const said = (['recallAt5', 'mrrAt10'] as const).map((measure) => {
    const each = one.map(({ measures }, i) => measures[measure] - other[i]!.measures[measure]);
    const mean = each.reduce((sum, value) => sum + value, 0) / each.length;
    const interval = pairedBootstrap(each, { draws: 10_000 })?.interval;
    const ends = interval ? ` [${interval.map(points).join(', ')}]` : '';
    return `${measure === 'recallAt5' ? 'R@5' : 'MRR@10'} ${points(mean)}${ends}`;
  });
  return `${said.join(', ')} points (${one.length})`;
}

const points = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`;
