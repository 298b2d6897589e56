import { evalQueueDrill, type EvalQueueReport } from './eval-queue-drill.ts';
import { evalRollbackDrill, everyMoment, type EvalRollbackReport } from './eval-rollback-drill.ts';
import { evalReadsDrill } from './eval-reads-drill.ts';
import {
  killedNeighbourDrill,
  killedRunDrill,
  killedSeedDrill,
  type EvalKillRow,
  type SeedKillRow,
} from './eval-kill-drill.ts';
import { troubles, type TroubleRow } from './eval-trouble-drill.ts';
import { markdownTable } from './markdown-table.ts';

export async function evalKills() {
  const rows = [
    await killedRunDrill({ kills: 50, samplesPerProblem: 14, latencyMs: 400, seed: 3 }),
    await killedNeighbourDrill({ kills: 12, samplesPerProblem: 8, latencyMs: 400, seed: 4 }),
  ];
  return evalKillsText(rows, await killedSeedDrill({ kills: 10, seed: 5 }));
}

function evalKillsText(rows: EvalKillRow[], seeding?: SeedKillRow) {
  const figures: [string, (row: EvalKillRow) => string | number][] = [
    ['kills', ({ kills }) => kills],
    ['samples of the run', ({ samples }) => samples],
    ['how it ended', ({ status }) => status],
    ['verdicts and hash as undisturbed', ({ isSame }) => (isSame ? 'yes' : '**no**')],
    ['samples stored, of them twice', ({ stored, storedTwice }) => `${stored}, ${storedTwice}`],
    ['errors', ({ errors }) => errors],
    ['live events that arrived', ({ events }) => events],
    ['**missing, twice, out of order**', ({ missing, twice, outOfOrder }) => `${missing}, ${twice}, ${outOfOrder}`],
    ['**verdicts told twice**', ({ verdictsTwice }) => verdictsTwice],
    ['connections of the follower', ({ connections }) => connections],
    ['asks of the model beyond one per sample', ({ askedAgain }) => askedAgain],
    ['graders that outlived their server', ({ orphans }) => orphans],
    ['seconds', ({ tookS }) => tookS.toFixed(0)],
  ];
  const table = markdownTable(
    ['what', ...rows.map(({ what }) => what)],
    figures.map(([name, figure]) => [name, ...rows.map(figure)]),
  );
  const seeded = seeding
    ? markdownTable(
        ['the sample runs of a first start', 'how many'],
        Object.entries(seeding).map(([name, value]) => [name, Math.round(value)]),
      )
    : '';
  return `# Kills during runs of evals

A model is asked and its answers are graded, while a server is killed with SIGKILL at random moments and started again. One
client follows the live events over all of it.

${table}
${seeded}`;
}

export const evalQueue = async () => evalQueueText(await evalQueueDrill({ problems: 9, seed: 5 }));

function evalQueueText(report: EvalQueueReport) {
  const statuses = (counts: Record<number, number>) =>
    Object.entries(counts)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ');
  const table = markdownTable(
    ['what', 'how many'],
    [
      ['messages', report.messages],
      ['deliveries that left, of them repeated', `${report.deliveries}, ${report.repeated}`],
      ...Object.entries(report.forged).map(([fault, counts]) => [`signed ${fault}, by answer`, statuses(counts)]),
      ['replayed as they were, by answer', statuses(report.replayed)],
      ['runs: two, and a rerun of each', report.runs],
      ['samples, stored', `${report.samples}, ${report.stored}`],
      ['**runs whose results or events have gaps or repetitions**', report.sequencesWrong],
      ['samples with errors', report.errors],
      ['regressions', report.regressions.join(', ')],
      ['**rollbacks in the history of the flag**', report.rollbacks],
      ['events for the webhook', report.webhookEvents],
      ['**of them never received, or more than once**', report.webhookEventsWrong],
      ['messages that failed for good, dead letters', `${report.failedMessages}, ${report.dead}`],
    ],
  );
  return `# QStash at its worst

From a first run over a worse one to a flag that is rolled back, on two server processes and PostgreSQL, while a stand-in of
QStash delivers every message three times, late, out of order, and loses a fifth of its tries, and somebody else sends what
is signed wrongly or was there before.

${table}`;
}

export const evalRollbacks = async () =>
  evalRollbacksText(await evalRollbackDrill({ rounds: 3, killAt: everyMoment, problems: 4, seed: 8 }));

function evalRollbacksText(report: EvalRollbackReport) {
  const table = markdownTable(
    ['what', 'how many'],
    [
      ['regressions, each with a flag of its own', report.rounds],
      ['kills', report.kills],
      ...Object.entries(report.killedAt).map(([moment, kills]) => [`of them just after: ${moment}`, kills]),
      ['how they ended', listed(report.ended)],
      ['**flags with one rollback, its evidence beside it**', report.rolledBackOnce],
      ['events told once, again with the same id', `${report.toldOnce}, ${report.toldAgain}`],
      ['**events told with two ids, or never**', report.toldWrong],
      ['seconds', report.tookS.toFixed(0)],
    ],
  );
  return `# Kills on the way to a rollback

The built server on its embedded engines is killed with SIGKILL and started again, at each moment from the suspicion of a
regression to the webhook that tells of its rollback.

${table}`;
}

const listed = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, times]) => `${name}: ${times}`)
    .join(', ');

export async function evalTroubles() {
  const rows: TroubleRow[] = [];
  for (const situation of Object.values(troubles)) rows.push(await situation(4));
  return evalTroublesText(rows);
}

function evalTroublesText(rows: TroubleRow[]) {
  const table = markdownTable(
    ['trouble', 'struck', 'right', 'what came of it'],
    rows.map(({ trouble, struck, isRight, outcome }) => [trouble, struck, isRight ? 'yes' : '**no**', outcome]),
  );
  return `# Trouble around runs of evals

${table}`;
}

export const evalReads = async () => evalReadsText(await evalReadsDrill(500));

function evalReadsText({ rows, verdictsMeanwhile }: Awaited<ReturnType<typeof evalReadsDrill>>) {
  const ms = (value: number) => value.toFixed(1);
  const table = markdownTable(
    ['read', 'when', 'reads', 'p50 ms', 'p99 ms', 'max ms'],
    rows.map((row) => [row.what, row.when, row.reads, ms(row.p50Ms), ms(row.p99Ms), ms(row.maxMs)]),
  );
  return `# Reads during a run

One server process on PGlite answers one reader, at rest and while it grades within itself: ${verdictsMeanwhile} verdicts were
written meanwhile.

${table}`;
}
