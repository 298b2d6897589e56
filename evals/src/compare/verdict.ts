import type { Comparison } from './compare-runs.ts';
import { percent, points, pointsInterval, pValue } from '../figures.ts';

/** What the comparison comes to, in a sentence. Nothing found is not the same as nothing there. */
export function verdictOf({ isSeparated, difference, interval, adjustedP, detectableDrop }: Comparison): string {
  if (!isSeparated)
    return `no separation detected at this sample size (could have seen a drop of >= ${(100 * detectableDrop).toFixed(1)} points)`;
  const range = interval ? `, 95 % interval ${pointsInterval(interval)}` : '';
  return `separated: B is ${difference < 0 ? 'worse' : 'better'} by ${Math.abs(100 * difference).toFixed(1)} points (p ${pValue(adjustedP.twoSided)}${range})`;
}

/** Name, figures and what they rest on: the same lines for a terminal and for Markdown. */
export function figuresOf(comparison: Comparison, isOneOfSeveral: boolean): [name: string, figures: string][] {
  const { rateA, rateB, difference, interval, bootstrapInterval, counts, test, adjustedP, clusters } = comparison;
  return [
    [
      'pass rate',
      `${percent(rateA)} -> ${percent(rateB)}, ${points(difference)} points${interval ? ` (95 %: ${pointsInterval(interval)})` : ''}`,
    ],
    ...(bootstrapInterval
      ? [['', `paired bootstrap, 95 %: ${pointsInterval(bootstrapInterval)}`] as [string, string]]
      : []),
    ['problems', problemsOf(comparison)],
    ...(counts ? [['', `${counts.both} passed in both, ${counts.neither} in neither`] as [string, string]] : []),
    [
      'test',
      `${test.name}: p ${pValue(test.p.twoSided)} two-sided, p ${pValue(test.p.drop)} for a drop${clusters ? ` (${clusters} clusters)` : ''}`,
    ],
    ...(isOneOfSeveral
      ? [
          [
            '',
            `adjusted by Holm: p ${pValue(adjustedP.twoSided)} two-sided, p ${pValue(adjustedP.drop)} for a drop`,
          ] as [string, string],
        ]
      : []),
  ];
}

function problemsOf({ problems, lost, gained, leftOut }: Comparison): string {
  const out = leftOut.length > 0 ? `, ${leftOut.length} left out` : '';
  return `${problems} paired${out}: ${lost.length} lost, ${gained.length} gained`;
}
