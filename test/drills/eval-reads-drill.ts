import { createClient } from '@whetstone/shared/client';
import { startServer } from '../support/server.ts';
import { scriptProblems, startScriptedModel } from './support/scripted-model.ts';

export interface ReadsRow {
  what: string;
  when: 'idle' | 'during a run';
  reads: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Whether people and agents are answered while the one embedded database and the one process also work through a run. */
export async function evalReadsDrill(reads: number): Promise<{ rows: ReadsRow[]; verdictsMeanwhile: number }> {
  const model = await startScriptedModel({ latencyMs: 50 });
  const server = await startServer({ env: model.env });
  try {
    const client = createClient({ baseUrl: server.url, apiKey: server.adminKey(), retries: 0, timeoutMs: 20_000 });
    for (let index = 0; index < 50; index++) await client.createFlag({ key: `flag-${index}`, rolloutPercentage: 50 });
    const kinds: [string, (index: number) => Promise<unknown>][] = [
      ['GET /api/flags', () => client.listFlags({ limit: 50 })],
      ['evaluate', (index) => client.evaluateFlag({ key: `flag-${index % 50}`, userId: `user-${index}` })],
    ];
    const rows: ReadsRow[] = [];
    async function measure(when: ReadsRow['when']) {
      const took = kinds.map(() => [] as number[]);
      for (let index = 0; index < reads; index++)
        for (const [kind, [, read]] of kinds.entries()) {
          const startedMs = performance.now();
          await read(index);
          took[kind]!.push(performance.now() - startedMs);
        }
      for (const [kind, [what]] of kinds.entries()) {
        const sorted = took[kind]!.toSorted((a, b) => a - b);
        const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
        rows.push({ what, when, reads, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) });
      }
    }
    await measure('idle');
    rows.length = 0;
    await measure('idle');
    const { runId } = await client.startEvalRun({
      dataset: 'starter',
      subject: { kind: 'model', model: 'scripted', params: { maxTokens: 2_000 } },
      problems: scriptProblems,
      sandbox: 'quickjs',
      samplesPerProblem: 50,
      workers: 8,
      timeoutMs: 30_000,
    });
    const doneCount = async () => (await client.getEvalResults({ runId, limit: 1 })).run.doneCount;
    while ((await doneCount()) === 0);
    const before = await doneCount();
    await measure('during a run');
    const verdictsMeanwhile = (await doneCount()) - before;
    await client.cancelEvalRun({ runId });
    return { rows, verdictsMeanwhile };
  } finally {
    await server.stop();
    await model.stop();
  }
}
