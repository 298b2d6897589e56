import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComparedRun } from '../../src/compare/pair-runs.ts';
import { manifestHashOf, type RunManifest, type RunOrigin } from '../../src/run/manifest.ts';
import type { SampleResult, Status } from '../../src/run/result.ts';

type Sample = Status | (Pick<SampleResult, 'status'> & Partial<SampleResult>);

interface Parts {
  directory?: string;
  label?: string;
  /** What each problem came to: one sample, or several. */
  samples: Record<string, Sample | Sample[]>;
  manifest?: Partial<RunManifest>;
  sha256?: string;
  /** In the manifest, with no line of results. */
  unfinished?: string[];
  clusters?: Record<string, string>;
  origin?: Partial<RunOrigin>;
}

/** A run as it would be read from its folder. */
export function recordedRun({ directory = 'run', label = 'a model', samples, ...parts }: Parts): ComparedRun {
  const results = Object.entries(samples).flatMap(([problemId, given]) =>
    [given].flat().map((sample, sampleIndex): SampleResult => ({
      problemId,
      sampleIndex,
      timeMs: 1_000,
      ...(typeof sample === 'string' ? { status: sample } : sample),
    })),
  );
  const manifest: RunManifest = {
    schema: 1,
    harnessVersion: '0.1.0',
    dataset: {
      name: 'made-up',
      sha256: parts.sha256 ?? 'a'.repeat(64),
      problemIds: [...Object.keys(samples), ...(parts.unfinished ?? [])].sort(),
      ...(parts.clusters && { clusters: parts.clusters }),
    },
    subject: { kind: 'model', label },
    samplesPerProblem: Math.max(1, ...results.map(({ sampleIndex }) => sampleIndex + 1)),
    preamble: { python: 'from typing import *' },
    timeoutMs: 3_000,
    executor: { tier: 'process', versions: { python: '3.11.7' }, enforces: { cannot: [] } },
    env: { TZ: 'UTC', PYTHONHASHSEED: '0' },
    seed: 0,
    ...parts.manifest,
  };
  const origin = { startedAt: '2026-11-20T08:00:00.000Z', ...parts.origin };
  return { directory, manifest, results, record: { manifestHash: manifestHashOf(manifest), manifest, origin } };
}

/** Writes its folder, as a run leaves it; answers the folder. */
export async function writeRun({ record, results, directory }: ComparedRun): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(record));
  await writeFile(join(directory, 'results.jsonl'), results.map((result) => `${JSON.stringify(result)}\n`).join(''));
  return directory;
}

/** Problems `p1` to `pn` with what `of` says of each. */
export const problems = <What>(n: number, of: (index: number) => What): Record<string, What> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i + 1}`, of(i)]));
