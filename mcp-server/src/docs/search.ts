import type { DocPassage, DocsAnswer, DocsProvenance } from '../docs-answer.ts';
import type { CloudReply } from '../offline/cloud-call.ts';
import type { LastAnswers } from '../offline/last-answers.ts';
import { redactText } from '../redact/redact.ts';
import { ageText } from '../age-text.ts';
import type { Answer } from '../tools/tool.ts';
import { versionsOf, versionsText, type Asked, type DocsCall, type ReadAsked } from './asking.ts';
import { listOf, passageIn, textOrNull, textsOf } from './cloud-answers.ts';
import { allWarnings, cleaned, cutTo, fenced, oneLine, type NewNonce } from './fence.ts';
import type { Keeping } from './keeping.ts';
import { dataAtOf, searchKept, type KeptDocs, type KeptVersion } from './kept-docs.ts';

export interface DocsParts {
  attempt: LastAnswers['attempt'];
  asked: ReadAsked;
  kept: KeptDocs;
  keeping: Keeping;
  nowMs: () => number;
  newNonce: NewNonce;
}

export interface SearchArguments {
  query: string;
  library?: string | undefined;
  version?: string | undefined;
  limit?: number | undefined;
  tokenBudget?: number | undefined;
}

/** An answer of the docs: what a program gets, and what a model reads. */
export type DocsOutcome<T extends object> = (Answer & { structured: T }) | { refusal: string };

/** What the API takes; a model that asks for more gets the most. */
const limits = { least: 1, most: 20, usual: 5 };
/** Clients cut results off not far above. */
const budgets = { least: 100, most: 20_000, usual: 4_000 };
/** So long the cloud is waited for with a copy at hand, and without. */
export const patienceMs = { withCopy: 2_000, without: 8_000 };
/** Of characters a token has. */
const charactersPerToken = 4;

export function searching({ attempt, asked: readAsked, kept, keeping, nowMs, newNonce }: DocsParts) {
  async function search(sent: SearchArguments, call: DocsCall): Promise<DocsOutcome<DocsAnswer>> {
    const query = redactText(sent.query).trim();
    if (query === '') return { refusal: 'invalid: query: asks for nothing; name one concept, e.g. "cancel a request"' };
    const limit = within(sent.limit, limits);
    const tokenBudget = within(sent.tokenBudget, budgets);
    const asked = await readAsked(sent, call);
    call.signal?.throwIfAborted();

    const { library, version } = asked;
    const hasCopy = library === undefined ? false : await kept.has(library);
    const body = {
      query,
      limit,
      tokenBudget,
      ...(library !== undefined && { library }),
      ...(version !== undefined && { version }),
    };
    const waitMs = hasCopy ? patienceMs.withCopy : patienceMs.without;
    const reply = await attempt('/api/knowledge/search', waitMs, call.signal, body);
    call.signal?.throwIfAborted();
    if (isOfTheQuestion(reply)) return { refusal: reply.why };
    const answer =
      reply.kind === 'answered'
        ? fromCloud(reply.body, asked)
        : await fromCopy({ query, limit, tokenBudget }, asked, reply.why);
    const results = fitted(answer.results, limit, tokenBudget);
    const whole = { ...answer, results, notes: answer.notes.map(oneLine) };
    return { structured: whole, text: textOfSearch(whole, newNonce) };
  }

  function fromCloud(body: Record<string, unknown>, asked: Asked): DocsAnswer {
    const answered = { library: textOrNull(body['library']), version: textOrNull(body['versionAnswered']) };
    const versions = versionsOf(asked, answered);
    const dataAt = typeof body['dataAt'] === 'string' ? body['dataAt'] : undefined;
    if (versions.library !== null && answered.version !== null)
      keeping.keep(versions.library, answered.version, dataAt);
    // What the lockfile names is wanted later, too, even where today's answer is of another version.
    if (asked.library !== undefined && asked.from !== null && /^\d[\w.+-]*$/.test(asked.version ?? ''))
      keeping.keep(versions.library ?? asked.library, asked.version!);
    const problem = keeping.problem();
    const notes = [...asked.notes, ...textsOf([body['note'], problem])];
    return {
      ...versions,
      results: listOf(body['results']).flatMap(passageIn),
      mode: body['mode'] === 'hybrid' ? 'hybrid' : 'lexical',
      notes,
      nearest: textsOf(body['nearest']).map(oneLine),
      source: 'cloud',
      ageMs: 0,
      ...(dataAt !== undefined && { dataAt }),
    };
  }

  async function fromCopy(
    wanted: { query: string; limit: number; tokenBudget: number },
    asked: Asked,
    why: string,
  ): Promise<DocsAnswer> {
    const library = asked.library ?? (await named(wanted.query, kept));
    const { kept: version, problem } =
      library === undefined ? { kept: undefined, problem: undefined } : await kept.choose(library, asked.version);
    const notes = [...asked.notes, ...textsOf([problem])];
    const plain = { notes, mode: 'lexical' as const, nearest: [] };
    if (!version) {
      const versions = versionsOf(asked, { library: library ?? null, version: null });
      return { ...versions, ...plain, results: [], source: 'default', degradedReason: nothingKept(why, library) };
    }
    const { about } = version;
    return {
      ...versionsOf(asked, { library: about.library, version: about.version }),
      ...plain,
      results: searchKept(version, wanted),
      ...copyProvenance(version, why, nowMs),
    };
  }

  return search;
}

/** A no that is about what was asked. Any other, as of an older server or to a key that may not, leaves the copies. */
export const isOfTheQuestion = (reply: CloudReply): reply is Extract<CloudReply, { kind: 'refused' }> =>
  reply.kind === 'refused' && [400, 413, 422].includes(reply.status);

/** Who names no library means one of those searched here before: the one that is in the question, else the last. */
async function named(query: string, kept: KeptDocs) {
  const libraries = await kept.libraries();
  const words = new Set(query.toLowerCase().split(/[^\w@/.-]+/));
  return libraries.find((library) => words.has(library.toLowerCase())) ?? libraries[0];
}

export function copyProvenance(kept: KeptVersion, why: string, nowMs: () => number): DocsProvenance {
  const { about } = kept;
  return {
    source: 'cache',
    ageMs: Math.max(0, nowMs() - about.confirmedAtMs),
    dataAt: dataAtOf(kept),
    degradedReason: `${sentence(why)} This is from the copy of ${about.library} ${about.version} on this machine.`,
  };
}

export const nothingKept = (why: string, library: string | undefined) =>
  `${sentence(why)} No documentation${library === undefined ? '' : ` of ${oneLine(library)}`} is kept on this machine: search it once while the cloud answers.`;

const sentence = (why: string) => (/[.!?)]$/.test(why) ? why : `${why}.`);

function within(value: number | undefined, { least, most, usual }: typeof limits) {
  if (value === undefined || !Number.isFinite(value)) return usual;
  return Math.min(most, Math.max(least, Math.trunc(value)));
}

/** Whatever was sent: cleaned, warned of, and no more than was asked for. The first comes in any case, cut where it must be. */
function fitted(passages: readonly DocPassage[], limit: number, tokenBudget: number): DocPassage[] {
  let left = tokenBudget * charactersPerToken;
  const kept: DocPassage[] = [];
  for (const passage of passages.slice(0, limit)) {
    const snippet = cleaned(passage.snippet);
    if (snippet.length > left && kept.length > 0) continue;
    const { text, isCut } = cutTo(snippet, Math.max(left, budgets.usual * charactersPerToken));
    left -= text.length;
    const warnings = allWarnings(passage.warnings, [passage.title, passage.heading, text].join('\n')).map(oneLine);
    kept.push({
      ...passage,
      snippet: text,
      title: oneLine(passage.title),
      heading: oneLine(passage.heading),
      path: oneLine(passage.path),
      url: oneLine(passage.url),
      symbol: passage.symbol && {
        name: oneLine(passage.symbol.name),
        signature: oneLine(passage.symbol.signature),
        deprecated: passage.symbol.deprecated === null ? null : oneLine(passage.symbol.deprecated),
      },
      warnings: isCut ? [...warnings, 'it is cut; read_doc has the rest'] : warnings,
    });
  }
  return kept;
}

function textOfSearch(answer: DocsAnswer, newNonce: NewNonce): string {
  const { results, notes, nearest, source, ageMs, degradedReason } = answer;
  const age = source === 'cache' && ageMs !== undefined ? `, confirmed ${ageText(ageMs)} ago` : '';
  const head = [
    `${oneLine(versionsText(answer))} · ${results.length === 0 ? 'nothing found' : `${results.length} passages`} · ${source}${age}`,
    degradedReason,
    ...notes,
    nearest.length > 0 && `known are ${nearest.join(', ')}`,
  ].filter((line): line is string => typeof line === 'string');
  if (results.length === 0) return head.join('\n');
  const blocks = results.map((passage, at) => ({ about: aboutText(passage, at + 1), text: passage.snippet }));
  return [...head, '', fenced(blocks, newNonce)].join('\n');
}

/** `1. useState > Caveats · reference/useState.md:10-24 · [ws:…] · https://… · official-package` */
function aboutText(passage: DocPassage, number: number) {
  const { title, heading, path, startLine, endLine, citationId, url, provenance, stale, warnings, symbol } = passage;
  const name = heading === '' ? title : heading.startsWith(title) ? heading : `${title} > ${heading}`;
  const parts = [
    `${number}. ${name}`,
    `${path}:${startLine}-${endLine}`,
    `[ws:${oneLine(citationId)}]`,
    url,
    oneLine(provenance),
    symbol?.deprecated != null && 'deprecated',
    stale && 'gone from its source since',
  ];
  const line = parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' · ');
  return [line, ...warnings.map((warning) => `warning: ${warning}`)].join('\n');
}
