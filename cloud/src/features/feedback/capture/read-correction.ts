import { mostOfHunk, type CapturedHunk, type Correction } from '@whetstone/shared/contract';
import { checkedPath, languageOf } from '@whetstone/shared/feedback';
import type { ComparePatches } from '../compare-patches.ts';
import { textsIn, warningsAbout } from '../warnings.ts';
import { trimmedChange } from './trimmed-change.ts';

export interface NewHunk {
  file: string;
  language: string | null;
  verdict: CapturedHunk['verdict'];
  startLine: number | null;
  endLine: number | null;
  before: string;
  after: string;
}

/** A correction as it is stored. */
export interface NewCorrection {
  said: Correction;
  language: string | null;
  files: string[];
  added: number;
  removed: number;
  warnings: string[];
  problem: string | null;
  changes: number;
  hunks: NewHunk[];
}

const mostHunks = 200;
const verdictOf = { edit: 'edited', manual_fix: 'edited', reject: 'rejected', kept: 'kept' } as const;

/**
 * What is known of a correction at once: which files, how many lines, what to be careful of. The hunks are those that came with it,
 * else one for each file, from the first line that differs to the last.
 */
export function readCorrection(said: Correction, compare: ComparePatches): NewCorrection {
  const { files: changes, problem } = compare(said.originalPatch, said.correctedPatch);
  const trimmed = changes.flatMap((change) => {
    const found = trimmedChange(change);
    return found ? [{ path: change.path, ...found }] : [];
  });
  const told = (said.hunks ?? []).map((hunk, at) => ({ ...hunk, file: checkedPath(hunk.file, `hunks.${at}.file`) }));
  const ownHunks = trimmed.map(({ path, fromLine, before, after, added }): NewHunk => ({
    file: path,
    language: languageOf(path),
    verdict: verdictOf[said.kind],
    startLine: fromLine,
    endLine: fromLine + added - 1,
    before: before.slice(0, mostOfHunk),
    after: after.slice(0, mostOfHunk),
  }));
  const hunks = told.length > 0 ? told.map(hunkAsTold) : ownHunks;
  const files = [...new Set([...changes.map(({ path }) => path), ...told.map(({ file }) => file)])];
  return {
    said,
    language: said.language ?? files.map(languageOf).find((language) => language !== 'text') ?? null,
    files: files.slice(0, 20).map((file) => file.slice(0, 4_096)),
    added: sumOf(trimmed, 'added'),
    removed: sumOf(trimmed, 'removed'),
    warnings: warningsAbout([
      said.userComment ?? '',
      ...textsIn(said.originalPatch),
      ...textsIn(said.correctedPatch),
      ...told.flatMap(({ before, after, file }) => [before ?? '', after ?? '', file]),
    ]),
    problem: problem?.slice(0, 2_000) ?? null,
    changes: changes.length,
    hunks: hunks.slice(0, mostHunks),
  };
}

const hunkAsTold = ({
  file,
  language,
  verdict,
  startLine,
  endLine,
  before = '',
  after = '',
}: CapturedHunk): NewHunk => ({
  file,
  language: language ?? languageOf(file),
  verdict,
  startLine: startLine ?? null,
  endLine: endLine ?? null,
  before: before.slice(0, mostOfHunk),
  after: after.slice(0, mostOfHunk),
});

const sumOf = (changes: readonly { added: number; removed: number }[], name: 'added' | 'removed') =>
  changes.reduce((sum, change) => sum + change[name], 0);
