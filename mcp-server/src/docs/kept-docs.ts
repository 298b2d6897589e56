import {
  chooseVersion,
  citationIdOf,
  checkQuote,
  placeOfQuote,
  searchSegment,
  unpackSegment,
  type Segment,
  type SegmentChunk,
  type SegmentPage,
} from '@whetstone/shared/knowledge';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { CheckedCitation, CitationClaim, DocPassage } from '../docs-answer.ts';
import type { KeptAbout, KeptFile } from './segment-file.ts';
import type { SegmentStore } from './segment-store.ts';

/** A version that is kept here, ready to be searched. */
export interface KeptVersion {
  about: KeptAbout;
  segments: readonly Segment[];
}

/** When it was last compared with its source: its content is no older than the cloud says since. */
export const dataAtOf = ({ about, segments }: KeptVersion) => about.dataAt ?? segments[0]?.dataAt;

export interface Chosen {
  kept: KeptVersion | undefined;
  problem?: string | undefined;
}

/** Documentation on this machine. */
export interface KeptDocs {
  libraries(): Promise<string[]>;
  has(library: string): Promise<boolean>;
  aboutOf(library: string, version: string): Promise<KeptAbout | undefined>;
  /** The version asked for, else the one nearest to it. */
  choose(library: string, version: string | undefined): Promise<Chosen>;
  /** All that is here, one after the other, the one used last first. */
  all(): AsyncIterable<KeptVersion>;
  /** Every version of a library. */
  of(library: string): AsyncIterable<KeptVersion>;
}

/** Unpacked versions that are held at once: searching jumps between few. */
const mostUnpacked = 4;
const mostUnpackedBytes = 256 * 2 ** 20;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export function keptDocs(store: SegmentStore): KeptDocs {
  const unpacked = new Map<string, KeptVersion>();

  async function load({ library, version, stamp }: KeptAbout): Promise<Chosen> {
    const key = JSON.stringify([library, version, stamp]);
    const known = unpacked.get(key);
    if (known) return { kept: known };
    const { kept: file, problem } = await store.read(library, version);
    if (!file) return { kept: undefined, problem };
    const segments = await segmentsIn(file).catch(() => undefined);
    if (!segments)
      return { kept: undefined, problem: `The copy of ${library} ${version} is of another whetstone-mcp.` };
    const kept = { about: file.about, segments };
    if (unpacked.size >= mostUnpacked) unpacked.delete(unpacked.keys().next().value!);
    unpacked.set(key, kept);
    return { kept };
  }

  async function* loaded(isWanted: (about: KeptAbout) => boolean) {
    for (const about of (await store.list()).filter(isWanted)) {
      const { kept } = await load(about);
      if (kept) yield kept;
    }
  }

  return {
    libraries: async () => [...new Set((await store.list()).map(({ library }) => library))],
    has: async (library) => (await store.list()).some((about) => isSame(about.library, library)),
    aboutOf: async (library, version) =>
      (await store.list()).find((about) => about.library === library && about.version === version),

    async choose(library, version) {
      let problem: string | undefined;
      let here = (await store.list()).filter((about) => isSame(about.library, library));
      while (here.length > 0) {
        const versions = here.map((about) => about.version);
        const { answered } = chooseVersion(version, versions);
        const about = here.find((one) => one.version === answered) ?? here[0]!;
        const found = await load(about);
        problem ??= found.problem;
        if (found.kept) return { kept: found.kept, problem };
        here = here.filter((one) => one !== about);
      }
      return { kept: undefined, problem };
    },

    all: () => loaded(() => true),
    of: (library) => loaded((about) => about.library === library),
  };
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Each part is a segment of its own, or all of them together are one that was cut for the way. */
async function segmentsIn({ parts }: KeptFile): Promise<Segment[]> {
  const options = { maxOutputLength: mostUnpackedBytes };
  const plain = (bytes: Uint8Array) => promisify(gunzip)(bytes, options).then(aligned);
  try {
    return (await Promise.all(parts.map(plain))).map(unpackSegment);
  } catch (error) {
    if (parts.length === 1) throw error;
    return [unpackSegment(await plain(Buffer.concat(parts)))];
  }
}

/** Where its arrays can be read in place. */
const aligned = (bytes: Buffer) => new Uint8Array(bytes);

interface Wanted {
  query: string;
  limit: number;
  tokenBudget: number;
}

/** As the cloud would answer from the same segments. */
export function searchKept({ segments }: KeptVersion, wanted: Wanted): DocPassage[] {
  const hits = segments.flatMap((segment) => searchSegment(segment, wanted).map((hit) => ({ ...hit, segment })));
  const best = Math.max(0, ...hits.map(({ score }) => score));
  let left = wanted.tokenBudget;
  return hits
    .toSorted((a, b) => b.score - a.score)
    .slice(0, wanted.limit)
    .filter(({ chunk }, at) => {
      left -= Math.ceil(chunk.text.length / 4);
      return left >= 0 || at === 0;
    })
    .map(({ chunk, page, score, segment }) => ({
      ...passageOf(segment, page, chunk),
      relevance: best === 0 ? 0 : score / best,
    }));
}

function passageOf(segment: Segment, page: SegmentPage, chunk: SegmentChunk): Omit<DocPassage, 'relevance'> {
  const { library, version, provenance } = segment;
  const { symbol } = chunk;
  return {
    snippet: chunk.text,
    url: urlOf(page, chunk),
    library,
    version,
    title: page.title,
    heading: chunk.trail.join(' > '),
    path: page.path,
    startLine: chunk.startLine,
    endLine: chunk.endLine,
    contentHash: chunk.contentHash,
    citationId: idOf(segment, page, chunk),
    trust: 'untrusted-documentation',
    provenance,
    symbol: symbol ? { ...symbol, deprecated: symbol.deprecated ?? null } : null,
    warnings: [...chunk.warnings],
    stale: page.isStale,
  };
}

const idOf = (
  { library, version }: Segment,
  { path }: SegmentPage,
  { startLine, endLine, contentHash }: SegmentChunk,
) => citationIdOf({ library, version, path, startLine, endLine, contentHash }, sha256);

const urlOf = ({ url }: SegmentPage, { anchor }: SegmentChunk) =>
  anchor === undefined || url.includes('#') ? url : `${url}#${anchor}`;

export interface KeptPage {
  page: SegmentPage;
  text: string;
}

/** A page put together from what is searched; blank where nothing was worth it. */
export function pageKept({ segments }: KeptVersion, path: string): KeptPage | undefined {
  for (const { pages, chunks } of segments) {
    const number = pages.findIndex((page) => page.path === path);
    if (number === -1) continue;
    const lines = new Map<number, string>();
    let wasCut = false;
    for (const { page, text, startLine, endLine } of chunks) {
      if (page !== number) continue;
      const parts = text.split('\n');
      // A block of code that was cut in two has a line of its own at the cut, on either side.
      const added = parts.length - (endLine - startLine + 1);
      const own = wasCut ? parts.slice(1) : parts;
      wasCut = added - (wasCut ? 1 : 0) > 0;
      for (const [at, line] of own.slice(0, endLine - startLine + 1).entries()) {
        const known = lines.get(startLine + at);
        lines.set(startLine + at, known === undefined || at > 0 ? line : known + line);
      }
    }
    const page = pages[number]!;
    const text = Array.from({ length: page.lines }, (_, at) => lines.get(at + 1) ?? '').join('\n');
    return { page, text };
  }
  return undefined;
}

/** The paths of a version that are most like one that it does not have. */
export const pathsOf = ({ segments }: KeptVersion) => segments.flatMap(({ pages }) => pages.map(({ path }) => path));

/** Checks claims by what is here, as the cloud would; what is of no version here is unknown. */
export async function checkKept(
  claims: readonly CitationClaim[],
  { all, of }: { all: () => AsyncIterable<KeptVersion>; of: KeptDocs['of'] },
) {
  const open = new Set(claims.keys());
  const checked = new Map<number, CheckedCitation>();
  for await (const { segments } of all()) {
    for (const segment of segments) {
      const ids = new Set([...open].flatMap((number) => claims[number]!.citationId ?? []));
      const byId =
        ids.size === 0 ? [] : segment.chunks.filter((chunk) => ids.has(idOf(segment, pageOf(segment, chunk), chunk)));
      for (const number of open) {
        const claim = claims[number]!;
        const candidates =
          claim.citationId === undefined
            ? segment.chunks.filter((chunk) => isAt(claim.url, pageOf(segment, chunk), chunk))
            : byId.filter((chunk) => idOf(segment, pageOf(segment, chunk), chunk) === claim.citationId);
        const verdict = bestOf(candidates.map((chunk) => verdictOn(claim, segment, chunk)));
        if (!verdict) continue;
        checked.set(number, verdict);
        open.delete(number);
      }
    }
    if (open.size === 0) break;
  }
  const verdicts = claims.map((claim, number) => checked.get(number) ?? unknown(claim));
  const final: CheckedCitation[] = [];
  // One after the other: few versions are held at once.
  for (const verdict of verdicts) final.push(await ofAnotherVersion(verdict, of));
  return final;
}

/** What the version cited does not say anywhere, and another one that is here does. */
async function ofAnotherVersion(said: CheckedCitation, of: KeptDocs['of']): Promise<CheckedCitation> {
  const { library, version, quote } = said;
  if (library === null || (said.verdict !== 'altered' && said.verdict !== 'unknown')) return said;
  const places = new Map<string, string>();
  for await (const { segments } of of(library))
    for (const segment of segments) {
      const place = placeOfQuote(segment, quote);
      if (place !== undefined) places.set(segment.version, place);
    }
  const here = places.get(version!);
  if (here !== undefined)
    return { ...said, verdict: 'unknown', changes: [], detail: `it stands in ${here}, not where it is cited` };
  const [other] = places;
  if (!other) return said;
  const detail = `${library} ${version} does not say so, ${other[0]} (${other[1]}) does`;
  return { ...said, verdict: 'wrong_version', changes: [], detail };
}

const pageOf = ({ pages }: Segment, { page }: SegmentChunk) => pages[page]!;

const isAt = (url: string | undefined, page: SegmentPage, chunk: SegmentChunk) =>
  url !== undefined && (url === page.url || url === urlOf(page, chunk));

/** Of the passages of a page the one that says it, else the one that is most like it. */
const bestOf = (verdicts: readonly CheckedCitation[]) =>
  verdicts.find(({ verdict }) => verdict === 'found' || verdict === 'stale') ??
  verdicts.find(({ verdict }) => verdict === 'altered') ??
  verdicts[0];

function verdictOn(claim: CitationClaim, segment: Segment, chunk: SegmentChunk): CheckedCitation {
  const page = pageOf(segment, chunk);
  const compared = checkQuote(claim.quote, chunk.text, chunk.startLine);
  const place = {
    library: segment.library,
    version: segment.version,
    path: page.path,
    startLine: compared.kind === 'absent' ? chunk.startLine : compared.firstLine,
    endLine: compared.kind === 'absent' ? chunk.endLine : compared.lastLine,
  };
  const said = { citationId: claim.citationId ?? null, url: claim.url ?? page.url, quote: claim.quote, ...place };
  if (compared.kind === 'altered') {
    const [{ was, is } = { was: '', is: '' }] = compared.changes;
    return {
      ...said,
      verdict: 'altered',
      detail: `the page says "${was}" where the quote says "${is}"`,
      changes: compared.changes,
    };
  }
  if (compared.kind === 'absent')
    return { ...said, verdict: 'unknown', detail: 'the passage says nothing like it', changes: [] };
  if (page.isStale) return { ...said, verdict: 'stale', detail: 'the page is gone from its source since', changes: [] };
  return { ...said, verdict: 'found', detail: null, changes: [] };
}

const unknown = ({ citationId, url, quote }: CitationClaim): CheckedCitation => ({
  citationId: citationId ?? null,
  url: url ?? null,
  quote,
  verdict: 'unknown',
  detail: 'no documentation kept on this machine has that passage',
  changes: [],
  library: null,
  version: null,
  path: null,
  startLine: null,
  endLine: null,
});
