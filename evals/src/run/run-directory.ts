import { randomUUID } from 'node:crypto';
import { open, readFile, readdir, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import { codeOf, diskProblem } from './disk-problem.ts';
import { Generation } from './generation.ts';
import { openJournal, type Journal, type Place } from './journal.ts';
import { damaged, linesOf, recordOf } from './lines.ts';
import { differences, manifestHashOf, RunManifest, RunOrigin } from './manifest.ts';
import { noCounts, type Counts } from './progress.ts';
import { isGraded, sampleKey, SampleResult } from './result.ts';
import { lockRun } from './run-lock.ts';

/** manifest.json: the manifest, its hash, and how the run came about. */
export const RunRecord = z.object({ manifestHash: z.string(), manifest: RunManifest, origin: RunOrigin });
export type RunRecord = z.infer<typeof RunRecord>;

export interface RunDirectory {
  record: RunRecord;
  /** Samples that have a verdict. */
  graded: ReadonlySet<string>;
  gradedBefore: Counts;
  /** Answers that this run paid for in earlier sessions; `undefined` where the price was not known. */
  paidBefore: readonly { problemId: string; costUsd: number | undefined }[];
  results: Pick<Journal<SampleResult>, 'append'>;
  hasGeneration(problemId: string, sampleIndex: number): boolean;
  generation(problemId: string, sampleIndex: number): Promise<Generation | undefined>;
  /** Resolves when it is on the disk itself. */
  keepGeneration(generation: Generation): Promise<void>;
  close(): Promise<void>;
}

export const fileNames = {
  manifest: 'manifest.json',
  results: 'results.jsonl',
  generations: 'generations.jsonl',
  summary: 'summary.json',
} as const;

/** Opens the directory of a run to begin it or to go on with it; refused when it is another run's, or another process is at it. */
export async function openRunDirectory(path: string, manifest: RunManifest, origin: RunOrigin): Promise<RunDirectory> {
  const release = await lockRun(path);
  const opened: { close(): Promise<void> }[] = [{ close: release }];
  const close = async () => {
    for (const part of opened.splice(0).reverse()) await part.close();
  };
  try {
    await sweepHalfWritten(path);
    const record = await ownRecord(path, { manifestHash: manifestHashOf(manifest), manifest, origin });
    // It spoke of an earlier state.
    await rm(join(path, fileNames.summary), { force: true });
    await dropUngraded(join(path, fileNames.results));

    const known = new Set(manifest.dataset.problemIds);
    const graded = new Set<string>();
    const gradedBefore = noCounts();
    const resultsFile = join(path, fileNames.results);
    const results = await openJournal(resultsFile, SampleResult, ({ problemId, sampleIndex, status }, { number }) => {
      const key = sampleKey(problemId, sampleIndex);
      if (!known.has(problemId)) throw damaged(resultsFile, number, `this run has no problem ${problemId}`);
      if (graded.has(key)) throw damaged(resultsFile, number, `sample ${sampleIndex} of ${problemId} is there twice`);
      graded.add(key);
      gradedBefore[status] += 1;
    });
    opened.push(results);

    const places = new Map<string, Place>();
    const paidBefore: { problemId: string; costUsd: number | undefined }[] = [];
    const generationsFile = join(path, fileNames.generations);
    const generations = await openJournal(generationsFile, Generation, (generation, { number, offset, length }) => {
      const { problemId, sampleIndex, usage, reused } = generation;
      const key = sampleKey(problemId, sampleIndex);
      if (places.has(key))
        throw damaged(generationsFile, number, `sample ${sampleIndex} of ${problemId} is there twice`);
      places.set(key, { offset, length });
      if (!reused) paidBefore.push({ problemId, costUsd: usage.costUsd });
    });
    opened.push(generations);

    const reader = await open(generationsFile, 'r');
    opened.push(reader);
    await syncFolder(path);
    return {
      record,
      graded,
      gradedBefore,
      paidBefore,
      results,
      hasGeneration: (problemId, sampleIndex) => places.has(sampleKey(problemId, sampleIndex)),
      async generation(problemId, sampleIndex) {
        const place = places.get(sampleKey(problemId, sampleIndex));
        return place && readGenerationAt(reader, place, generationsFile);
      },
      async keepGeneration(generation) {
        const place = await generations.append(generation);
        places.set(sampleKey(generation.problemId, generation.sampleIndex), place);
      },
      close,
    };
  } catch (error) {
    await close();
    throw diskProblem(path, error);
  }
}

export async function readGenerationAt(
  handle: FileHandle,
  { offset, length }: Place,
  path: string,
): Promise<Generation> {
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
  const generation = recordOf(Generation, buffer.toString('utf8'));
  if (!generation) throw new WhetstoneError('conflict', `${path} has changed while it was in use`);
  return generation;
}

/** manifest.json as it stands; nothing where there is none. */
export async function readRunRecord(path: string): Promise<RunRecord | undefined> {
  const file = join(path, fileNames.manifest);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  const record = recordOf(RunRecord, text);
  if (!record) throw new WhetstoneError('conflict', `${file} does not read as the manifest of a run`);
  if (manifestHashOf(record.manifest) !== record.manifestHash)
    throw new WhetstoneError('conflict', `${file} was changed by hand: its hash is not that of what it says`);
  return record;
}

/** There whole or not at all, whenever the power goes. */
export async function writeWhole(path: string, text: string): Promise<void> {
  // Two who write the same at once (a cache that runs share) must not write into each other's.
  const beside = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(beside, text, { flush: true });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw diskProblem(path, error);
  }
}

async function ownRecord(path: string, record: RunRecord): Promise<RunRecord> {
  const found = await readRunRecord(path);
  if (!found) {
    const stranger = (await readdir(path)).find((name) => name === fileNames.results || name === fileNames.generations);
    if (stranger)
      throw new WhetstoneError('conflict', `${path} has ${stranger} and no manifest.json: choose another --out`);
    await writeWhole(join(path, fileNames.manifest), `${JSON.stringify(record, null, 2)}\n`);
    return record;
  }
  if (found.manifestHash === record.manifestHash) return found;
  const fields = differences(record.manifest, found.manifest);
  const more = fields.length > 6 ? ` and ${fields.length - 6} more` : '';
  throw new WhetstoneError(
    'conflict',
    `${path} holds another run: ${fields.slice(0, 6).join(', ')}${more}. Choose another --out, or give what that run was given.`,
  );
}

/** What had trouble of ours or was not asked is done again, so that in the end every sample has one line. */
async function dropUngraded(path: string) {
  const keep: string[] = [];
  let drops = false;
  for await (const { text, isWhole, number } of linesOf(path)) {
    const result = recordOf(SampleResult, text);
    // A torn last line is the journal's to mend.
    if (!result && !isWhole) continue;
    if (!result) throw damaged(path, number, 'no record of this run reads like that');
    if (isGraded(result)) keep.push(text);
    else drops = true;
  }
  if (drops) await writeWhole(path, keep.map((text) => `${text}\n`).join(''));
}

/** What those left who were killed while they wrote. */
async function sweepHalfWritten(path: string) {
  for (const name of await readdir(path)) if (halfWritten.test(name)) await rm(join(path, name), { force: true });
}

const halfWritten = /^[a-z]+\.[a-z]+\.[\da-f-]{36}\.tmp$/;

/** So that new files keep their names when the power goes; not every system can. */
async function syncFolder(path: string) {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
