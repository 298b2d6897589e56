import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  evaluateFlag,
  evaluateFlagDetails,
  getFeedbackExamples,
  getGuidance,
  recommendModel,
  recordOutcome,
  searchKnowledge,
  submitEvalRun,
  verifyCitations,
} from 'whetstone-mcp/cloud-client';
import type { Card } from './card.ts';
import { check, type Verdict } from './check.ts';
import { getRepoId, keepWork } from './last-work.ts';
import { ask, calculateCost, isModelSet, type Iteration } from './model.ts';
import { apply, readPatch, type Patch } from './patch.ts';

const answerForm =
  'Answer with JSON alone: {"ops": [{"find": "text that stands once in the file", "with": "text"}], "notes": "why; cite passages as [ws:ID]"}.';

/** Mends the file of a card until its check passes, or the iterations are used up. */
export async function fix(card: Card, root: string): Promise<boolean> {
  const startTime = Date.now();
  const taskId = `${card.name}-${startTime}`;
  const file = join(root, card.file);
  const before = await readFile(file, 'utf8');
  const { language, library } = card;
  const taskType = 'refactor';

  // Each answers at once while the server is away: by what this machine knows, else by its default.
  const recommended = await recommendModel({
    taskType: 'refactor',
    complexity: 'medium',
    repoSize: 50000,
    language,
    maxCost: 0.1,
  });
  const model = recommended.model || (process.env.AGENT_MODEL ?? 'gpt-5-mini');
  const useNewFixer = await evaluateFlag('new-fixer-prompt', { userId: process.env.USER, repoId: getRepoId(root) });
  const { value: most } = await evaluateFlagDetails('agent-iterations', { userId: process.env.USER, taskId }, 3);
  const guidance = await getGuidance({ taskType, language, userId: process.env.USER, repoId: getRepoId(root), taskId });
  const examples = await getFeedbackExamples({ taskType: 'refactor', limit: 3 });
  const query = card.task;
  const docs = await searchKnowledge({ query, ...(library !== undefined && { library }), limit: 3 });
  console.log(
    `model ${model} (${recommended.source}) · new prompt ${useNewFixer} · guidance ${guidance.version ?? 'none'} (${guidance.source}) · ` +
      `${examples.length} examples (${examples.answer.source}) · ${docs.length} passages (${docs.answer.source})`,
  );
  if (!isModelSet) {
    console.error('There is no model to ask: set OPENAI_BASE_URL and OPENAI_API_KEY.');
    return false;
  }

  const prompt = [
    useNewFixer ? 'Find the cause first, then mend the file.' : 'Mend the file.',
    card.task,
    `${guidance}`,
    `${examples}`,
    docs.length > 0 ? `${docs}` : '',
    `${card.file}:\n${before}`,
    answerForm,
  ];
  const iterations: Iteration[] = [];
  let patch: Patch = { ops: [], notes: '' };
  let verdict: Verdict = { verdict: 'reject', output: '' };
  while (iterations.length < Number(most) && verdict.verdict === 'reject') {
    const failed = verdict.output && `That did not do:\n${verdict.output}`;
    const said = await ask(model, [...prompt, failed].filter(Boolean).join('\n\n')).catch(String);
    if (typeof said === 'string') {
      // No outcome of the model's: `submitEvalRun` has no word for it.
      await recordOutcome({
        taskId,
        attempt: iterations.length + 1,
        taskType,
        model,
        outcome: 'provider_error',
        timeMs: Date.now() - startTime,
        language,
        repoId: getRepoId(root),
        recommendationId: recommended.recommendationId,
      });
      console.error(said);
      return false;
    }
    const { text, tokens } = said;
    iterations.push({ tokens });
    patch = readPatch(text);
    const applied = apply(patch, before);
    if ('problem' in applied) verdict = { verdict: 'reject', output: applied.problem };
    else {
      await writeFile(file, applied.text);
      verdict = await check(card.check, root);
    }
  }

  const citations = patch.notes.includes('[ws:') ? (await verifyCitations({ text: patch.notes })).citations : [];
  for (const { quote, verdict: found } of citations) console.log(`citation ${found}: ${quote}`);

  await submitEvalRun({
    model,
    problem: card.name,
    passed: verdict.verdict === 'accept',
    cost: calculateCost(iterations),
    timeMs: Date.now() - startTime,
    code: patch.ops,
    // And what joins it with all that was asked for above, so that the next answers are better.
    taskId,
    taskType,
    language,
    recommendationId: recommended.recommendationId,
    guidanceVersion: guidance.version,
  });
  await keepWork(root, {
    taskId,
    taskType,
    language,
    model,
    ...(guidance.version !== undefined && { guidanceVersion: guidance.version }),
    file: card.file,
    before,
    after: await readFile(file, 'utf8'),
  });
  console.log(`${card.name}: ${verdict.verdict} after ${iterations.length}`);
  return verdict.verdict === 'accept';
}
