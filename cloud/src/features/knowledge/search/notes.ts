import type { Missed, Nearest } from '../meaning/nearest.ts';
import type { Plan, Target } from './plan-search.ts';

/** What somebody has to know about an answer besides what it says; null where it is what was asked for. */
export function noteOf({ targets, why, libraries }: Plan, isFetched: boolean): string | null {
  if (targets.length === 0)
    return 'No documentation is here yet: POST /api/knowledge/ingest with a library and a version fetches it.';
  const sentences = [
    ...searched({ targets, why, libraries }),
    ...targets.flatMap((target) => differing(target, isFetched)),
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
}

export function unknownNote(library: string, nearest: readonly string[], isFetched: boolean): string {
  const meant = nearest.length === 0 ? '' : ` Names like it: ${nearest.join(', ')}.`;
  const offer = isFetched
    ? ' It is being fetched: ask again in a minute.'
    : ' POST /api/knowledge/ingest fetches the documentation of a library, POST /api/knowledge/sources that of your own.';
  return `No documentation of "${library}" is here.${meant}${offer}`;
}

const whyByWords: Record<Missed, string> = {
  'not made': 'its vectors are still being made',
  'embeddings late': 'the embeddings did not answer in time',
  'embeddings away': 'the embeddings did not answer',
  'vectors late': 'the vectors did not answer in time',
  'vectors away': 'the vectors did not answer',
  nonsense: 'what the embeddings or the vectors answered made no sense',
};

/** Where there are embeddings, and something was searched without them: what, and why. */
export function meaningNote(
  { targets }: Pick<Plan, 'targets'>,
  { missed }: Pick<Nearest, 'missed'>,
): string | undefined {
  const copies = targets.flatMap((target) => target.copies);
  const byWords = copies.filter(({ id }) => missed.has(id));
  if (byWords.length === 0) return undefined;
  const names = [...new Set(byWords.map(({ library, version }) => `${library} ${version}`))];
  const what = byWords.length === copies.length ? 'Searched' : `Searched ${names.join(', ')}`;
  const whys = [...new Set(byWords.map(({ id }) => whyByWords[missed.get(id)!]))];
  return `${what} by words alone: ${whys.join('; ')}.`;
}

const how = {
  named: 'as the question names it',
  lately: 'which this project searched lately',
  all: 'as the question names no library that is known',
};

function searched({ targets, why, libraries }: Plan): string[] {
  if (why === 'asked') return [];
  const names = targets.map(({ library, answered }) => `${library} ${answered}`).join(', ');
  const rest = libraries - targets.length;
  const others =
    why === 'all' && rest > 0 ? `; ${rest} further ${rest === 1 ? 'library was' : 'libraries were'} not` : '';
  return [`Searched ${names}, ${how[why]}${others}. Name a library to search it alone.`];
}

function differing({ library, asked, answered, isAsked }: Target, isFetched: boolean): string[] {
  if (isAsked || asked === undefined) return [];
  const offer = isFetched
    ? `${asked} is being fetched: ask again in a minute.`
    : `POST /api/knowledge/ingest {"library":"${library}","version":"${asked}"} fetches what was asked for.`;
  return [`${library} ${asked} was asked for and is not here: this is ${answered}, the nearest that is. ${offer}`];
}
