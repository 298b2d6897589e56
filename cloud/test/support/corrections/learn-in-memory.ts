import { detectorKey, linesKey } from '../../../src/features/feedback/learn/repository.ts';
import { judged, talliesOf, type Figures, type Tally } from '../../../src/features/feedback/learn/rank/figures.ts';
import { addPlaces, noPlaces } from '../../../src/features/feedback/learn/rank/lift.ts';
import { readForStore, type ReadingToWrite } from '../../../src/features/feedback/learn/readable.ts';
import { supportedClusters, templateRows } from '../../../src/features/feedback/learn/templates/recluster.ts';
import type { StoredShape } from '../../../src/features/feedback/learn/templates/repository.ts';
import type { ParseTree } from '../../../src/features/feedback/learn/trees.ts';
import type { MadeCorrection } from './seeded-corpus.ts';
import { smallReader } from './small-reader.ts';

export interface LearnedPattern {
  kind: 'detector' | 'template';
  key: string;
  language: string;
  title: string;
  template: { before: string; after: string } | undefined;
  figures: Figures;
}

/** Counts in memory what the job counts in the database, by the same pure parts, of all types of task together. */
export function learnInMemory(corrections: readonly MadeCorrection[], parse: ParseTree): LearnedPattern[] {
  const read = readForStore({ read: smallReader, parse });
  const all = corrections.map((made, i) => ({ made, reading: read(asUnread(made, i), filesOf(made), []) }));
  return countInMemory(all);
}

export interface Read {
  made: MadeCorrection;
  reading: ReadingToWrite;
}

export const asUnread = ({ agent, human, repoId }: MadeCorrection, i: number) => ({
  id: String(i),
  kind: agent === human ? ('kept' as const) : ('edit' as const),
  comment: null,
  original: null,
  corrected: null,
  repoId,
  ageMs: null,
  correctedAt: new Date(Date.UTC(2026, 0, 1) + i * 60_000),
});

export const filesOf = ({ path, agent, human }: MadeCorrection) => [{ path, agent, human, isPartial: false }];

export function countInMemory(all: readonly Read[]): LearnedPattern[] {
  const tallies = talliesOf(tallyRows(all));
  const templates = [...bucketsOf(all).values()].flatMap(({ shapes, places }) =>
    templateRows(supportedClusters([...shapes.values()]), places),
  );
  const homeOf = new Map(templates.flatMap((template) => template.shapes.map((shape) => [shape, template])));
  const members = new Map<
    string,
    Omit<LearnedPattern, 'figures'> & {
      place: string;
      of: { made: MadeCorrection; c: number; s: number }[];
      files: Set<string>;
    }
  >();
  for (const { made, reading } of all) {
    for (const { detector: key, language, changed, survived } of reading.occurrences) {
      if (changed === 0) continue;
      const at = `detector ${language} ${key}`;
      const known = members.get(at) ?? {
        kind: 'detector' as const,
        key,
        language,
        title: key,
        template: undefined,
        place: detectorKey(key),
        of: [],
        files: new Set<string>(),
      };
      members.set(at, known);
      known.of.push({ made, c: changed, s: survived });
    }
    const own = new Map<string, { c: number; s: number }>();
    for (const edit of reading.edits) {
      const home = homeOf.get(edit.shape);
      if (!home) continue;
      const { key, language, title, before, after, place } = home;
      const known = members.get(key) ?? {
        kind: 'template' as const,
        key,
        language,
        title,
        template: { before, after },
        place,
        of: [],
        files: new Set<string>(),
      };
      members.set(key, known);
      known.files.add(edit.file);
      const count = own.get(key) ?? { c: 0, s: 0 };
      own.set(key, count);
      if (place === edit.coarse || place === edit.fine) count.c += 1;
      count.s = Math.max(count.s, place === edit.fine ? edit.fineLeft : place === edit.coarse ? edit.coarseLeft : 0);
    }
    for (const [key, count] of own) members.get(key)!.of.push({ made, ...count });
  }
  return [...members.values()]
    .map(({ of, files, place, ...pattern }) => {
      const sum = (by: (one: { c: number; s: number }) => number) => of.reduce((total, one) => total + by(one), 0);
      const distinct = (by: (made: MadeCorrection) => string) => new Set(of.map(({ made }) => by(made))).size;
      const figures = {
        support: {
          corrections: of.length,
          tasks: distinct((m) => m.taskId),
          repos: distinct((m) => m.repoId),
          users: distinct((m) => m.userId),
        },
        files: files.size,
        own: {
          changed: sum(({ c }) => c),
          changedChanged: sum(({ c }) => c * c),
          changedLeft: sum(({ c, s }) => c * s),
          alone: sum(({ c, s }) => Number(c > 0 && s === 0)),
        },
        place,
        changed: sum(({ c }) => c),
        models: [],
        repos: [],
      };
      return { ...pattern, figures: judged({ ...pattern, taskType: undefined, figures }, tallies, linesKey) };
    })
    .toSorted((a, b) => b.figures.rank - a.figures.rank);
}

function tallyRows(all: readonly Read[]): Tally[] {
  const rows = new Map<string, Tally>();
  const add = (language: string, key: string, changed: number, left: number) => {
    const at = `${language} ${key}`;
    const known = rows.get(at) ?? { ...noPlaces, language, key, taskType: null, model: null, repoId: null };
    rows.set(at, { ...known, ...addPlaces(known, changed, left) });
  };
  for (const { reading } of all) {
    for (const { language, places, changed, left } of reading.places) {
      add(language, linesKey, changed, left);
      for (const [key, count] of Object.entries(places)) add(language, key, 0, count);
    }
    for (const { detector, language, survived } of reading.occurrences)
      add(language, detectorKey(detector), 0, survived);
  }
  return [...rows.values()];
}

function bucketsOf(all: readonly Read[]) {
  const buckets = new Map<
    string,
    { shapes: Map<string, StoredShape>; places: { shape: string; coarse: string; fine: string | null; n: number }[] }
  >();
  for (const { reading } of all) {
    const counted = new Set<string>();
    for (const { bucket: name, shape, template, language, coarse, fine } of reading.edits) {
      const bucket = buckets.get(name) ?? { shapes: new Map<string, StoredShape>(), places: [] };
      buckets.set(name, bucket);
      const known = bucket.shapes.get(shape) ?? {
        hash: shape,
        template,
        language,
        corrections: 0,
        seenAt: reading.correctedAt,
      };
      bucket.shapes.set(shape, known);
      if (!counted.has(shape)) known.corrections += 1;
      counted.add(shape);
      bucket.places.push({ shape, coarse, fine, n: 1 });
    }
  }
  return buckets;
}
