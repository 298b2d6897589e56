import { markedQuotes } from '@whetstone/shared/knowledge';
import { ageText } from '../age-text.ts';
import { isRecord } from '../json.ts';
import type { CheckedCitation, CitationClaim, CitationVerdict, VerifyAnswer } from '../docs-answer.ts';
import type { DocsCall } from './asking.ts';
import { listOf, textOf, textOrNull } from './cloud-answers.ts';
import { cleaned, oneLine } from './fence.ts';
import { checkKept, dataAtOf, type KeptVersion } from './kept-docs.ts';
import { isOfTheQuestion, nothingKept, patienceMs, type DocsOutcome, type DocsParts } from './search.ts';

export interface VerifyArguments {
  text?: string | undefined;
  citations?: readonly unknown[] | undefined;
}

/** What the API takes at once. */
const mostClaims = 200;
const verdicts: readonly CitationVerdict[] = ['found', 'altered', 'wrong_version', 'stale', 'unknown'];

export function verifying({ attempt, kept, nowMs }: Pick<DocsParts, 'attempt' | 'kept' | 'nowMs'>) {
  return async (sent: VerifyArguments, call: DocsCall): Promise<DocsOutcome<VerifyAnswer>> => {
    const read = readClaims(sent);
    if ('refusal' in read) return read;
    const hasCopy = (await kept.libraries()).length > 0;
    const waitMs = hasCopy ? patienceMs.withCopy : patienceMs.without;
    const reply = await attempt('/api/knowledge/verify', waitMs, call.signal, read.body);
    call.signal?.throwIfAborted();
    if (isOfTheQuestion(reply)) return { refusal: reply.why };
    const answer: VerifyAnswer =
      reply.kind === 'answered'
        ? { citations: listOf(reply.body['citations']).flatMap(citationIn), source: 'cloud', ageMs: 0 }
        : await byCopies(read.claims, hasCopy, reply.why);
    const citations = answer.citations.map(shown);
    return { structured: { ...answer, citations }, text: textOfVerdicts({ ...answer, citations }) };
  };

  async function byCopies(claims: readonly CitationClaim[], hasCopy: boolean, why: string): Promise<VerifyAnswer> {
    const used: KeptVersion[] = [];
    async function* noted() {
      for await (const version of kept.all()) {
        used.push(version);
        yield version;
      }
    }
    const citations = await checkKept(claims, { all: noted, of: kept.of });
    if (!hasCopy || used.length === 0)
      return { citations, source: 'default', degradedReason: nothingKept(why, undefined) };
    const confirmedAtMs = Math.min(...used.map(({ about }) => about.confirmedAtMs));
    return {
      citations,
      source: 'cache',
      ageMs: Math.max(0, nowMs() - confirmedAtMs),
      dataAt: used.map((version) => dataAtOf(version) ?? '').toSorted()[0],
      degradedReason: `${why.replace(/\.?$/, '.')} Checked against the copies on this machine; "unknown" may be in none of them.`,
    };
  }
}

type Read = { body: object; claims: CitationClaim[] } | { refusal: string };

function readClaims({ text, citations }: VerifyArguments): Read {
  if ((text === undefined) === (citations === undefined))
    return { refusal: 'invalid: pass either text, with [ws:ID] behind what is quoted, or citations' };
  if (text !== undefined) {
    const claims = markedQuotes(text);
    if (claims.length === 0)
      return { refusal: 'invalid: text: has no [ws:ID] behind a quote; search_docs hands them out with each passage' };
    return { body: { text }, claims: claims.slice(0, mostClaims) };
  }
  const claims = citations!.map(claimIn);
  const wrong = claims.findIndex((claim) => claim === undefined);
  if (wrong !== -1 || claims.length === 0)
    return {
      refusal: `invalid: citations: ${claims.length === 0 ? 'are none' : `number ${wrong + 1} needs quote, and citationId or url`}; write [{"citationId": "…", "quote": "…"}]`,
    };
  if (claims.length > mostClaims) return { refusal: `invalid: citations: at most ${mostClaims} at once` };
  const all = claims.filter((claim) => claim !== undefined);
  return { body: { citations: all }, claims: all };
}

function claimIn(value: unknown): CitationClaim | undefined {
  if (!isRecord(value)) return undefined;
  const { quote, url } = value;
  // Models copy the whole mark.
  const citationId = textOf(value['citationId'] ?? value['id']).replace(/^\[?ws:|\]$/g, '');
  if (typeof quote !== 'string' || quote.trim() === '' || (citationId === '' && typeof url !== 'string'))
    return undefined;
  return { quote, ...(citationId !== '' && { citationId }), ...(typeof url === 'string' && { url }) };
}

function citationIn(value: unknown): CheckedCitation[] {
  if (!isRecord(value)) return [];
  const number = (member: string) => (typeof value[member] === 'number' ? value[member] : null);
  return [
    {
      citationId: textOrNull(value['citationId']),
      url: textOrNull(value['url']),
      quote: textOf(value['quote']),
      verdict: verdicts.find((verdict) => verdict === value['verdict']) ?? 'unknown',
      detail: textOrNull(value['detail']),
      changes: listOf(value['changes']).flatMap(changeIn),
      library: textOrNull(value['library']),
      version: textOrNull(value['version']),
      path: textOrNull(value['path']),
      startLine: number('startLine'),
      endLine: number('endLine'),
    },
  ];
}

const kinds = ['negation', 'number', 'identifier', 'words'] as const;

function changeIn(value: unknown): CheckedCitation['changes'] {
  if (!isRecord(value)) return [];
  const kind = kinds.find((one) => one === value['kind']) ?? 'words';
  return [{ kind, was: textOf(value['was']), is: textOf(value['is']) }];
}

/** The page's own words come back in it, which are other people's. */
function shown(citation: CheckedCitation): CheckedCitation {
  const { detail, path, url, quote, changes } = citation;
  return {
    ...citation,
    quote: cleaned(quote),
    detail: detail === null ? null : oneLine(detail),
    path: path === null ? null : oneLine(path),
    url: url === null ? null : oneLine(url),
    changes: changes.map(({ kind, was, is }) => ({ kind, was: oneLine(was), is: oneLine(is) })),
  };
}

function textOfVerdicts({ citations, source, ageMs, degradedReason }: VerifyAnswer): string {
  const good = citations.filter(({ verdict }) => verdict === 'found').length;
  const age = source === 'cache' && ageMs !== undefined ? `, confirmed ${ageText(ageMs)} ago` : '';
  const lines = citations.map(
    ({ citationId, url, verdict, detail, changes, library, version, path, startLine, endLine }, at) => {
      const place = path === null ? '' : ` · ${library} ${version} ${path}:${startLine}-${endLine}`;
      const differences = changes.map(({ kind, was, is }) => `${kind} ${JSON.stringify(was)} -> ${JSON.stringify(is)}`);
      const why = differences.length > 0 ? differences.join(', ') : detail;
      return `${at + 1}. ${verdict}: ${citationId === null ? url : `[ws:${oneLine(citationId)}]`}${place}${why === null ? '' : ` · ${why}`}`;
    },
  );
  return [`${good} of ${citations.length} citations found · ${source}${age}`, degradedReason, ...lines]
    .filter(Boolean)
    .join('\n');
}
