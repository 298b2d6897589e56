import type { Triage } from '@whetstone/shared/contract';
import type { FileChange } from '@whetstone/shared/feedback';
import { groupedBy } from '../../../platform/grouped-by.ts';
import { keyOf as nameOf } from './key-of.ts';
import type { ReadCorrection, Reading, Stretch } from './reading.ts';
import { readEdits } from './templates/read-edits.ts';
import { bucketOf, namesOf, type Template } from './templates/term.ts';
import type { ParseTree } from './trees.ts';

/** Counted up when the same corrections would be read otherwise: then all of them are read anew, in the background. */
export const readersEdition = 1;

/** A correction that nothing was learned from yet. */
export interface UnreadCorrection {
  id: string;
  kind: 'edit' | 'reject' | 'manual_fix' | 'kept';
  comment: string | null;
  original: unknown;
  corrected: unknown;
  repoId: string | null;
  ageMs: number | null;
  correctedAt: Date;
}

/** A stretch of the database; the reader's are put with them. */
export interface KnownHunk {
  id: string;
  feedbackId: string;
  place: number;
  file: string;
  verdict: string;
  startLine: number | null;
  endLine: number | null;
  before: string;
  after: string;
}

export interface ReadHunk {
  /** Of the one in whose place it stands. Absent: nobody has told of it. */
  id: string | undefined;
  /** As somebody told, who saw it happen. */
  verdict: string | undefined;
  stretch: Stretch;
}

export interface WrittenEdit {
  hunk: number;
  shape: string;
  bucket: string;
  language: string;
  template: Template;
  file: string;
  coarse: string;
  coarseLeft: number;
  fine: string | null;
  fineLeft: number;
}

/** What is written down of a correction. */
export interface ReadingToWrite {
  id: string;
  triage: Triage;
  detectors: string[];
  hunks: ReadHunk[];
  /** Of known ones, those that overlap what was read. */
  replaced: string[];
  occurrences: Reading['occurrences'];
  places: { language: string; places: Record<string, number>; changed: number; left: number }[];
  edits: WrittenEdit[];
  correctedAt: Date;
}

/** Of the same line a correction can be told a hundred times; what comes after is more of the same. */
const mostEdits = 100;

export function readForStore({ read, parse }: { read: ReadCorrection; parse: ParseTree }) {
  const keyOf = rememberedKeys();
  return (correction: UnreadCorrection, files: FileChange[], known: readonly KnownHunk[]): ReadingToWrite => {
    const { id, kind, comment, ageMs, repoId, correctedAt } = correction;
    const reading = read(files, { kind, comment: comment ?? undefined, ageMs: ageMs ?? undefined });
    const { hunks, replaced } = inPlaceOf(known, reading.stretches);
    const { edits, places } = readEdits(parse, files, reading.stretches);
    const leftOf = new Map(places.map(({ language, left }) => [language, left]));
    return {
      id,
      triage: reading.triage,
      detectors: [...new Set(reading.findings.map(({ detector }) => detector))],
      hunks,
      replaced,
      occurrences: reading.occurrences,
      places: places.map(({ language, left, lines }) => ({
        language,
        places: Object.fromEntries([...left].map(([outline, count]) => [keyOf(outline), count])),
        ...lines,
      })),
      edits: edits.slice(0, mostEdits).map(({ path, language, stretch, template, place }) => ({
        hunk: stretch,
        shape: keyOf(`${language} ${namesOf(template)}`),
        bucket: keyOf(bucketOf(language, template)),
        language,
        template,
        file: keyOf(`${repoId ?? ''} ${path}`),
        coarse: keyOf(place.coarse),
        coarseLeft: leftOf.get(language)?.get(place.coarse) ?? 0,
        fine: place.fine === undefined ? null : keyOf(place.fine),
        fineLeft: (place.fine !== undefined && leftOf.get(language)?.get(place.fine)) || 0,
      })),
      correctedAt,
    };
  };
}

const mostRemembered = 10_000;

/** The same outlines come in every correction. */
function rememberedKeys() {
  const known = new Map<string, string>();
  return (text: string) => {
    const key = known.get(text) ?? nameOf(text);
    if (known.size < mostRemembered) known.set(text, key);
    return key;
  };
}

/** Each stretch in the place of a known one of the same text or the same lines; no two hunks overlap then. */
function inPlaceOf(known: readonly KnownHunk[], stretches: readonly Stretch[]) {
  const byFile = groupedBy(known, ({ file }) => file);
  const taken = new Set<KnownHunk>();
  const replaced = new Set<KnownHunk>();
  const same = stretches.map(({ path, before, after }) => {
    const found = byFile
      .get(path)
      ?.find((hunk) => !taken.has(hunk) && hunk.before === before.text && hunk.after === after.text);
    if (found) taken.add(found);
    return found;
  });
  const hunks = stretches.map((stretch, at): ReadHunk => {
    const around = byFile.get(stretch.path)?.filter((hunk) => overlaps(hunk, stretch)) ?? [];
    const found = same[at] ?? around.find((hunk) => !taken.has(hunk));
    if (found) taken.add(found);
    for (const hunk of around) replaced.add(hunk);
    return { id: found?.id, verdict: (found ?? around[0])?.verdict, stretch };
  });
  return { hunks, replaced: [...replaced].filter((hunk) => !taken.has(hunk)).map(({ id }) => id) };
}

/** Where nothing is left of it, at the line after. */
const overlaps = ({ startLine, endLine }: KnownHunk, { after }: Stretch) =>
  startLine !== null &&
  endLine !== null &&
  startLine <= Math.max(after.from, after.to) &&
  Math.max(startLine, endLine) >= after.from;
