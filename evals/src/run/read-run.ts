import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import { codeOf } from './disk-problem.ts';
import { Generation } from './generation.ts';
import type { Place } from './journal.ts';
import { damaged, linesOf, recordOf } from './lines.ts';
import type { RunManifest } from './manifest.ts';
import { sampleKey, SampleResult } from './result.ts';
import { fileNames, readGenerationAt, readRunRecord, type RunRecord } from './run-directory.ts';
import { summarize, type RunSummary } from './summary.ts';

export interface RecordedRun {
  directory: string;
  record: RunRecord;
  manifest: RunManifest;
  /** One per sample that has its line; a run that was cut off has fewer than it will. */
  results: readonly SampleResult[];
  summary: RunSummary;
  /** Read from disk when asked for. */
  generations(problemId: string, sampleIndex: number): Promise<Generation | undefined>;
  hasGeneration(problemId: string, sampleIndex: number): boolean;
}

/** A run directory as it stands, finished or not; it is not changed. */
export async function readRun(directory: string): Promise<RecordedRun> {
  const record = await readRunRecord(directory);
  if (!record)
    throw new WhetstoneError('not_found', `${directory} is no run directory: it has no ${fileNames.manifest}`);
  const results = await readResults(directory);
  const places = await placesOf(join(directory, fileNames.generations));
  return {
    directory,
    record,
    manifest: record.manifest,
    results,
    summary: summarize(record, results, await endOf(directory, record)),
    hasGeneration: (problemId, sampleIndex) => places.has(sampleKey(problemId, sampleIndex)),
    async generations(problemId, sampleIndex) {
      const place = places.get(sampleKey(problemId, sampleIndex));
      return place && readAt(join(directory, fileNames.generations), place);
    },
  };
}

/** The lines of results.jsonl; a last one that was cut off in its write is no line yet. */
export async function readResults(directory: string): Promise<SampleResult[]> {
  const path = join(directory, fileNames.results);
  const results: SampleResult[] = [];
  const seen = new Set<string>();
  for await (const { text, number, isWhole } of linesOf(path)) {
    const result = recordOf(SampleResult, text);
    if (!result && !isWhole) break;
    if (!result) throw damaged(path, number, 'no record of a run reads like that');
    const key = sampleKey(result.problemId, result.sampleIndex);
    if (seen.has(key))
      throw damaged(path, number, `sample ${result.sampleIndex} of ${result.problemId} is there twice`);
    seen.add(key);
    results.push(result);
  }
  return results;
}

async function placesOf(path: string): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  for await (const { text, number, isWhole, offset, length } of linesOf(path)) {
    const generation = recordOf(Generation, text);
    if (!generation && !isWhole) break;
    if (!generation) throw damaged(path, number, 'no answer of a run reads like that');
    places.set(sampleKey(generation.problemId, generation.sampleIndex), { offset, length });
  }
  return places;
}

async function readAt(path: string, place: Place): Promise<Generation> {
  const handle = await open(path, 'r');
  try {
    return await readGenerationAt(handle, place, path);
  } finally {
    await handle.close();
  }
}

/** When the run ended, or was last heard of. */
async function endOf(directory: string, { origin }: RunRecord): Promise<string> {
  try {
    const text = await readFile(join(directory, fileNames.summary), 'utf8');
    const ended = recordOf(z.object({ endedAt: z.string() }), text);
    if (ended) return ended.endedAt;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const touched = await stat(join(directory, fileNames.results)).catch(() => undefined);
  return touched?.mtime.toISOString() ?? origin.startedAt;
}
