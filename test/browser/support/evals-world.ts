import { createClient } from '@whetstone/shared/client';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startOpenAiStandIn } from '../../support/openai-stand-in.ts';
import { startServer } from '../../support/server.ts';
import { documentOf } from './documents.ts';

const dataset = 'multiples.jsonl';
const problemCount = 8;
/** From this version of its guidance on the model gets the first five problems wrong. */
const culprit = 3;
const lostCount = 5;

const carried = { key: 'answer-style', variant: 'terse' };

/** A server whose evals are real, on problems so small that a run takes a moment, with a model that is scripted. */
export async function startEvalsWorld() {
  const directory = mkdtempSync(join(tmpdir(), 'whetstone-evals-pages-'));
  const problems = Array.from({ length: problemCount }, (_, i) => ({
    task_id: `Own/${i}`,
    prompt: `def f${i}(x):\n    """${i + 2} times x."""\n`,
    entry_point: `f${i}`,
    canonical_solution: `    return ${i + 2} * x\n`,
    test: `def check(candidate):\n    assert candidate(3) == ${3 * (i + 2)}\n`,
  }));
  writeFileSync(join(directory, dataset), problems.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const standIn = await startOpenAiStandIn({
    answer({ messages }) {
      const text = messages.map(({ content }) => content).join('\n');
      const version = Number(/Guidance number (\d+)/.exec(text)?.[1] ?? 0);
      const i = Number(/def f(\d)/.exec(text)?.[1]);
      const factor = version >= culprit && i < lostCount ? 0 : i + 2;
      return { problemId: `Own/${i}`, text: `\`\`\`python\ndef f${i}(x):\n    return ${factor} * x\n\`\`\`` };
    },
  });
  const server = await startServer({
    env: { WHETSTONE_DATASETS_DIR: directory, OPENAI_BASE_URL: standIn.baseUrl, OPENAI_API_KEY: 'a fake key' },
  });
  const client = createClient({ baseUrl: server.url, apiKey: server.adminKey() });

  const subjectAt = (version: number) => ({
    kind: 'model' as const,
    model: 'scripted',
    guidance: `Guidance number ${version}.`,
    guidanceVersion: `g${version}`,
  });

  async function run(request: Omit<EvalRunRequest, 'dataset'>) {
    const { runId } = await client.startEvalRun({ dataset, ...request });
    await until(async () => (await client.getEvalResults({ runId, limit: 1 })).run.status === 'completed');
    return runId;
  }

  return {
    server,
    client,
    dataset,
    subjectAt,

    /** Two runs, the second of them much worse, which a flag carries: an alert whose flag is rolled back. */
    async regression() {
      await client.createFlag(
        documentOf(carried.key, {
          variants: { plain: 'plain', terse: 'terse' },
          offVariant: 'plain',
          fallthrough: {
            split: [
              { variant: 'plain', weight: 50 },
              { variant: 'terse', weight: 50 },
            ],
          },
        }),
      );
      await run({ subject: subjectAt(0) });
      await run({ subject: subjectAt(culprit), flag: carried });
      return until(async () => {
        const [found] = (await client.listRegressions({})).items;
        return found?.rollback && found;
      });
    },

    /** Over five versions of the guidance; ends by naming the culprit. */
    bisect: (regressionId: string) =>
      client.startBisect({
        over: {
          kind: 'promptVersions',
          versions: [0, 1, 2, culprit, 4].map((version) => ({
            version: `g${version}`,
            guidance: `Guidance number ${version}.`,
          })),
        },
        dataset,
        regressionId,
        problems: ['Own/0'],
        seedRuns: 3,
        maxRuns: 12,
      }),

    bisectEnded: (id: string) =>
      until(async () => {
        const bisect = await client.getBisect({ id });
        return !['queued', 'seeding', 'searching'].includes(bisect.status) && bisect;
      }),

    async stop() {
      await server.stop();
      await standIn.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What `look` finds, once it finds something. */
async function until<T>(look: () => Promise<T | false | null | undefined>): Promise<T> {
  for (let left = 600; left > 0; left--) {
    const found = await look();
    if (found) return found;
    await delay(100);
  }
  throw new Error('what was waited for did not come within a minute');
}
