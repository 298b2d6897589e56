import type { Comparison } from './compare-runs.ts';
import type { Discordant } from './discordant.ts';
import type { GateDecision } from './gate.ts';
import { gateHeadline } from './gate-said.ts';
import { shortened } from '../excerpt.ts';
import { spendingOf } from './spending.ts';
import { changeSaid, plain } from './terminal-report.ts';
import { figuresOf, verdictOf } from './verdict.ts';

/** A comparison as GitHub shows it on the page of a workflow. */
export function markdownReport(comparison: Comparison, isOneOfSeveral: boolean, decision?: GateDecision): string {
  const { a, b, dataset, lost, gained, changes, warnings } = comparison;
  const figures = [...figuresOf(comparison, isOneOfSeveral), ...spendingOf(comparison)];
  return [
    `### ${escaped(b.label)} against ${escaped(a.label)} on ${escaped(dataset)}`,
    '',
    ...(decision
      ? [
          `**${gateHeadline(decision.verdict)}**`,
          '',
          ...decision.rules.map(({ verdict, said }) => `- ${verdict}: ${escaped(said)}`),
          '',
        ]
      : []),
    `${escaped(verdictOf(comparison))}.`,
    '',
    '| | |',
    '|---|---|',
    `| A | \`${code(a.directory)}\` |`,
    `| B | \`${code(b.directory)}\` |`,
    ...figures.map(([name, text]) => `| ${name} | ${escaped(text)} |`),
    ...changes.map((change, i) => `| ${i ? '' : 'changed'} | ${escaped(changeSaid(change))} |`),
    '',
    ...warnings.flatMap((warning) => [`> Warning: ${escaped(warning)}`, '']),
    ...listed('Lost', lost),
    ...listed('Gained', gained),
  ].join('\n');
}

/** GitHub shows at most 1 MiB of a step; a few hundred problems say enough. */
const most = 200;

function listed(name: string, rows: readonly Discordant[]): string[] {
  if (rows.length === 0) return [];
  return [
    `<details><summary>${name} (${rows.length})</summary>`,
    '',
    '| problem | A | B | |',
    '|---|---|---|---|',
    ...rows
      .slice(0, most)
      .map(
        ({ problemId, passRateA, passRateB, said }) =>
          `| ${escaped(problemId)} | ${share(passRateA)} | ${share(passRateB)} | ${escaped(shortened(said.join('; '), 300))} |`,
      ),
    ...(rows.length > most ? [`| and ${rows.length - most} more | | | |`] : []),
    '',
    '</details>',
    '',
  ];
}

const share = (rate: number) => `${Math.round(100 * rate)} %`;

/** What a candidate said is shown and nothing more: no markup, no links, no mentions, no further cells. */
const escaped = (text: string) =>
  plain(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/@/g, '&#64;')
    .replace(/[\\`*_{}[\]()#+!|~$:]/g, (sign) => `\\${sign}`);

const code = (text: string) => plain(text).replace(/[`|]/g, "'");
