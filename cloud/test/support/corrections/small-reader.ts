import type { ComparedPatches, FileChange } from '@whetstone/shared/feedback';
import { languageOf } from '@whetstone/shared/feedback';
import type { ReadCorrection, Stretch } from '../../../src/features/feedback/learn/reading.ts';

interface SmallDetector {
  id: string;
  /** A line where it could apply. */
  line: RegExp;
  /** The same line once it was applied: not to be found any more. */
  languages: string[];
}

/** Three are enough to see that what a reader finds is counted. */
const detectors: SmallDetector[] = [
  { id: 'log-removed', line: /\b(?:console\.log|print)\(/, languages: ['typescript', 'python'] },
  { id: 'any-narrowed', line: /: any\b/, languages: ['typescript'] },
  { id: 'loose-equality', line: /[^=!]==[^=]/, languages: ['typescript'] },
];

/** A reader as small as tests of what comes after it need: stretches by lines, three detectors by regular expressions. */
export const smallReader: ReadCorrection = (files, { kind }) => {
  const stretches: Stretch[] = [];
  const findings = [];
  const occurrences = new Map<
    string,
    { detector: string; language: string; changed: number; survived: number; leftAt: { path: string; line: number }[] }
  >();
  for (const { path, agent = '', human = '' } of files) {
    const language = languageOf(path);
    const [before, after] = [agent.split('\n'), human.split('\n')];
    const own = runsOf(before, after).map(({ from, to, fromAfter, toAfter }): Stretch => {
      const [old, now] = [before.slice(from, to).join('\n'), after.slice(fromAfter, toAfter).join('\n')];
      return {
        path,
        language,
        before: { from: from + 1, to, text: old },
        after: { from: fromAfter + 1, to: toAfter, text: now },
        triage: triageOf(old, now),
        detectors: detectors.flatMap(({ id, line, languages }) =>
          languages.includes(language) && matches(old, line) > matches(now, line) ? [id] : [],
        ),
      };
    });
    stretches.push(...own);
    for (const { id, line, languages } of detectors) {
      if (!languages.includes(language)) continue;
      const at = `${id} ${language}`;
      const known = occurrences.get(at) ?? { detector: id, language, changed: 0, survived: 0, leftAt: [] };
      for (const stretch of own.filter((one) => one.detectors.includes(id))) {
        known.changed += matches(stretch.before.text, line) - matches(stretch.after.text, line);
        findings.push({ detector: id, language, beforeLine: stretch.before.from, afterLine: stretch.after.from });
      }
      before.forEach((text, i) => {
        const isChanged = own.some((stretch) => i + 1 >= stretch.before.from && i + 1 <= stretch.before.to);
        if (isChanged || !line.test(text)) return;
        known.survived += 1;
        known.leftAt.push({ path, line: i + 1 });
      });
      if (known.changed + known.survived > 0) occurrences.set(at, known);
    }
  }
  const triage =
    kind === 'kept' ? 'unknown' : (stretches.find((one) => one.triage !== 'cosmetic')?.triage ?? 'cosmetic');
  return { triage, stretches, findings, occurrences: [...occurrences.values()], failure: undefined, problems: [] };
};

/** Of patches as `{files: [{path, before, after}]}`. */
export function smallCompare(original: unknown, corrected: unknown): ComparedPatches {
  const filesOf = (patch: unknown) => (patch as { files: { path: string; after: string }[] }).files;
  const human = new Map(filesOf(corrected).map(({ path, after }) => [path, after]));
  const files = filesOf(original).map(({ path, after }): FileChange => ({
    path,
    agent: after,
    human: human.get(path),
    isPartial: false,
  }));
  return { files, problem: undefined };
}

const matches = (text: string, line: RegExp) => text.split('\n').filter((one) => line.test(one)).length;

function triageOf(old: string, now: string): Stretch['triage'] {
  const bare = (text: string) =>
    text
      .replaceAll(/(?:\/\/|#).*$/gm, '')
      .replaceAll(/[\s;,]/g, '')
      .replaceAll(/['"`]/g, '"');
  if (bare(old) === bare(now)) return 'cosmetic';
  return now.trim() === '' ? 'deletion' : 'behaviour';
}

function runsOf(before: readonly string[], after: readonly string[]) {
  const width = after.length + 1;
  const common = new Int32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      common[i * width + j] =
        before[i] === after[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const runs: { from: number; to: number; fromAfter: number; toAfter: number }[] = [];
  let [i, j, from, fromAfter] = [0, 0, 0, 0];
  const end = () => void ((i > from || j > fromAfter) && runs.push({ from, to: i, fromAfter, toAfter: j }));
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      end();
      [i, j] = [i + 1, j + 1];
      [from, fromAfter] = [i, j];
    } else if (j >= after.length || (i < before.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      i++;
    else j++;
  }
  end();
  return runs;
}
