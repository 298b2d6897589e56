import type { FailureCategory, Pattern } from '@whetstone/shared/contract';
import { judge, type Judged, type Support } from './judge.ts';
import { noPlaces, type PlaceSums } from './lift.ts';

/** Of what somebody changed, summed over corrections: `c` places each, beside `s` of the same outline that were left. */
export interface OwnSums {
  changed: number;
  changedChanged: number;
  changedLeft: number;
  /** Corrections with nothing left beside it. */
  alone: number;
}

export interface OfGroup {
  name: string;
  changed: number;
}

/** What is stored of a pattern; all that is needed to judge it again when only what was left has changed. */
export interface Figures extends Judged {
  support: Support;
  files: number;
  own: OwnSums;
  /** Key of the places that it is counted in. */
  place: string;
  changed: number;
  survived: number;
  models: OfGroup[];
  repos: OfGroup[];
  byModel: Pattern['byModel'];
  byRepo: Pattern['byRepo'];
  /** Of patterns of failures: of what they are. */
  of?: { failure: FailureCategory; dimension: 'taskType' | 'model' | 'repo'; value: string };
}

/** Sums of what was left, of one key and language. */
export interface Tally extends PlaceSums {
  language: string;
  key: string;
  taskType: string | null;
  model: string | null;
  repoId: string | null;
}

export interface Tallies {
  /** `taskType` undefined: of all. */
  of: (language: string, key: string, taskType: string | undefined) => PlaceSums;
  byModel: (language: string, key: string, taskType: string | undefined) => ReadonlyMap<string, number>;
  byRepo: (language: string, key: string, taskType: string | undefined) => ReadonlyMap<string, number>;
}

export function talliesOf(rows: readonly Tally[]): Tallies {
  const byKey = new Map<string, Tally[]>();
  for (const row of rows) {
    const at = `${row.language} ${row.key}`;
    const known = byKey.get(at);
    if (known) known.push(row);
    else byKey.set(at, [row]);
  }
  const within = (language: string, key: string, taskType: string | undefined) =>
    (byKey.get(`${language} ${key}`) ?? []).filter((row) => taskType === undefined || row.taskType === taskType);
  const grouped = (name: 'model' | 'repoId') => (language: string, key: string, taskType: string | undefined) => {
    const groups = new Map<string, number>();
    for (const row of within(language, key, taskType))
      if (row[name] !== null) groups.set(row[name], (groups.get(row[name]) ?? 0) + row.n - row.changed);
    return groups;
  };
  return {
    of: (...at) => within(...at).reduce(plus, noPlaces),
    byModel: grouped('model'),
    byRepo: grouped('repoId'),
  };
}

const plus = (a: PlaceSums, b: PlaceSums): PlaceSums => ({
  clusters: a.clusters + b.clusters,
  n: a.n + b.n,
  changed: a.changed + b.changed,
  nn: a.nn + b.nn,
  changedChanged: a.changedChanged + b.changedChanged,
  changedN: a.changedN + b.changedN,
});

/** What was changed put together with what was left. */
const together = (left: PlaceSums, own: OwnSums): PlaceSums => ({
  clusters: left.clusters + own.alone,
  n: left.n + own.changed,
  changed: own.changed,
  nn: left.nn + 2 * own.changedLeft + own.changedChanged,
  changedChanged: own.changedChanged,
  changedN: own.changedChanged + own.changedLeft,
});

interface Judgeable {
  kind: 'detector' | 'template';
  language: string;
  taskType: string | undefined;
  figures: Omit<Figures, keyof Judged | 'byModel' | 'byRepo' | 'survived'>;
}

const mostGroups = 50;

export function judged({ kind, language, taskType, figures }: Judgeable, tallies: Tallies, linesKey: string): Figures {
  const { support, files, own, place, models, repos } = figures;
  const left = tallies.of(language, place, taskType);
  const groups = (changed: readonly OfGroup[], leftBy: ReadonlyMap<string, number>) =>
    changed.slice(0, mostGroups).map((group) => ({ ...group, survived: leftBy.get(group.name) ?? 0 }));
  return {
    ...figures,
    survived: left.n,
    byModel: groups(models, tallies.byModel(language, place, taskType)).map(({ name, ...rest }) => ({
      model: name,
      ...rest,
    })),
    byRepo: groups(repos, tallies.byRepo(language, place, taskType)).map(({ name, ...rest }) => ({
      repoId: name,
      ...rest,
    })),
    ...judge({ kind, support, files, places: together(left, own), base: tallies.of(language, linesKey, taskType) }),
  };
}
