import type { VerifiedCitation } from '@whetstone/shared/contract';
import {
  checkQuote,
  chunksOf,
  compareVersions,
  findQuote,
  linesText,
  placeOfQuote,
  type Segment,
} from '@whetstone/shared/knowledge';
import type { Ctx } from '../../../context.ts';
import type { SegmentStore } from '../search/segment-store.ts';
import type { VisibleVersion } from '../search/visible-versions.ts';
import type { Place } from './place.ts';
import { verifyRepository, type CurrentPage } from './repository.ts';

interface Case {
  ctx: Ctx;
  quote: string;
  place: Place;
  versions: readonly VisibleVersion[];
  segments: SegmentStore;
}

export type Judgement = Pick<VerifiedCitation, 'verdict' | 'detail' | 'changes' | 'startLine' | 'endLine'>;

/** Other versions that are looked at by their page of the same path, and those that are searched whole. */
const mostPages = 20;
const mostSearched = 5;

/** Whether a place says what is quoted of it, and if not, what is the matter: see `Verdict`. */
export async function judge(one: Case): Promise<Judgement> {
  const { ctx, place, versions, quote } = one;
  const cited = versions.find(({ id }) => id === place.versionId);
  if (!cited) return unknown(`the documentation of ${place.library} ${place.version} is here no more`);
  const segment = await one.segments.of(ctx, cited);
  const [page] = await ctx.transaction((tx) => verifyRepository.pages(tx, [cited.id], place.path));
  const passage = passageOf(place, page, segment);
  const said = passage && checkQuote(quote, passage.text, passage.startLine);
  if (said?.kind === 'found') return standsIn(page, said, null);

  const onPage = page && findQuote(quote, page.text);
  // What begins in the passage and ends behind it was read there all the same.
  if (passage && onPage && overlap(onPage, passage)) return standsIn(page, onPage, null);
  if (!passage && onPage) return standsIn(page, onPage, 'the page has changed since it was cited, and still says so');
  if (onPage) return unknown(`the page says so in ${linesText(onPage)}, not where it is cited`, passage);

  const former = await formerText(one, passage !== undefined);
  if (former?.kind === 'found')
    return { ...nothing, verdict: 'stale', detail: 'the page said so when it was cited, and has changed since' };
  const elsewhere = segment && placeOfQuote(segment, quote);
  if (elsewhere) return unknown(`it stands in ${elsewhere}, not where it is cited`, passage);
  const other = await otherVersion(one);
  if (other !== undefined)
    return {
      ...nothing,
      ...linesOf(passage),
      verdict: 'wrong_version',
      detail: `${place.library} ${place.version} does not say so, ${other} does`,
    };
  const alike = said?.kind === 'altered' ? said : former;
  if (alike?.kind !== 'altered')
    return unknown(`nothing like it stands ${place.passage ? 'where it is cited' : 'on the page'}`, passage);
  const { changes, firstLine, lastLine } = alike;
  const detail = `${changes.length === 1 ? 'one place differs' : `${changes.length} places differ`} from what is cited`;
  return { verdict: 'altered', detail, changes, startLine: firstLine, endLine: lastLine };
}

interface Passage {
  text: string;
  startLine: number;
  endLine: number;
}

/** As it stands now, wherever in its page; undefined where the page has it no more. */
function passageOf({ passage, path }: Place, page: CurrentPage | undefined, segment: Segment | undefined) {
  if (!passage) return page && { text: page.text, startLine: 1, endLine: page.lines };
  const number = segment?.pages.findIndex((one) => one.path === path) ?? -1;
  const same = (segment?.chunks ?? []).filter(
    (chunk) => chunk.page === number && chunk.contentHash === passage.contentHash,
  );
  return (same.find(({ startLine }) => startLine === passage.startLine) ?? same[0]) satisfies Passage | undefined;
}

/** What a page of the version said before; of a passage that stands there still, nothing else is asked. */
async function formerText({ ctx, quote, place }: Case, stillStands: boolean) {
  const word = longestWord(quote);
  if (word === undefined) return undefined;
  const texts = await ctx.transaction((tx) => verifyRepository.formerTexts(tx, place.versionId, word));
  const { passage } = place;
  if (!stillStands && passage) {
    // The very passage that was cited, where its text is known.
    const cited = texts.flatMap((text) => chunksOf(text).filter((chunk) => chunk.startLine === passage.startLine));
    for (const { text, startLine } of cited) {
      const said = checkQuote(quote, text, startLine);
      if (said.kind !== 'absent') return said;
    }
  }
  const found = texts.map((text) => findQuote(quote, text)).find((lines) => lines !== undefined);
  return found && { kind: 'found' as const, ...found };
}

const longestWord = (quote: string) =>
  quote.match(/[A-Za-z0-9]+/g)?.reduce((longest, word) => (word.length > longest.length ? word : longest));

/** Which other version says it, and where. */
async function otherVersion({ ctx, quote, place, versions, segments }: Case): Promise<string | undefined> {
  const others = versions
    .filter(({ library, version }) => library === place.library && version !== place.version)
    .toSorted((a, b) => compareVersions(b.version, a.version))
    .slice(0, mostPages);
  const ids = others.map(({ id }) => id);
  const pages = await ctx.transaction((tx) => verifyRepository.pages(tx, ids, place.path));
  for (const { id, version } of others) {
    const page = pages.find(({ versionId }) => versionId === id);
    const lines = page && findQuote(quote, page.text);
    if (lines) return `${version} (${place.path}, ${linesText(lines)})`;
  }
  for (const other of others.slice(0, mostSearched)) {
    const segment = await segments.of(ctx, other);
    const where = segment && placeOfQuote(segment, quote);
    if (where !== undefined) return `${other.version} (${where})`;
  }
  return undefined;
}

interface Lines {
  firstLine: number;
  lastLine: number;
}

const nothing = { changes: [], startLine: null, endLine: null };

const unknown = (detail: string, passage?: Passage): Judgement => ({
  ...nothing,
  ...linesOf(passage),
  verdict: 'unknown',
  detail,
});

const standsIn = (page: CurrentPage | undefined, { firstLine, lastLine }: Lines, detail: string | null): Judgement => ({
  ...(page?.isStale
    ? { verdict: 'stale', detail: 'the page is gone from its source since' }
    : { verdict: 'found', detail }),
  changes: [],
  startLine: firstLine,
  endLine: lastLine,
});

const linesOf = (passage: Passage | undefined) => ({
  startLine: passage?.startLine ?? null,
  endLine: passage?.endLine ?? null,
});

const overlap = ({ firstLine, lastLine }: Lines, { startLine, endLine }: Passage) =>
  firstLine <= endLine && lastLine >= startLine;
