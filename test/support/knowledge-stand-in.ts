import {
  knowledgeVerify,
  searchKnowledge,
  SearchRequest,
  VerifyRequest,
  type SearchResult,
} from '@whetstone/shared/contract';
import {
  checkQuote,
  chooseVersion,
  chunksOf,
  citationIdOf,
  contentHashOf,
  packSegment,
  searchSegment,
  segmentOf,
  warningsOf,
  type Segment,
} from '@whetstone/shared/knowledge';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { listening } from './listening.ts';

/** Pages by path, of a version. */
export interface StandInVersion {
  library: string;
  version: string;
  pages: Readonly<Record<string, string>>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const dataAt = '2026-11-20T10:00:00.000Z';
/** What was packed then was found to be the same again. */
const lookedAgainAt = '2026-11-25T10:00:00.000Z';

/**
 * The knowledge operations of the cloud over HTTP, each answer held against the contract. It says nothing of how the real one finds
 * versions, ranks, or keeps people apart.
 */
export async function startKnowledgeStandIn(versions: readonly StandInVersion[]) {
  const segments = versions.map(segmentFor);
  const requests: { path: string; body: unknown }[] = [];
  const outputs = { ...searchKnowledge, ...knowledgeVerify };
  let isAway = false;
  let alter = (body: object): object => body;

  const pick = (library: string, version: string | undefined) => {
    const own = segments.filter((segment) => segment.library === library);
    const { answered } = chooseVersion(
      version,
      own.map((segment) => segment.version),
    );
    return own.find((segment) => segment.version === answered);
  };

  function search(body: unknown) {
    const wanted = SearchRequest.parse(body);
    const segment = pick(wanted.library ?? '', wanted.version);
    return outputs.searchKnowledge.output.parse({
      results: segment ? searchSegment(segment, wanted).map((hit) => resultOf(segment, hit)) : [],
      library: segment?.library ?? null,
      versionAsked: wanted.version ?? null,
      versionAnswered: segment?.version ?? null,
      mode: 'lexical',
      source: 'cloud',
      note: segment ? null : 'no such library is known',
      nearest: segment ? [] : segments.map(({ library }) => library),
      ingest: null,
      dataAt: lookedAgainAt,
    });
  }

  function read(library: string, version: string, path: string) {
    const segment = pick(library, version);
    const text = versions.find((one) => one.library === library && one.version === segment?.version)?.pages[path];
    const page = segment?.pages.find((one) => one.path === path);
    if (!segment || !page || text === undefined) return undefined;
    const { isStale, ...about } = page;
    return outputs.readDocs.output.parse({
      library,
      versionAsked: version,
      versionAnswered: segment.version,
      pages: [],
      page: { ...about, stale: isStale, text, warnings: warningsOf(text) },
    });
  }

  function partOf(library: string, version: string, part: number) {
    const segment = segments.find((one) => one.library === library && one.version === version);
    if (!segment) return undefined;
    // In two, so that whoever puts them together has something to do.
    const packed = gzipSync(packSegment(segment));
    const half = Math.ceil(packed.length / 2);
    const bytes = packed.subarray(part * half, (part + 1) * half);
    const about = { library, version, stamp: segment.stamp, parts: 2, part };
    return outputs.getKnowledgeSegments.output.parse({ ...about, packed: bytes.toString('base64') });
  }

  function verify(body: unknown) {
    const { citations = [], text = '' } = VerifyRequest.parse(body);
    const marked = [...text.matchAll(/"([^"]+)" \[ws:(\w+)\]/g)].map(([, quote, citationId]) => ({
      quote: quote!,
      citationId,
    }));
    const checked = [...citations, ...marked].map(({ citationId = null, quote, ...claim }) => {
      const found = segments.flatMap((segment) =>
        segment.chunks.filter((chunk) => idOf(segment, chunk) === citationId).map((chunk) => ({ segment, chunk })),
      )[0];
      const compared = found && checkQuote(quote, found.chunk.text, found.chunk.startLine);
      return {
        citationId,
        url: 'url' in claim ? (claim.url ?? null) : null,
        quote,
        verdict: compared?.kind === 'found' || compared?.kind === 'altered' ? compared.kind : 'unknown',
        detail: null,
        changes: compared?.kind === 'altered' ? compared.changes : [],
        library: found?.segment.library ?? null,
        version: found?.segment.version ?? null,
        path: found ? found.segment.pages[found.chunk.page]!.path : null,
        startLine: found?.chunk.startLine ?? null,
        endLine: found?.chunk.endLine ?? null,
      };
    });
    return outputs.verifyCitations.output.parse({ citations: checked });
  }

  function answerTo(method: string, url: URL, body: unknown): object | undefined {
    const [library = '', version = ''] = url.pathname.split('/').slice(4).map(decodeURIComponent);
    if (method === 'POST' && url.pathname === searchKnowledge.searchKnowledge.path) return search(body);
    if (method === 'POST' && url.pathname === knowledgeVerify.verifyCitations.path) return verify(body);
    if (url.pathname.startsWith('/api/knowledge/docs/'))
      return read(library, version, url.searchParams.get('path') ?? '');
    if (url.pathname.startsWith('/api/knowledge/segments/'))
      return partOf(library, version, Number(url.searchParams.get('part')));
    return undefined;
  }

  const http = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const url = new URL(request.url!, 'http://stand-in');
      requests.push({ path: url.pathname, body });
      if (isAway) return void request.socket.destroy();
      const found = answerTo(request.method!, url, body);
      const problem = { code: 'not_found', detail: `nothing is at ${url.pathname}`, requestId: 'none' };
      const text = JSON.stringify(found ? alter(found) : problem);
      const etag = `"${sha256(text)}"`;
      const isKnown = found && request.headers['if-none-match'] === etag;
      response.writeHead(isKnown ? 304 : found ? 200 : 404, { 'content-type': 'application/json', etag });
      response.end(isKnown ? undefined : text);
    })();
  });
  const { url, stop } = await listening(http);

  return {
    url,
    stop,
    requests,
    /** From now on every connection breaks. */
    goAway: () => void (isAway = true),
    comeBack: () => void (isAway = false),
    /** Has answers changed before they are sent, as by somebody who means harm. */
    altering: (change: (body: object) => object) => void (alter = change),
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** As an ingest would make it. */
export function segmentFor({ library, version, pages }: StandInVersion): Segment {
  const entries = Object.entries(pages);
  return segmentOf({
    library,
    version,
    stamp: sha256(JSON.stringify([library, version, pages])),
    provenance: 'official-package',
    dataAt,
    pages: entries.map(([path, text]) => ({
      path,
      url: `https://docs.example/${library}/${version}/${path}`,
      title: chunksOf(text, path)[0]?.title ?? path,
      contentHash: contentHashOf(text, sha256),
      lines: text.split('\n').length,
      isStale: false,
    })),
    chunks: entries.flatMap(([path, text], page) =>
      chunksOf(text, path).map(({ title: _, ...chunk }) => ({
        ...chunk,
        page,
        contentHash: contentHashOf(chunk.text, sha256),
        warnings: warningsOf(chunk.text),
        symbol: undefined,
      })),
    ),
  });
}

const idOf = (
  { library, version, pages }: Segment,
  { page, startLine, endLine, contentHash }: Segment['chunks'][number],
) => citationIdOf({ library, version, path: pages[page]!.path, startLine, endLine, contentHash }, sha256);

function resultOf(
  segment: Segment,
  { chunk, page, relevance }: ReturnType<typeof searchSegment>[number],
): SearchResult {
  return {
    snippet: chunk.text,
    url: `${page.url}#${chunk.anchor ?? ''}`,
    relevance,
    library: segment.library,
    version: segment.version,
    title: page.title,
    heading: chunk.trail.join(' > '),
    path: page.path,
    startLine: chunk.startLine,
    endLine: chunk.endLine,
    contentHash: chunk.contentHash,
    citationId: idOf(segment, chunk),
    trust: 'untrusted-documentation',
    provenance: 'official-package',
    symbol: null,
    warnings: [...chunk.warnings],
    stale: page.isStale,
  };
}
