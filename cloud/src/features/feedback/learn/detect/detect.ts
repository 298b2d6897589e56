import type { ComparedLanguage } from '@whetstone/shared/feedback';
import type { Finding, Occurrence } from '../reading.ts';
import type { Change } from './change.ts';
import type { Detector } from './detector.ts';
import { detectors } from './detectors.ts';

const canSpeak = ({ languages }: Detector, language: ComparedLanguage) =>
  languages === 'both' || (languages === 'python') === (language === 'python');

/** What was recognised in each part of a change, in the order of its parts. */
export const findingsOf = (change: Change): Finding[][] =>
  change.parts.map((part) =>
    detectors
      .filter((detector) => canSpeak(detector, change.language))
      .flatMap((detector) =>
        detector.see(part, change).map(({ agent, human }) => ({
          detector: detector.id,
          language: change.language,
          beforeLine: agent && agent.line + 1,
          afterLine: human && human.line + 1,
        })),
      ),
  );

/** Enough to show some. */
export const mostLeftAt = 3;

/** Places that were left as they are survive; those in lines that were changed otherwise say nothing. */
export function occurrencesOf(change: Change, findings: readonly Finding[], path: string): Occurrence[] {
  const { language, agent } = change;
  const changed = new Map<string, number>();
  for (const { detector } of findings) changed.set(detector, (changed.get(detector) ?? 0) + 1);
  return detectors.flatMap((detector) => {
    if (!canSpeak(detector, language)) return [];
    const { id, couldBe } = detector;
    const left: number[] = [];
    for (const kind of couldBe.kinds)
      for (const node of agent.tree.byKind.get(kind) ?? [])
        if (node.parent && !agent.changed[node.line] && (!couldBe.is || couldBe.is(node))) left.push(node.line);
    const count = changed.get(id) ?? 0;
    if (count + left.length === 0) return [];
    const leftAt = left.slice(0, mostLeftAt).map((line) => ({ path, line: line + 1 }));
    return [{ detector: id, language, changed: count, survived: left.length, leftAt }];
  });
}
