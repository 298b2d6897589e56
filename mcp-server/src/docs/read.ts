import { ageText } from '../age-text.ts';
import { isRecord } from '../json.ts';
import type { DocPageAnswer, DocsProvenance, DocsVersions } from '../docs-answer.ts';
import { nearest } from '../tools/nearest.ts';
import { versionsOf, versionsText, type Asked, type DocsCall } from './asking.ts';
import { numberOf, textOf, textOrNull, textsOf } from './cloud-answers.ts';
import { allWarnings, cleaned, cutTo, fenced, oneLine, type NewNonce } from './fence.ts';
import { pageKept, pathsOf } from './kept-docs.ts';
import {
  copyProvenance,
  isOfTheQuestion,
  nothingKept,
  patienceMs,
  type DocsOutcome,
  type DocsParts,
} from './search.ts';

export interface ReadArguments {
  library: string;
  version?: string | undefined;
  path: string;
  startLine?: number | undefined;
  endLine?: number | undefined;
}

/** What a page is before a part of it is shown. */
interface WholePage extends DocsVersions, DocsProvenance {
  path: string;
  title: string;
  url: string;
  text: string;
  warnings: string[];
  stale: boolean;
  notes: string[];
}

/** As search_docs: clients cut off not far above. */
const mostCharacters = 24_000;

export function reading({ attempt, asked: readAsked, kept, keeping, nowMs, newNonce }: DocsParts) {
  async function pageAt(sent: ReadArguments, call: DocsCall): Promise<WholePage | { refusal: string }> {
    const asked = await readAsked(sent, call);
    call.signal?.throwIfAborted();
    const library = asked.library ?? '';
    if (library === '' || sent.path.trim() === '') return { refusal: 'invalid: library and path: both are needed' };
    const path = sent.path
      .trim()
      .replace(/^\.?\//, '')
      .replace(/#.*$/, '');
    const waitMs = (await kept.has(library)) ? patienceMs.withCopy : patienceMs.without;
    const question = `/api/knowledge/docs/${encodeURIComponent(library)}/${encodeURIComponent(asked.version ?? 'latest')}`;
    const reply = await attempt(`${question}?${new URLSearchParams({ path })}`, waitMs, call.signal);
    call.signal?.throwIfAborted();
    // A page that is not there is about what was asked, but a server that has no pages at all is an older one.
    const isMissing =
      reply.kind === 'refused' && reply.status === 404 && !reply.why.includes('there is no operation at');
    if (isOfTheQuestion(reply) || isMissing) return { refusal: reply.why };
    if (reply.kind !== 'answered') return fromCopy(asked, library, path, reply.why);
    const { page, versionAnswered } = reply.body;
    const versions = versionsOf(asked, { library, version: textOrNull(versionAnswered) });
    if (!isRecord(page))
      return {
        refusal: `not_found: ${oneLine(versionsText(versions))} has no page ${oneLine(path)}; search_docs names paths`,
      };
    if (versions.versionAnswered !== null) keeping.keep(library, versions.versionAnswered);
    return {
      ...versions,
      path: textOf(page['path']),
      title: textOf(page['title']),
      url: textOf(page['url']),
      text: textOf(page['text']),
      warnings: textsOf(page['warnings']),
      stale: page['stale'] === true,
      notes: asked.notes,
      source: 'cloud',
      ageMs: 0,
    };
  }

  async function fromCopy(asked: Asked, library: string, path: string, why: string) {
    const { kept: version, problem } = await kept.choose(library, asked.version);
    if (!version)
      return {
        ...versionsOf(asked, { library, version: null }),
        path,
        title: path,
        url: '',
        text: '',
        warnings: [],
        stale: false,
        notes: [...asked.notes, ...textsOf([problem])],
        source: 'default' as const,
        degradedReason: nothingKept(why, library),
      };
    const found = pageKept(version, path);
    if (!found) {
      const meant = nearest(path, pathsOf(version));
      const hint = meant === undefined ? 'search_docs names paths' : `did you mean ${oneLine(meant)}?`;
      return {
        refusal: `not_found: the copy of ${library} ${version.about.version} on this machine has no page ${oneLine(path)}; ${hint}`,
      };
    }
    const { page, text } = found;
    return {
      ...versionsOf(asked, { library: version.about.library, version: version.about.version }),
      path: page.path,
      title: page.title,
      url: page.url,
      text,
      warnings: [],
      stale: page.isStale,
      notes: [...asked.notes, ...textsOf([problem])],
      ...copyProvenance(version, why, nowMs),
    };
  }

  return async (sent: ReadArguments, call: DocsCall, most = mostCharacters): Promise<DocsOutcome<DocPageAnswer>> => {
    const page = await pageAt(sent, call);
    if ('refusal' in page) return page;
    const lines = cleaned(page.text).split('\n');
    const startLine = Math.max(1, Math.trunc(numberOf(sent.startLine)) || 1);
    if (startLine > lines.length) return { refusal: `invalid: startLine: the page has ${lines.length} lines` };
    const wanted = Math.min(lines.length, Math.trunc(numberOf(sent.endLine)) || lines.length);
    if (wanted < startLine) return { refusal: `invalid: endLine: comes before startLine ${startLine}` };
    const { text, isCut } = cutTo(lines.slice(startLine - 1, wanted).join('\n'), most);
    const endLine = isCut ? startLine + text.split('\n').length - 1 : wanted;
    const answer: DocPageAnswer = {
      ...page,
      path: oneLine(page.path),
      title: oneLine(page.title),
      url: oneLine(page.url),
      lines: lines.length,
      startLine,
      endLine,
      text,
      trust: 'untrusted-documentation',
      warnings: allWarnings(page.warnings, text).map(oneLine),
      notes: [
        ...page.notes,
        ...textsOf([isCut && `cut at line ${endLine} of ${lines.length}: startLine ${endLine + 1} has the rest`]),
      ].map(oneLine),
    };
    return { structured: answer, text: textOfPage(answer, newNonce) };
  };
}

function textOfPage(answer: DocPageAnswer, newNonce: NewNonce) {
  const { source, ageMs, degradedReason, notes, title, path, startLine, endLine, lines, url, stale, warnings } = answer;
  const age = source === 'cache' && ageMs !== undefined ? `, confirmed ${ageText(ageMs)} ago` : '';
  const head = [`${oneLine(versionsText(answer))} · ${source}${age}`, degradedReason, ...notes];
  const place = `${title} · ${path}:${startLine}-${endLine} of ${lines} · ${url}${stale ? ' · gone from its source since' : ''}`;
  const about = [place, ...warnings.map((warning) => `warning: ${warning}`)].join('\n');
  const said = head.filter((line): line is string => typeof line === 'string');
  if (source === 'default') return said.join('\n');
  return [...said, '', fenced([{ about, text: answer.text }], newNonce)].join('\n');
}
