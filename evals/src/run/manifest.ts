import { basename } from 'node:path';
import { z } from 'zod';
import harness from '../../package.json' with { type: 'json' };
import type { Dataset, Problem } from '../problem.ts';
import type { Sandbox, SandboxTier } from '../sandbox/sandbox.ts';
import type { Solver } from '../solvers/solver.ts';
import { canonicalJson, sha256Of } from './canonical-json.ts';

/**
 * What a run is made of: everything that can change a verdict, and nothing that cannot (workers, budget, folders), so that two
 * runs of one hash are repeats of each other.
 */
export const RunManifest = z.object({
  schema: z.literal(1),
  harnessVersion: z.string(),
  dataset: z.object({
    name: z.string(),
    sha256: z.string(),
    /** In code-unit order. */
    problemIds: z.array(z.string()),
    /** Of problems that share a cluster; standard errors mind it. */
    clusters: z.record(z.string(), z.string()).exactOptional(),
  }),
  subject: z.looseObject({ kind: z.enum(['model', 'samples', 'command', 'reference']), label: z.string() }),
  samplesPerProblem: z.int().min(1),
  preamble: z.record(z.string(), z.string()),
  timeoutMs: z.number(),
  executor: z.object({
    tier: z.enum(['process', 'pyodide', 'quickjs', 'e2b', 'published']),
    versions: z.record(z.string(), z.string()),
    enforces: z.looseObject({ cannot: z.array(z.string()) }),
  }),
  env: z.object({ TZ: z.string(), PYTHONHASHSEED: z.string() }),
  seed: z.int(),
});
export type RunManifest = z.infer<typeof RunManifest>;

/** How a run came about; it changes no verdict and stands outside the hash. */
export const RunOrigin = z.object({
  startedAt: z.string(),
  /** What `--dataset` said, so that `regrade` finds the data set again. */
  datasetSource: z.string().exactOptional(),
  /** Problems whose own reference does not pass in this environment: what subjects fail there says little of them. */
  referenceFailures: z.array(z.string()).exactOptional(),
  /** Manifest hash of the run whose answers were graded again. */
  regradeOf: z.string().exactOptional(),
});
export type RunOrigin = z.infer<typeof RunOrigin>;

/** What finds the verdicts: a sandbox, or nobody here when they are taken from a publisher. */
export interface Executor extends Pick<Sandbox, 'versions' | 'enforces'> {
  tier: SandboxTier | 'published';
}

export interface ManifestParts {
  dataset: Dataset;
  problems: readonly Problem[];
  solver: Pick<Solver, 'subject'>;
  sandbox: Executor;
  samplesPerProblem: number;
  timeoutMs: number;
  hashSeed: number;
  seed: number;
}

export function manifestOf({ dataset, problems, solver, sandbox, ...rest }: ManifestParts): RunManifest {
  const clusters = problems.flatMap(({ id, cluster }) => (cluster === undefined ? [] : [[id, cluster] as const]));
  return plain({
    schema: 1,
    harnessVersion: harness.version,
    dataset: {
      // Where a file lay changes nothing: its bytes are hashed.
      name: basename(dataset.name),
      sha256: dataset.sha256,
      problemIds: problems.map(({ id }) => id).sort(),
      ...(clusters.length > 0 && { clusters: Object.fromEntries(clusters) }),
    },
    subject: solver.subject,
    samplesPerProblem: rest.samplesPerProblem,
    preamble: dataset.preamble,
    timeoutMs: rest.timeoutMs,
    executor: { tier: sandbox.tier, versions: sandbox.versions, enforces: sandbox.enforces },
    env: { TZ: 'UTC', PYTHONHASHSEED: String(rest.hashSeed) },
    seed: rest.seed,
  });
}

/** Of a value that was kept as JSON. */
export const manifestIn = (kept: unknown): RunManifest => RunManifest.parse(kept);

export const manifestHashOf = (manifest: RunManifest): string =>
  sha256Of(canonicalJson({ ...manifest, subject: withoutPrices(manifest.subject) }));

/** The price table that was known at the time stands in the manifest, but changes no answer and no verdict. */
export function withoutPrices<Subject extends object>(subject: Subject): Subject {
  const { prices: _, ...rest } = subject as Subject & { prices?: unknown };
  return rest as Subject;
}

/** The fields in which two manifests differ, dotted, with both values; lists by their length when they are long. */
export function differences(ours: unknown, theirs: unknown, path = ''): string[] {
  if (canonicalJson(ours) === canonicalJson(theirs)) return [];
  if (!isPlainObject(ours) || !isPlainObject(theirs)) return [`${path} (${shown(theirs)} there, ${shown(ours)} now)`];
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].flatMap((key) =>
    differences(ours[key], theirs[key], path ? `${path}.${key}` : key),
  );
}

/** As it will be read back from disk, so that hashing before and after cannot differ. */
const plain = (value: object): RunManifest => RunManifest.parse(JSON.parse(canonicalJson(value)));

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = canonicalJson(value);
  if (text.length <= 60) return text;
  return Array.isArray(value) ? `${value.length} items` : `${text.slice(0, 57)}…`;
}
