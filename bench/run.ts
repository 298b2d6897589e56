import { alertRule } from './entries/alert-rule.ts';
import { captureSpooler } from './entries/capture-spooler.ts';
import { compile } from './entries/compile.ts';
import { evalBisect } from './entries/eval-bisect.ts';
import { evalFootprint } from './entries/eval-footprint.ts';
import { evalGrading } from './entries/eval-grading.ts';
import { evalIngest } from './entries/eval-ingest.ts';
import { evalLive } from './entries/eval-live.ts';
import { evalOverhead } from './entries/eval-overhead.ts';
import { evalPool } from './entries/eval-pool.ts';
import { evalSamples } from './entries/eval-samples.ts';
import { evaluatorSize } from './entries/evaluator-size.ts';
import { exposures } from './entries/exposures.ts';
import { guidanceGate } from './entries/guidance-gate.ts';
import { feedbackClassify } from './entries/feedback-classify.ts';
import { feedbackExamples } from './entries/feedback-examples.ts';
import { feedbackIngest } from './entries/feedback-ingest.ts';
import { feedbackPatterns } from './entries/feedback-patterns.ts';
import { httpBulk } from './entries/http-bulk.ts';
import { httpEvaluate } from './entries/http-evaluate.ts';
import { knowledgeCatalogue } from './entries/knowledge-catalogue.ts';
import { knowledgeCitations } from './entries/knowledge-citations.ts';
import { knowledgeRetrieval } from './entries/knowledge-retrieval.ts';
import { knowledgeSearch } from './entries/knowledge-search.ts';
import { leaderboard } from './entries/leaderboard.ts';
import { localEvaluate } from './entries/local-evaluate.ts';
import { manyFlags } from './entries/many-flags.ts';
import { mcpEvaluate } from './entries/mcp-evaluate.ts';
import { mcpStart } from './entries/mcp-start.ts';
import { httpRecommend } from './entries/http-recommend.ts';
import { portfolioRebuild } from './entries/portfolio-rebuild.ts';
import { portfolioRecommend } from './entries/portfolio-recommend.ts';
import { portfolioRecord } from './entries/portfolio-record.ts';
import { portfolioOffPolicy } from './entries/portfolio-off-policy.ts';
import { queueDrain } from './entries/queue-drain.ts';
import { start } from './entries/start.ts';
import { endChildrenOnExit } from './harness/children.ts';
import { isHeld, type Bar, type Entry } from './harness/report.ts';
import { loadNow, writeResult } from './harness/results.ts';
import { barText, reportText } from './harness/table.ts';

const entries: Record<string, Entry> = {
  'local-evaluate': localEvaluate,
  compile,
  'evaluator-size': evaluatorSize,
  'many-flags': manyFlags,
  'http-evaluate': httpEvaluate,
  'http-bulk': httpBulk,
  exposures,
  'queue-drain': queueDrain,
  start,
  'mcp-start': mcpStart,
  'mcp-evaluate': mcpEvaluate,
  'eval-grading': evalGrading,
  'eval-samples': evalSamples,
  'eval-pool': evalPool,
  'eval-overhead': evalOverhead,
  leaderboard,
  'eval-ingest': evalIngest,
  'eval-live': evalLive,
  'eval-footprint': evalFootprint,
  'alert-rule': alertRule,
  'eval-bisect': evalBisect,
  'guidance-gate': guidanceGate,
  'portfolio-record': portfolioRecord,
  'portfolio-rebuild': portfolioRebuild,
  'portfolio-recommend': portfolioRecommend,
  'http-recommend': httpRecommend,
  'portfolio-off-policy': portfolioOffPolicy,
  'knowledge-retrieval': knowledgeRetrieval,
  'feedback-classify': feedbackClassify,
  'feedback-ingest': feedbackIngest,
  'feedback-examples': feedbackExamples,
  'knowledge-search': knowledgeSearch,
  'knowledge-citations': knowledgeCitations,
  'knowledge-catalogue': knowledgeCatalogue,
  'capture-spooler': captureSpooler,
  'feedback-patterns': feedbackPatterns,
};

/** More than this waits for a processor: what needs two of them at once suffers, and absolute figures mean little. */
const busyLoad = 4;

async function runEntry(name: string, { title, lasts, run }: Entry): Promise<Bar[]> {
  console.log(`\n${name}: ${title} (${lasts})\n`);
  const startedAt = new Date();
  const before = loadNow();
  const { referenceNs, ...report } = await run();
  const load = { before, after: loadNow() };
  writeResult({ entry: name, report, referenceNs, startedAt, load });
  console.log(reportText(report, referenceNs));
  const busy = before > busyLoad ? ': a busy machine, measure again at a quiet moment' : '';
  console.log(`\nLoad average ${load.before} before, ${load.after} after${busy}. Kept in bench/results/${name}.json.`);
  return report.bars.filter((bar) => !isHeld(bar));
}

/** All entries, or those whose names start with what was asked for. */
function chosen(wanted: string[]): [string, Entry][] {
  const all = Object.entries(entries);
  const unknown = wanted.find((start) => !all.some(([name]) => name.startsWith(start)));
  if (unknown === undefined) {
    return all.filter(([name]) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)));
  }
  console.error(`No bench entry is called "${unknown}"; there are ${Object.keys(entries).join(', ')}.`);
  process.exit(1);
}

endChildrenOnExit();
const short: string[] = [];
for (const [name, entry] of chosen(process.argv.slice(2))) {
  for (const bar of await runEntry(name, entry)) short.push(`${name}:${barText(bar)}`);
}
console.log(short.length > 0 ? `\n${short.join('\n')}` : '\nEvery bar is held.');
