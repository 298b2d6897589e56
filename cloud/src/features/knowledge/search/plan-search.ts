import type { SearchRequest } from '@whetstone/shared/contract';
import { chooseVersion } from '@whetstone/shared/knowledge';
import type { LastServed } from './repository.ts';
import type { Visible, VisibleVersion } from './visible-versions.ts';

/** One version of a library that is searched. */
export interface Target {
  library: string;
  asked: string | undefined;
  answered: string;
  /** It is what was asked for. */
  isAsked: boolean;
  /** Who has documentation of it, in the order in which they are shown. */
  copies: readonly VisibleVersion[];
}

export interface Plan {
  targets: readonly Target[];
  /** How the libraries were decided on. */
  why: 'asked' | 'named' | 'lately' | 'all';
  /** Of libraries that the project sees. */
  libraries: number;
}

/** By another name: `nodejs` is node. In lower case. */
export type Aliases = ReadonlyMap<string, string>;

/** Of libraries that nobody named, so much is searched at once. */
const mostLibraries = 20;
const mostChunks = 60_000;

/** Undefined where a library was asked for that the project has no documentation of. */
export function planSearch(
  { library, version, query }: Pick<SearchRequest, 'library' | 'version' | 'query'>,
  { versions, lastServed }: Visible,
  aliases: Aliases,
): Plan | undefined {
  const byLibrary = groupedByLibrary(versions);
  const libraries = byLibrary.size;
  const nameOf = namer(byLibrary.keys(), aliases);
  const targetOf = (name: string, asked: string | undefined) => chooseCopies(byLibrary.get(name)!, asked);
  if (library !== undefined) {
    const known = nameOf(library);
    return known === undefined ? undefined : { targets: [targetOf(known, version)], why: 'asked', libraries };
  }
  const named = namedIn(query, nameOf);
  if (named.length > 0)
    return { targets: within(named.map((name) => targetOf(name, version))), why: 'named', libraries };
  const lately = lastServed.filter((served) => byLibrary.has(served.library));
  if (lately.length > 0)
    return {
      targets: within(lately.map((served) => targetOf(served.library, version ?? stillThere(served, byLibrary)))),
      why: 'lately',
      libraries,
    };
  const all = [...byLibrary.keys()].map((name) => targetOf(name, version));
  const ownFirst = all.toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || (a.library < b.library ? -1 : 1));
  return { targets: within(ownFirst), why: 'all', libraries };
}

/** The library of a name, or of one that means it; whether it is written in capitals or not. */
export function namer(known: Iterable<string>, aliases: Aliases): (asked: string) => string | undefined {
  const names = new Set(known);
  const byLower = new Map([...names].map((name) => [name.toLowerCase(), name]));
  return (asked) => {
    if (names.has(asked)) return asked;
    const lower = asked.toLowerCase();
    return byLower.get(lower) ?? byLower.get(aliases.get(lower) ?? '');
  };
}

/**
 * The version that answers, with its copies. A project's own copy stands before the public one; an unofficial one never stands
 * before an official one, and answers alone only what no official one does.
 */
export function chooseCopies(versions: readonly VisibleVersion[], asked: string | undefined): Target {
  const official = versions.filter(isOfficial);
  const namesOf = (some: readonly VisibleVersion[]) => some.map(({ version }) => version);
  const choices = (official.length > 0 ? [official, versions] : [versions]).map((some) =>
    chooseVersion(asked, namesOf(some)),
  );
  const { answered, isAsked } = choices.find((choice) => choice.isAsked) ?? choices[0]!;
  const copies = versions
    .filter(({ version }) => version === answered)
    .toSorted((a, b) => Number(isOfficial(b)) - Number(isOfficial(a)) || Number(b.isOwn) - Number(a.isOwn));
  const [first] = copies;
  // Behind an official copy of one's own there is nothing more to find; an unofficial one may have what it lacks.
  const shown = copies.filter((copy) => copy === first || isOfficial(copy) !== isOfficial(first!));
  return { library: first!.library, asked, answered: answered!, isAsked, copies: shown };
}

export const isOfficial = ({ provenance }: Pick<VisibleVersion, 'provenance'>) => provenance !== 'unofficial';

export function groupedByLibrary(versions: readonly VisibleVersion[]): Map<string, VisibleVersion[]> {
  const groups = new Map<string, VisibleVersion[]>();
  for (const version of versions) {
    const known = groups.get(version.library);
    if (known) known.push(version);
    else groups.set(version.library, [version]);
  }
  return groups;
}

/** Names that are words, too: in a question they are libraries only where they are written as names. */
const everydayWords = new Set(
  'ai async chalk commander debug express form got helmet motion next node open passport query request rest router store table test zone'.split(
    ' ',
  ),
);

function namedIn(query: string, nameOf: (asked: string) => string | undefined): string[] {
  const names = new Set<string>();
  for (const [at, word] of query
    .slice(0, 2_000)
    .split(/[\s,;:!?()"'`]+/)
    .entries()) {
    const name = word.replace(/\.+$/, '');
    const bare = name.replace(/\.js$/i, '');
    for (const each of [name, bare]) {
      const found = each.length > 1 ? nameOf(each) : undefined;
      if (found === undefined) continue;
      const isName = each !== name || (at > 0 && /^\p{Lu}/u.test(each));
      if (isName || !everydayWords.has(each.toLowerCase())) names.add(found);
    }
  }
  return [...names];
}

function within(targets: readonly Target[]): Target[] {
  const chosen: Target[] = [];
  let left = mostChunks;
  for (const target of targets) {
    const chunks = target.copies.reduce((sum, copy) => sum + copy.chunks, 0);
    if (chosen.length === mostLibraries || (chunks > left && chosen.length > 0)) continue;
    left -= chunks;
    chosen.push(target);
  }
  return chosen;
}

const isOwn = ({ copies }: Target) => copies.some((copy) => copy.isOwn);

const stillThere = ({ library, version }: LastServed, byLibrary: ReadonlyMap<string, readonly VisibleVersion[]>) =>
  byLibrary.get(library)?.some((one) => one.version === version) ? version : undefined;
