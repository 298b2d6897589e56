/** A version by semver.org; numbers stay text, for they may be of any length. */
interface Version {
  readonly core: readonly string[];
  /** None for a release. */
  readonly prerelease: readonly string[];
}

const number = '(?:0|[1-9]\\d*)';
const identifier = `(?:${number}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const shape = new RegExp(
  `^(${number})(?:\\.(${number}))?(?:\\.(${number}))?(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

/** Takes a missing minor or patch as 0 ("2-beta1" is 2.0.0-beta1); refuses a leading "v". Build metadata is dropped. */
export function parseVersion(text: string): Version | undefined {
  const found = shape.exec(text);
  if (!found) return undefined;
  const [, major = '0', minor = '0', patch = '0', prerelease] = found;
  return { core: [major, minor, patch], prerelease: prerelease?.split('.') ?? [] };
}

/** Negative, 0 or positive, by https://semver.org/#spec-item-11. */
export function compareVersions(a: Version, b: Version): number {
  return compareLists(a.core, b.core) || comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareLists(a, b);
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareIdentifiers(a[i] ?? '', b[i] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers by size and below words; without leading zeros the longer number is the larger. */
function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [isDigits(a), isDigits(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  if (aIsNumber && a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

const isDigits = (text: string): boolean => /^\d+$/.test(text);
