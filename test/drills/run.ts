import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { changeDrill, type ChangeRow } from './change-drill.ts';
import { evalKills, evalQueue, evalReads, evalRollbacks, evalTroubles } from './eval-drills.ts';
import { faultDrill, type FaultRow } from './fault-drill.ts';
import { killDrill } from './kill-drill.ts';
import { markdownTable } from './markdown-table.ts';

/**
 * `pnpm drill [name …]`: breaks what can break around real processes and writes down what was seen. Not part of
 * `npm test`, whose shorter runs of the same drills assert the outcomes but no times.
 */
const drills: Record<string, () => Promise<string>> = {
  faults,
  changes,
  kills,
  'eval-kills': evalKills,
  'eval-queue': evalQueue,
  'eval-rollbacks': evalRollbacks,
  'eval-troubles': evalTroubles,
  'eval-reads': evalReads,
};

async function faults() {
  const rows: FaultRow[] = [];
  await faultDrill(500, (row) => {
    rows.push(row);
    console.log(`${row.fault}, ${row.process}: ${row.wrong} wrong of ${row.reads}`);
  });
  const wrong = rows.reduce((sum, row) => sum + row.wrong, 0);
  const reads = rows.reduce((sum, row) => sum + row.reads, 0);
  const worst = Math.max(...rows.map(({ p99Ms }) => p99Ms));
  const table = markdownTable(
    ['fault', 'process', 'reads', 'source', 'wrong', 'first ms', 'p50 ms', 'p99 ms', 'what the answer says'],
    rows.map((row) => [
      row.fault,
      row.process,
      row.reads,
      Object.entries(row.sources)
        .map(([source, count]) => `${source} ${count}`)
        .join(', '),
      row.wrong,
      row.firstMs.toFixed(0),
      row.p50Ms.toFixed(2),
      row.p99Ms.toFixed(2),
      row.says,
    ]),
  );
  return `# Faults around the MCP server

${rows.length} situations, ${reads} reads over stdio, ${wrong} wrong answers, worst p99 once warm ${worst.toFixed(1)} ms (promised: 50 ms).
\`first\` is the first answer of the measurement, which for a new process includes its one look at the cloud: at most 400 ms
when something is known, 2 s when nothing is.

${table}`;
}

async function changes() {
  const rows: ChangeRow[] = [];
  await changeDrill(50, (row) => rows.push(row));
  const at = ({ tookMs }: ChangeRow, share: number) =>
    (tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * share))] ?? 0).toFixed(1);
  const table = markdownTable(
    ['servers', 'changes', 'p50 ms', 'p95 ms', 'max ms'],
    rows.map((row) => [row.servers, row.changes, at(row, 0.5), at(row, 0.95), at(row, 1)]),
  );
  return `# From a change in the cloud to an agent's answer

From the acknowledgement of the write until \`evaluate_flag\` of a connected MCP server answers by it (promised: 1 s).

${table}`;
}

async function kills() {
  const report = await killDrill({ rounds: 200, lossShare: 0.3, seed: 20_261_125 });
  const { outbox, lost, sent, counted } = report;
  const table = markdownTable(
    ['what', 'how many'],
    [
      ['rounds', report.rounds],
      ['kills of MCP servers, three of them on one state directory', report.agentKills],
      ['kills of the server', report.serverKills],
      ['answers of evaluate_flag, each an exposure', report.answers],
      ['records that were accepted, seen on disk after a kill', report.accepted],
      ['deliveries that reached the server', report.deliveries],
      ['responses to them that were lost', report.lostResponses],
      ['**accepted records that the server never took**', lost],
      ['exposures in the records it took, each record once', sent],
      ['exposures it counted', counted],
      ['**applied twice or lost by the server**', counted - sent],
      ['records still waiting, set aside, unreadable', `${outbox.pending}, ${outbox.parked}, ${outbox.unreadable}`],
      ['ledger: accepted = delivered', `${outbox.accepted} = ${outbox.delivered}`],
    ],
  );
  return `# Kills

MCP servers that share one state directory, and the server behind them on its embedded engines, are killed with SIGKILL at
random moments while responses to writes get lost. At the end all is quiet and what waits is sent.

${table}`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(drills, name));
if (unknown !== undefined) {
  console.error(`No drill is called "${unknown}"; there are ${Object.keys(drills).join(', ')}.`);
  process.exit(1);
}

const results = join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
for (const [name, drill] of Object.entries(drills)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const startedAt = new Date();
  const text = await drill();
  const machine = `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}, ${startedAt.toISOString().slice(0, 10)}.`;
  writeFileSync(join(results, `${name}.md`), `${text}\n${machine}\n`);
  console.log(`\n${text}`);
}
