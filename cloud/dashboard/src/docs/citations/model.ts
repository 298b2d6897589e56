import type { knowledgeVerify, Output, VerifiedCitation } from '@whetstone/shared/contract';
import { wilsonInterval } from '@whetstone/shared/stats';
import type { Look } from '../../evals/look.ts';
import { pagePath } from '../paths.ts';

export type CitationReport = Output<(typeof knowledgeVerify)['getCitationReport']>;
export type Day = CitationReport['days'][number];
export type Verdict = VerifiedCitation['verdict'];

export const ranges = ['7d', '30d', '90d', '365d'] as const;
export type Range = (typeof ranges)[number];

export const rangeOf = (text: string | undefined): Range => ranges.find((each) => each === text) ?? '30d';

export const verdicts = ['found', 'altered', 'wrong_version', 'stale', 'unknown'] as const satisfies readonly Verdict[];

export const verdictLooks: Record<Verdict, Look> = {
  found: { sign: '✓', word: 'found', class: 'text-good' },
  altered: { sign: '≠', word: 'altered', class: 'text-bad' },
  wrong_version: { sign: '⇄', word: 'wrong version', class: 'text-bad' },
  stale: { sign: '◌', word: 'stale', class: 'text-warn' },
  unknown: { sign: '?', word: 'unknown', class: 'text-warn' },
};

export const verdictMeanings: Record<Verdict, string> = {
  found: 'The page says so',
  altered: 'A negation, a number, an identifier or words are others',
  wrong_version: 'Another version says so, and this one does not',
  stale: 'The page said so once, or is gone from its source',
  unknown: 'There is no such passage, or it says nothing like it',
};

type Counts = Record<Verdict, number>;

const checkedOf = (counts: Counts) => verdicts.reduce((sum, verdict) => sum + counts[verdict], 0);

export interface Accuracy {
  rate: number;
  interval: readonly [number, number];
  n: number;
}

/** Of so many that were checked, how many the page says; undefined where none was. */
export function accuracyOf(counts: Counts): Accuracy | undefined {
  const n = checkedOf(counts);
  if (n === 0) return undefined;
  return { rate: counts.found / n, interval: wilsonInterval(counts.found, n), n };
}

const dayMs = 86_400_000;

/** Every day (UTC) from the first that has counts to today: on those that have none, nothing happened. */
export function everyDay(days: readonly Day[], nowMs: number): Day[] {
  const known = new Map(days.map((day) => [day.day, day]));
  const counted = days.map(({ day }) => Date.parse(day));
  const first = Math.min(...counted);
  // The server's today may have come before this browser's.
  const last = Math.max(nowMs, ...counted);
  const all: Day[] = [];
  for (let at = first; at <= last; at += dayMs) {
    const day = new Date(at).toISOString().slice(0, 10);
    all.push(known.get(day) ?? { day, served: 0, found: 0, altered: 0, wrong_version: 0, stale: 0, unknown: 0 });
  }
  return all;
}

/** Checked ones that name no passage that is known, and so belong to no library. */
export const ofNoLibrary = ({ checked, libraries }: Pick<CitationReport, 'checked' | 'libraries'>) =>
  checked - libraries.reduce((sum, counts) => sum + checkedOf(counts), 0);

/** The passage in its page, where that is known. */
export function passagePath({ library, version, path, startLine, endLine }: VerifiedCitation): string | undefined {
  if (library === null || version === null || path === null) return undefined;
  const lines = startLine === null ? undefined : { from: startLine, to: endLine ?? startLine };
  return pagePath({ library, version, path, lines });
}

/** 'tidy-cache@1.4.0 docs/caching.md, lines 7 to 9'. */
export function passageText({ library, version, path, startLine, endLine }: VerifiedCitation): string {
  const lines =
    startLine === null
      ? ''
      : endLine === null || endLine === startLine
        ? `, line ${startLine}`
        : `, lines ${startLine} to ${endLine}`;
  return `${library}@${version} ${path}${lines}`;
}
