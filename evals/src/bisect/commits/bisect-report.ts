import { join } from 'node:path';
import { styleFor } from '../../compare/style.ts';
import { percent } from '../../figures.ts';
import { writeWhole } from '../../run/run-directory.ts';
import type { History } from '../history.ts';
import { searchRuns, type BisectAnswer, type BisectRules } from '../next-move.ts';
import { posteriorTable } from '../picture.ts';
import { posteriorOf } from '../posterior.ts';
import { sentenceOf } from '../sentence.ts';
import { bisectFiles, type BisectManifest, type RecordedRun } from './bisect-folder.ts';
import type { Commit } from './commit-range.ts';

export interface BisectReport {
  answer: BisectAnswer & { commit?: string; fromCommit?: string; toCommit?: string };
  sentence: string;
  rules: BisectRules;
  searchRuns: number;
  seedRuns: number;
  candidates: {
    index: number;
    commit: string;
    title: string;
    posterior: number;
    runs: number;
    failures: number;
    skipped: boolean;
  }[];
  command: string;
  runs: readonly RecordedRun[];
}

export interface ReportInput {
  answer: BisectAnswer;
  history: History;
  commits: readonly Commit[];
  rules: BisectRules;
  manifest: BisectManifest;
  runs: readonly RecordedRun[];
}

export function bisectReport({ answer, history, commits, rules, manifest, runs }: ReportInput): BisectReport {
  const { positions } = history;
  const { chances } = posteriorOf(history);
  const named = commitNames(commits);
  const hashAt = (index: number) => commits[index]!.hash;
  return {
    answer: {
      ...answer,
      ...(answer.kind === 'commit' && { commit: hashAt(answer.from) }),
      ...(answer.kind === 'range' && { fromCommit: hashAt(answer.from), toCommit: hashAt(answer.to) }),
    },
    sentence: sentenceOf(answer, history, { noun: 'commit', nameOf: named.full }),
    rules,
    searchRuns: searchRuns(history),
    seedRuns: positions[0]!.runs + positions.at(-1)!.runs,
    candidates: commits.map(({ hash, title }, index) => ({
      index,
      commit: hash,
      title,
      posterior: chances[index]!,
      runs: positions[index]!.runs,
      failures: positions[index]!.failures,
      skipped: positions[index]!.isSkipped,
    })),
    command: manifest.command,
    runs,
  };
}

/** report.json and report.md in the bisect's folder. */
export async function writeBisectReport(folder: string, report: BisectReport, history: History): Promise<void> {
  await writeWhole(join(folder, bisectFiles.report), `${JSON.stringify(report, null, 2)}\n`);
  await writeWhole(join(folder, bisectFiles.markdown), markdownOf(report, history));
}

/** The posterior at the end, as text. */
export function pictureOf({ answer, candidates }: BisectReport, history: History, isColoured: boolean): string[] {
  const span =
    answer.kind === 'commit' || answer.kind === 'range' ? ([answer.from, answer.to] as const) : ([0, -1] as const);
  const names = {
    nameOf: (index: number) => shortHash(candidates[index]!.commit),
    titleOf: (index: number) => candidates[index]!.title,
    span,
  };
  return posteriorTable(history, posteriorOf(history).chances, names, styleFor(isColoured));
}

export const shortHash = (hash: string) => hash.slice(0, 10);

export const commitNames = (commits: readonly Commit[]) => ({
  short: (index: number) => shortHash(commits[index]!.hash),
  full: (index: number) => `${shortHash(commits[index]!.hash)} (${commits[index]!.title})`,
});

function markdownOf(report: BisectReport, history: History): string {
  const { rules, searchRuns: searched, seedRuns, command } = report;
  return [
    '# Bisect',
    '',
    plain(report.sentence),
    '',
    `${searched} runs of the search and ${seedRuns} at the two ends, a commit being named at ${percent(rules.confidence)}. The test:`,
    '',
    ...indented(command.split('\n')),
    '',
    'Chance of each commit to be the first bad one:',
    '',
    ...indented(pictureOf(report, history, false)),
    '',
  ].join('\n');
}

/** As code, whatever is in it. */
const indented = (lines: readonly string[]) => lines.map((line) => `    ${line}`.trimEnd());

/** A title's words must stay words. */
const plain = (text: string) => text.replace(/[\\`*_[\]<>|~#]/g, (sign) => `\\${sign}`);
