import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { count, noFigures, sumOf, type Figures } from '../support/capture-figures.ts';
import { playHistory } from '../support/capture-history.ts';

const sets = [
  { language: 'typescript', withRepeats: false, seeds: 170 },
  { language: 'typescript', withRepeats: true, seeds: 170 },
  { language: 'python', withRepeats: false, seeds: 90 },
  { language: 'python', withRepeats: true, seeds: 90 },
] as const;

/** Histories of edits and of real git; in every second set many lines stand in a file several times. */
describe('what became of the lines of agents', () => {
  for (const { language, withRepeats, seeds } of sets) {
    const kind = `of ${language}, lines ${withRepeats ? 'many alike' : 'all different'}`;
    test(`is told over ${seeds} histories ${kind}`, { timeout: 600_000 }, () => {
      const all: Figures[] = [];
      const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'histories-'));
      try {
        for (let seed = 1; seed <= seeds; seed++) {
          try {
            const figures = noFigures();
            count(figures, playHistory({ seed, withRepeats, language, root: join(folder, `${seed}`) }));
            all.push(figures);
          } catch (error) {
            throw new Error(`seed ${seed}, ${kind}`, { cause: error });
          }
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
      const figures = all.reduce(sumOf, noFigures());
      console.info(`${seeds} histories ${kind}\n${tableOf(figures)}`);
      const { lines, events, reformed, revised, others } = figures;
      const seedsWhere = (isWrong: (one: Figures) => boolean) =>
        `seeds ${all.flatMap((one, i) => (isWrong(one) ? [i + 1] : [])).join(', ')}`;
      const wrong = seedsWhere((one) => one.lines.right < Math.max(one.lines.told, one.lines.true));
      expect(lines.true).toBeGreaterThan(seeds);
      expect(lines.right / lines.told, wrong).toBeGreaterThanOrEqual(0.95);
      expect(lines.right / lines.true, wrong).toBeGreaterThanOrEqual(0.95);
      expect(events.right / events.told, wrong).toBeGreaterThanOrEqual(0.98);
      expect(events.found / events.true, wrong).toBeGreaterThanOrEqual(0.98);
      expect(
        reformed.wrong,
        seedsWhere((one) => one.reformed.wrong > 0),
      ).toBe(0);
      expect(
        revised.wrong / revised.all,
        seedsWhere((one) => one.revised.wrong > 0),
      ).toBeLessThanOrEqual(0.01);
      expect(
        others.wrong / Math.max(1, others.all),
        seedsWhere((one) => one.others.wrong > 0),
      ).toBeLessThanOrEqual(0.05);
    });
  }
});

function tableOf({ lines, events, reformed, revised, others, dropped, living }: Figures): string {
  const share = (part: number, whole: number) =>
    `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(2)} %)`;
  return [
    `lines changed by a person: precision ${share(lines.right, lines.told)}, recall ${share(lines.right, lines.true)}`,
    `events: precision ${share(events.right, events.told)}, recall ${share(events.found, events.true)}`,
    `lines only formatted and called corrected: ${share(reformed.wrong, reformed.all)}`,
    `lines that an agent revised and called a person's: ${share(revised.wrong, revised.all)}`,
    `lines that others' commits changed and called a person's: ${share(others.wrong, others.all)}`,
    `dropped lines called rejected after a day: ${share(dropped.right, dropped.all)}`,
    `living lines still known as the agent's: ${share(living.right, living.all)}`,
  ].join('\n');
}
