import MiniSearch from 'minisearch';
import pg from 'pg';
import { searchSegment, type Segment } from '@whetstone/shared/knowledge';

/** Finds pages of one library: their numbers, best first, none twice. */
export type FindPages = (query: string) => Promise<number[]> | number[];

export interface Rival {
  name: string;
  over: (segment: Segment) => Promise<FindPages> | FindPages;
}

const pages = (found: Iterable<number>) => [...new Set(found)].slice(0, 10);

const foundBy = (segment: Segment, wanted: { limit: number; tokenBudget: number }): FindPages => {
  const numbers = new Map(segment.pages.map(({ path }, number) => [path, number]));
  return (query) => pages(searchSegment(segment, { query, ...wanted }).map(({ page }) => numbers.get(page.path)!));
};

export const ours: Rival = {
  name: 'Whetstone',
  over: (segment) => foundBy(segment, { limit: 10, tokenBudget: Number.MAX_SAFE_INTEGER }),
};

/** What an agent gets that asks for nothing else. */
export const oursAsServed: Rival = {
  name: 'Whetstone, 5 results in 4,000 tokens',
  over: (segment) => foundBy(segment, { limit: 5, tokenBudget: 4_000 }),
};

const documents = ({ pages: all, chunks }: Segment) =>
  chunks.map(({ page, trail, text }, id) => ({ id, title: all[page]!.title, trail: trail.join(' > '), text }));

const miniSearchOver = (segment: Segment, docs: { id: number }[], fields: string[]): FindPages => {
  const index = new MiniSearch({ fields });
  index.addAll(docs);
  return (query) => pages(index.search(query).map(({ id }) => segment.chunks[id as number]!.page));
};

/** MiniSearch as it comes: BM25+ over passages, any of the words. */
export const miniSearch: Rival = {
  name: 'MiniSearch',
  over: (segment) => miniSearchOver(segment, documents(segment), ['title', 'trail', 'text']),
};

export const miniSearchOneField: Rival = {
  name: 'MiniSearch, one field',
  over: (segment) => {
    const docs = documents(segment).map(({ id, title, trail, text }) => ({ id, all: [title, trail, text].join('\n') }));
    return miniSearchOver(segment, docs, ['all']);
  },
};

/** How PostgreSQL is asked, with `$2` for the question. */
const anyWord = "replace(plainto_tsquery('english', $2)::text, ' & ', ' | ')::tsquery";
const everyWord = "websearch_to_tsquery('english', $2)";

/** Title, headings and text weigh as with us in order; D, C, B, A is the order of the array. */
export async function postgresRivals(url: string): Promise<{ rivals: Rival[]; close: () => Promise<void> }> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create table chunk (library text, page int, at int, tsv tsvector)');
  const filled = new Map<Segment, Promise<void>>();
  const fill = async (segment: Segment) => {
    const docs = documents(segment).map((doc) => ({ ...doc, text: doc.text.replaceAll('\0', '').slice(0, 20_000) }));
    await client.query(
      `insert into chunk select $1, page, at, setweight(to_tsvector('english', title), 'A')
         || setweight(to_tsvector('english', trail), 'B') || setweight(to_tsvector('english', body), 'D')
       from unnest($2::int[], $3::int[], $4::text[], $5::text[], $6::text[]) as doc(page, at, title, trail, body)`,
      [
        segment.library,
        docs.map(({ id }) => segment.chunks[id]!.page),
        docs.map(({ id }) => id),
        docs.map(({ title }) => title),
        docs.map(({ trail }) => trail),
        docs.map(({ text }) => text),
      ],
    );
    await client.query('create index if not exists chunk_tsv on chunk using gin (tsv)');
    await client.query('analyze chunk');
  };
  const rival = (name: string, asked: string): Rival => ({
    name,
    over: async (segment) => {
      const filling = filled.get(segment) ?? fill(segment);
      filled.set(segment, filling);
      await filling;
      return async (query) => {
        const { rows } = await client.query<{ page: number }>(
          `select page from chunk, (select ${asked} as q) as asked
           where library = $1 and tsv @@ q
           order by ts_rank_cd('{0.1, 0.2, 0.5, 1}', tsv, q, 1) desc, at limit 200`,
          [segment.library, query],
        );
        return pages(rows.map(({ page }) => page));
      };
    },
  });
  return {
    rivals: [rival('PostgreSQL, any of the words', anyWord), rival('PostgreSQL, websearch_to_tsquery', everyWord)],
    close: () => client.end(),
  };
}
