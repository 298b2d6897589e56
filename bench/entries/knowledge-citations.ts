import { checkQuote, type SegmentChunk } from '@whetstone/shared/knowledge';
import { seededRandom, wilsonInterval } from '@whetstone/shared/stats';
import { segmentOfFiles } from '../../evals/src/retrieval/segment-of-files.ts';
import { cpuMicroseconds } from '../harness/cpu.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';
import { installedTwice, readCorpora, type Corpus } from '../knowledge/corpora.ts';
import { changedWith, faithful, sentencesOf, vocabularyOf, type Edit, type Quoted } from '../knowledge/quotes.ts';

const seed = 8;
const perCorpus = 150;

interface Class {
  name: string;
  quotes: number;
  accepted: { whetstone: number; grams: number };
}

/** Whether quotes are taken for what a passage says: faithful ones, and others, made from sentences of published documentation. */
export const knowledgeCitations: Entry = {
  title: 'Quotes of documentation that are checked against their passages, faithful and changed',
  lasts: 'half a minute',
  async run() {
    const reference = [referenceNs()];
    const corpora = await readCorpora();
    const pools = corpora.map(sentencesIn);
    const quotes = pools.flatMap((pool) => pool.slice(0, perCorpus));
    const random = seededRandom(seed);
    const classOf = ([name, edit]: [string, Edit]) =>
      counted(
        name,
        pools.flatMap((pool) => edited(pool, edit, random)),
      );
    const kept = Object.entries(faithful).map(classOf);
    const changed = Object.entries(changedWith(vocabularyOf(quotes))).map(classOf);
    const elsewhere = counted(
      'of another passage',
      quotes.map(({ sentence }, i) => ({
        quote: sentence,
        passage: quotes[(i + 1 + perCorpus) % quotes.length]!.chunk,
      })),
    );
    const versions = ofAnotherVersion();
    const altered = [...changed, elsewhere, ...versions.classes];
    reference.push(referenceNs());

    const before = process.cpuUsage();
    const asWritten = quotes.map(({ sentence, chunk }) => ({
      found: checkQuote(sentence, chunk.text, chunk.startLine),
      line: lineOf(sentence, chunk),
    }));
    const checkUs = cpuMicroseconds(before) / quotes.length;
    const right = asWritten.filter(({ found, line }) => found.kind === 'found' && found.firstLine === line).length;
    const table = (title: string, better: 'less' | 'more', classes: readonly Class[]) => ({
      title,
      unit: '% accepted',
      better,
      base: `${classes[0]!.name}: word 3-grams`,
      rows: classes.flatMap(({ name, quotes: n, accepted }) => [
        { name: `${name}: Whetstone`, samples: [(100 * accepted.whetstone) / n] },
        { name: `${name}: word 3-grams`, samples: [(100 * accepted.grams) / n] },
      ]),
    });
    return {
      referenceNs: reference,
      tables: [table('Faithful quotes', 'more', kept), table('Quotes that say something else', 'less', altered)],
      notes: [
        `${quotes.length} sentences of ${new Set(quotes.map(({ chunk }) => chunk)).size} passages of ${corpora.map(({ library }) => library).join(', ')}, seed ${seed}. The edits are ours; a class has sentences that allow its edit, at most ${perCorpus} of a corpus. Beside it what is often done: at least 60 % of the quote's word 3-grams somewhere in the passage.`,
        ...[...kept, ...altered].map(said),
        `The first line is told right of ${right} of ${quotes.length} sentences as they stand.`,
        `A check of a sentence as it stands takes ${checkUs.toFixed(0)} µs of CPU.`,
        ...versions.notes,
      ],
      bars: [
        ...kept.map((one) => bar(one, 'at least' as const, 95)),
        ...altered.map((one) => bar(one, 'at most' as const, 2)),
      ],
    };
  },
};

const bar = <Kind extends 'at least' | 'at most'>({ name, accepted, quotes }: Class, kind: Kind, limit: number) => ({
  what: name,
  actual: (100 * accepted.whetstone) / quotes,
  kind,
  limit,
  unit: '% accepted',
});

function said({ name, quotes, accepted: { whetstone } }: Class): string {
  const [low, high] = wilsonInterval(whetstone, quotes);
  return `${name}: ${whetstone} of ${quotes} accepted, ${percent(whetstone / quotes)} % [${percent(low)}, ${percent(high)}].`;
}

const percent = (share: number) => (100 * share).toFixed(1);

function counted(
  name: string,
  cases: readonly { quote: string; passage: Pick<SegmentChunk, 'text' | 'startLine'> }[],
): Class {
  const isAccepted = cases.map(
    ({ quote, passage }) => checkQuote(quote, passage.text, passage.startLine).kind === 'found',
  );
  return {
    name,
    quotes: cases.length,
    accepted: {
      whetstone: isAccepted.filter(Boolean).length,
      grams: cases.filter(({ quote, passage }) => shareOfGrams(quote, passage.text) >= 0.6).length,
    },
  };
}

function shareOfGrams(quote: string, passage: string): number {
  const [asked, there] = [gramsOf(quote), new Set(gramsOf(passage))];
  return asked.filter((gram) => there.has(gram)).length / Math.max(1, asked.length);
}

function gramsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.slice(2).map((word, i) => `${words[i]} ${words[i + 1]} ${word}`);
}

/** Every sentence once, in an order of chance. */
function sentencesIn({ library, files }: Corpus): Quoted[] {
  const all = segmentOfFiles(library, files).chunks.flatMap(sentencesOf);
  const single = [...new Map(all.map((one) => [one.sentence, one])).values()];
  return shuffled(single, seededRandom(seed));
}

/** The first of a pool that allow the edit. */
function edited(pool: readonly Quoted[], edit: Edit, random: () => number) {
  const cases: { quote: string; passage: SegmentChunk }[] = [];
  for (const { sentence, chunk } of pool) {
    const quote = cases.length < perCorpus ? edit(sentence, random) : undefined;
    if (quote !== undefined) cases.push({ quote, passage: chunk });
  }
  return cases;
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const drawn = items.map((item) => ({ item, at: random() }));
  return drawn.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}

const lineOf = (sentence: string, { text, startLine }: SegmentChunk) =>
  startLine + text.slice(0, text.indexOf(sentence)).split('\n').length - 1;

/** Sentences of an older version of a page whose words do not stand in its newer version in their order. */
function ofAnotherVersion(): { classes: Class[]; notes: string[] } {
  const both = installedTwice();
  if (!both) return { classes: [], notes: ['Of another version: no documentation is installed in two versions.'] };
  const newer = new Map(both.newer.map(({ path, text }) => [path, text]));
  const shared = both.older.filter(({ path }) => newer.has(path));
  const all = segmentOfFiles('older', shared).chunks.flatMap((chunk) =>
    sentencesOf(chunk).map((one) => ({ ...one, page: newer.get(shared[chunk.page]!.path)! })),
  );
  const gone = all.filter(({ sentence, page }) => !wordsTold(page).includes(wordsTold(sentence)));
  const cases = gone.map(({ sentence, page }) => ({ quote: sentence, passage: { text: page, startLine: 1 } }));
  return {
    classes: cases.length === 0 ? [] : [counted('of another version', cases)],
    notes: [
      `Of another version: ${gone.length} of ${all.length} sentences of ${both.versions.join(' that ')} does not say in the same words, against its whole page.`,
    ],
  };
}

const wordsTold = (text: string) => {
  const words =
    text
      .replaceAll(/\]\([^)\s]*\)/g, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return ` ${words.filter((word) => !['a', 'an', 'the'].includes(word)).join(' ')} `;
};
