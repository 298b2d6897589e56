import { compareVersions } from '@whetstone/shared/knowledge';

/** What a lockfile says. */
export interface Locked {
  /** What packages of the workspace ask for themselves, by their folder as seen from the lockfile; its own is `.`. */
  direct: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By name and range as a manifest has them, `react@^19.0.0`, where the lockfile knows nothing of who asks. */
  byRange: ReadonlyMap<string, string>;
  /** Every version that is in, by name. */
  all: ReadonlyMap<string, readonly string[]>;
}

export interface Wanted {
  name: string;
  /** Folder of the nearest package, as seen from the lockfile. */
  importer: string;
  /** What that package's manifest says. */
  range?: string | undefined;
}

export interface LockedVersion {
  version: string;
  /** How many further versions are in. */
  others: number;
}

/**
 * What the nearest package has, else the whole workspace's root, else another of its packages; of versions that nobody asks for
 * directly the newest.
 */
export function lockedVersion(locked: Locked, { name, importer, range }: Wanted): LockedVersion | undefined {
  const all = locked.all.get(name) ?? [];
  const elsewhere = [...locked.direct.values()].flatMap((versions) => versions.get(name) ?? []);
  const version =
    locked.direct.get(importer)?.get(name) ??
    (range === undefined ? undefined : locked.byRange.get(`${name}@${range}`)) ??
    locked.direct.get('.')?.get(name) ??
    newestOf(elsewhere) ??
    newestOf(all);
  return version === undefined ? undefined : { version, others: new Set([...all, ...elsewhere, version]).size - 1 };
}

const newestOf = (versions: readonly string[]) => versions.toSorted(compareVersions).at(-1);

/** Collects what a lockfile says while it is read. */
export function lockedUnderWay() {
  const direct = new Map<string, Map<string, string>>();
  const byRange = new Map<string, string>();
  const all = new Map<string, string[]>();
  return {
    locked: { direct, byRange, all } satisfies Locked,
    add(name: string, version: string) {
      const versions = all.get(name);
      if (!versions) all.set(name, [version]);
      else if (!versions.includes(version)) versions.push(version);
    },
    addDirect(importer: string, name: string, version: string) {
      const versions = direct.get(importer) ?? new Map<string, string>();
      direct.set(importer, versions.set(name, version));
    },
  };
}
