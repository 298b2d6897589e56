import { createClient } from '@whetstone/shared/client';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededCorpus } from '../../../cloud/test/support/corrections/seeded-corpus.ts';
import { startGuidedModel } from '../../support/guided-model.ts';
import { startServer } from '../../support/server.ts';

type Client = ReturnType<typeof createClient>;

const dataset = 'quiet.jsonl';
/** As the detector of debugging output words it: with it in its prompt the model of the stand-in prints nothing. */
const lesson = 'Leave no console.log or print behind.';

const numbers = Array.from({ length: 26 }, (_, i) => i + 2);
const head = (factor: number) => `def times_${factor}_x(x):\n    """${factor} times x."""\n`;
/** Constructed: who prints what was to be returned fails. */
const rows = numbers.map((factor) => ({
  task_id: `Own/${factor}`,
  prompt: head(factor),
  entry_point: `times_${factor}_x`,
  canonical_solution: `    return ${factor} * x\n`,
  test: `def check(candidate):\n    assert candidate(3) == ${3 * factor}\n`,
}));
const fenced = (code: string) => `\`\`\`python\n${code}\n\`\`\``;
const problems = numbers.map((factor) => ({
  id: `Own/${factor}`,
  mark: `def times_${factor}_x(`,
  right: fenced(`${head(factor)}    return ${factor} * x`),
  wrong: fenced(`${head(factor)}    print(${factor} * x)`),
}));

/** Sample inputs: constructed corrections, sent as any machine sends them; what is made of them the server works out. */
export async function sendSampleCorrections(client: Client, corrections = 60) {
  const made = seededCorpus({ seed: 11, corrections });
  for (let from = 0; from < made.length; from += 4)
    await Promise.all(
      made.slice(from, from + 4).map(({ path, agent, human, ...about }, i) =>
        client.captureFeedback({
          ...about,
          kind: agent === human ? 'kept' : 'edit',
          originalPatch: { files: [{ path, before: '', after: agent }] },
          correctedPatch: { files: [{ path, before: agent, after: human }] },
          timestamp: new Date(Date.now() - (corrections - from - i) * 40 * 60_000).toISOString(),
        }),
      ),
    );
}

/** The learning job takes up what was captured within its window. */
export const learned = (client: Client) =>
  until(async () => {
    const { items, waiting } = await client.listPatterns({ limit: 100 });
    return waiting === 0 && items.length > 0 && items;
  });

/** A server whose corrections, patterns and gates are real, with a model that follows or ignores what it reads. */
export async function startFeedbackWorld() {
  const directory = mkdtempSync(join(tmpdir(), 'whetstone-feedback-pages-'));
  writeFileSync(join(directory, dataset), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const model = await startGuidedModel({ problems, lessons: [{ rule: lesson, helps: true }], obedience: 0.95 });
  const server = await startServer({
    env: {
      WHETSTONE_DATASETS_DIR: directory,
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: 'a fake key',
      // So that what stands in a prompt costs little against what is answered.
      WHETSTONE_MODEL_PRICE: '1/100',
    },
  });
  const client = createClient({ baseUrl: server.url, apiKey: server.adminKey(), timeoutMs: 60_000 });
  return {
    server,
    client,
    dataset,
    lesson,
    tasks: rows.length,
    /** The version whose gate has ended. */
    decided: (version: string) =>
      until(async () => {
        const found = await client.getGuidanceVersion({ version });
        return found.gate && found.gate.decision !== 'pending' && found;
      }),
    async stop() {
      await server.stop();
      await model.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What `look` finds, once it finds something. */
async function until<T>(look: () => Promise<T | false | null | undefined>): Promise<T> {
  for (let left = 250; left > 0; left--) {
    const found = await look();
    if (found) return found;
    await delay(400);
  }
  throw new Error('what was waited for did not come in time');
}
