import { coerce, compare, maxSatisfying, prerelease, satisfies, valid, validRange } from 'semver';

/** What is answered where somebody asks for a version, of those that are there. */
export interface ChosenVersion {
  answered: string | undefined;
  /** It is what was asked for. */
  isAsked: boolean;
}

/**
 * An exact version is answered by itself; a range by the newest that lies in it; `latest`, or nothing, by the newest. Where that
 * is not there, the nearest: the newest before it with the same major version, else the oldest after it with the same, else
 * the newest of all. A release goes before what was published ahead of one.
 */
export function chooseVersion(asked: string | undefined, available: readonly string[]): ChosenVersion {
  const newestFirst = available.toSorted((a, b) => compareVersions(b, a));
  const newest = newestFirst.find((version) => !isPrerelease(version)) ?? newestFirst[0];
  if (asked === undefined || asked === 'latest' || asked === '*') return { answered: newest, isAsked: true };
  const wanted = asked.replace(/^v(?=\d)/, '');
  const same = available.find((version) => version === wanted || version === asked);
  if (same !== undefined) return { answered: same, isAsked: true };
  const inRange = valid(wanted) === null ? withinRange(wanted, newestFirst) : undefined;
  if (inRange !== undefined) return { answered: inRange, isAsked: true };
  return { answered: nearest(wanted, newestFirst) ?? newest, isAsked: false };
}

/** Numbers by their parts; what is no version sorts before all that are, by its text. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [semverOf(a), semverOf(b)];
  if (left === undefined || right === undefined)
    return Number(left !== undefined) - Number(right !== undefined) || (a < b ? -1 : Number(a > b));
  return compare(left, right) || (a < b ? -1 : Number(a > b));
}

/** `3.11` and `v5` are versions of some libraries; pre-releases stay such. */
const semverOf = (version: string): string | undefined => valid(version) ?? coerce(version)?.version;

const isPrerelease = (version: string) => valid(version) !== null && prerelease(version) !== null;

function withinRange(range: string, newestFirst: readonly string[]): string | undefined {
  if (validRange(range) === null) return undefined;
  const exact = maxSatisfying(
    newestFirst.filter((version) => valid(version) !== null),
    range,
  );
  return exact ?? newestFirst.find((version) => satisfies(semverOf(version) ?? '', range));
}

function nearest(wanted: string, newestFirst: readonly string[]): string | undefined {
  const target = coerce(wanted);
  if (!target) return undefined;
  const sameMajor = newestFirst.filter((version) => coerce(version)?.major === target.major);
  return sameMajor.find((version) => compareVersions(version, target.version) <= 0) ?? sameMajor.at(-1);
}
