import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { evaluateFlag, recommendModel, submitEvalRun } from 'whetstone-mcp/cloud-client';

// node agent.mjs card.json, where the card is {"name", "task", "file", "check": ["node", "--test"]}. The model is the one that is
// recommended, or that of AGENT_MODEL while nothing is known, at OPENAI_BASE_URL; AGENT_USD_PER_MILLION is what a million of its tokens costs.
const { env } = process;
const [cardFile = 'card.json'] = process.argv.slice(2);
const card = JSON.parse(await readFile(cardFile, 'utf8'));
const folder = dirname(cardFile);
const file = join(folder, card.file);
const startTime = Date.now();

// The same task id in both calls joins what was served with what came of it, in the flag's experiment.
const taskId = `${card.name}-${startTime}`;
const likeness = { taskType: 'fix', language: 'javascript' };
const recommended = await recommendModel({ ...likeness, taskId, verify: 'tests' });
const model = recommended.model || (env.AGENT_MODEL ?? 'gpt-4o-mini');
const useNewFixer = await evaluateFlag('new-fixer-prompt', { userId: env.USER, taskId });
const { text, tokens } = await answerTo(
  [
    useNewFixer
      ? 'Find the cause first. Then answer with the whole corrected file.'
      : 'Answer with the whole corrected file.',
    card.task,
    await readFile(file, 'utf8'),
  ].join('\n\n'),
);
const code = /```\w*\n(.*?)```/s.exec(text)?.[1] ?? text;
await writeFile(file, code);
const passed = await holds(card.check);

const told = await submitEvalRun({
  model,
  problem: card.name,
  passed,
  cost: (tokens * Number(env.AGENT_USD_PER_MILLION)) / 1e6,
  timeMs: Date.now() - startTime,
  code,
  taskId,
  ...likeness,
  recommendationId: recommended.recommendationId,
});
console.log(`${card.name}: ${passed ? 'passed' : 'failed'}${told.accepted ? '' : `, not recorded: ${told.reason}`}`);

async function answerTo(prompt) {
  const response = await fetch(`${env.OPENAI_BASE_URL ?? 'https://api.openai.com/v1'}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.OPENAI_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }] }),
  });
  if (!response.ok) throw new Error(`the model endpoint answered HTTP ${response.status}`);
  const { choices, usage } = await response.json();
  return { text: choices[0].message.content, tokens: usage.total_tokens };
}

async function holds([command, ...args]) {
  return promisify(execFile)(command, args, { cwd: folder }).then(
    () => true,
    () => false,
  );
}
