import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import { codeOf, diskProblem } from '../../run/disk-problem.ts';
import { openJournal } from '../../run/journal.ts';
import { damaged, recordOf } from '../../run/lines.ts';
import { writeWhole } from '../../run/run-directory.ts';
import { lockRun } from '../../run/run-lock.ts';

/** What a bisect is. What may differ when it is gone on with (confidence, runs at most, copies at a time) is not in it. */
export const BisectManifest = z.strictObject({
  kind: z.literal('bisect'),
  good: z.string(),
  bad: z.string(),
  commits: z.array(z.string()).min(2),
  command: z.string(),
  seedRuns: z.int(),
  runsPerStep: z.int(),
  timeoutMs: z.number(),
  prior: z.enum(['uniform', 'changes']),
});
export type BisectManifest = z.infer<typeof BisectManifest>;

/** One run of the test that came to its end. */
export const RecordedRun = z.strictObject({
  index: z.int(),
  commit: z.string(),
  run: z.int(),
  phase: z.enum(['seed', 'search']),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  exitCode: z.int().nullable(),
  timedOut: z.boolean(),
  wallMs: z.number(),
});
export type RecordedRun = z.infer<typeof RecordedRun>;

export interface BisectFolder {
  /** In the order they ended, those of earlier sessions first. */
  runs: readonly RecordedRun[];
  /** Resolves when it is on the disk itself. */
  record(run: RecordedRun): Promise<void>;
  close(): Promise<void>;
}

export const bisectFiles = {
  manifest: 'manifest.json',
  runs: 'runs.jsonl',
  report: 'report.json',
  markdown: 'report.md',
} as const;

/** Opens the folder of a bisect to begin it or to go on with it; refused when it is another's, or a process is at it. */
export async function openBisectFolder(path: string, manifest: BisectManifest): Promise<BisectFolder> {
  const release = await lockRun(path);
  try {
    await ownManifest(path, manifest);
    const runs: RecordedRun[] = [];
    const seen = new Set<string>();
    const file = join(path, bisectFiles.runs);
    const journal = await openJournal(file, RecordedRun, (run, { number }) => {
      const key = `${run.index} ${run.run}`;
      if (manifest.commits[run.index] !== run.commit)
        throw damaged(file, number, `${run.commit} is not commit ${run.index}`);
      if (seen.has(key)) throw damaged(file, number, `run ${run.run} of commit ${run.index} is there twice`);
      seen.add(key);
      runs.push(run);
    });
    return {
      runs,
      async record(run) {
        await journal.append(run);
        runs.push(run);
      },
      async close() {
        await journal.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw diskProblem(path, error);
  }
}

async function ownManifest(path: string, manifest: BisectManifest) {
  const file = join(path, bisectFiles.manifest);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) {
    const stranger = (await readdir(path)).find((name) => name.endsWith('.jsonl'));
    if (stranger)
      throw new WhetstoneError('conflict', `${path} has ${stranger} and no manifest.json: choose another --out`);
    return await writeWhole(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
  const found = recordOf(BisectManifest, text);
  if (!found) throw new WhetstoneError('conflict', `${file} is not that of a bisect: choose another --out`);
  const differing = Object.keys(manifest).filter((name) => {
    const field = name as keyof BisectManifest;
    return JSON.stringify(found[field]) !== JSON.stringify(manifest[field]);
  });
  if (differing.length > 0)
    throw new WhetstoneError(
      'conflict',
      `${path} holds another bisect: ${differing.join(', ')} differ. Choose another --out, or give what that one was given.`,
    );
}
