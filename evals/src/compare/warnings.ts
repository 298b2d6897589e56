import { someOf, type ComparedRun, type Missing, type Pairing } from './pair-runs.ts';
import type { Change } from './what-changed.ts';

interface Compared {
  a: ComparedRun;
  b: ComparedRun;
  pairing: Omit<Pairing, 'pairs'>;
  changes: readonly Change[];
}

/** What a reader must know before believing the figures. */
export function warningsOf({ a, b, pairing, changes }: Compared): string[] {
  const yardstick = changes.filter((change) => change.of === 'yardstick').map(({ field }) => field);
  return [
    ...(yardstick.length > 0
      ? [`the yardstick changed too (${yardstick.join(', ')}): verdicts may differ by it and not by the subject`]
      : []),
    ...lackOf('A', pairing.lackedByA),
    ...lackOf('B', pairing.lackedByB),
    ...missingOf('A', pairing.missing.a),
    ...missingOf('B', pairing.missing.b),
    ...(pairing.leftOut.length > 0
      ? [
          `${count(pairing.leftOut.length, 'problem')} left out, without a verdict in one of the runs: ${someOf(
            pairing.leftOut.map(({ problemId }) => problemId),
          )}`,
        ]
      : []),
    ...referencesOf(a, b),
  ];
}

const lackOf = (name: string, lacked: readonly string[]) =>
  lacked.length > 0
    ? [`${name} has no result for ${count(lacked.length, 'problem')}, left out: ${someOf(lacked)}`]
    : [];

function missingOf(name: string, { errors, skipped, samples }: Missing): string[] {
  if (errors + skipped === 0) return [];
  return [
    `${name} has no verdict on ${errors + skipped} of ${count(samples, 'sample')}: ${errors} by errors of infrastructure, ${skipped} not asked`,
  ];
}

/** A problem whose own reference fails in one environment alone may have changed its verdict by that. */
function referencesOf(a: ComparedRun, b: ComparedRun): string[] {
  const [ofA, ofB] = [a, b].map(({ record }) => new Set(record.origin.referenceFailures ?? [])) as [
    Set<string>,
    Set<string>,
  ];
  const apart = [...new Set([...ofA, ...ofB])].filter((id) => ofA.has(id) !== ofB.has(id));
  if (apart.length === 0) return [];
  return [
    `the reference of ${count(apart.length, 'problem')} fails in the environment of one run alone: ${someOf(apart)}`,
  ];
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
