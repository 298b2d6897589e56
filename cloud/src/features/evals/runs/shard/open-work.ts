import {
  differences,
  graderOf,
  manifestHashOf,
  manifestOf,
  type Dataset,
  type Grade,
  type Problem,
  type RunManifest,
  type Solver,
} from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { LoadByName } from '../../executor/datasets.ts';
import { hashSeed, type LendSandbox } from '../../executor/sandboxes.ts';
import type { Subjects } from '../../executor/subjects.ts';
import { bounded } from '../bounded.ts';
import { languagesOf, tierFor } from '../gradable.ts';
import type { ExecutorConfig } from '../../executor/config.ts';
import type { RunScope } from '../run-scope.ts';
import { isThere } from './is-there.ts';
import { shardRepository, type ClaimedShard } from './repository.ts';

export interface OpenWork {
  dataset: Dataset;
  solver: Solver;
  grade: Grade;
  manifest: RunManifest;
  /** Whether the sandbox grades anything at all at the moment. */
  isThere: (signal: AbortSignal) => Promise<boolean>;
  close: () => Promise<void>;
}

export interface WorkTools {
  load: LoadByName;
  lend: LendSandbox;
  subjects: Subjects;
  config: Pick<ExecutorConfig, 'e2b'>;
}

/**
 * What a shard is worked on with. Throws `unavailable` for what another attempt may find; anything else says that the run
 * cannot go on: its data set is gone or is another one now, its engine is not there any more.
 */
export async function openWork(
  scope: RunScope,
  runId: string,
  shard: ClaimedShard,
  { load, lend, subjects, config }: WorkTools,
): Promise<OpenWork> {
  const { request } = shard;
  const dataset = await load(scope, shard.dataset.name, shard.dataset.sha256).catch((error: unknown) => {
    throw lostDataset(shard.dataset.name, error);
  });
  if (dataset.sha256 !== shard.dataset.sha256)
    throw new WhetstoneError(
      'conflict',
      `the data set ${dataset.name} has changed since the run began (SHA-256 ${short(shard.dataset.sha256)} then, ${short(dataset.sha256)} now)`,
    );
  const problems = shard.problems.map((place) => dataset.problems[place]!);
  const lent = await lend(tierFor(request.sandbox, problems, config), languagesOf(problems));
  try {
    const { solver, close } =
      request.subject.kind === 'samples'
        ? recorded(shard.subject)
        : await subjects
            .open(request, dataset, lent.sandbox)
            .then((opened) => ({ ...opened, solver: bounded(opened.solver) }));
    const timeoutMs = request.timeoutMs ?? dataset.timeoutMs;
    const { sandbox } = lent;
    try {
      const manifest = await agreedManifest(scope, runId, {
        dataset,
        problems,
        solver,
        sandbox,
        samplesPerProblem: shard.samplesPerProblem,
        timeoutMs,
        hashSeed,
        seed: request.seed ?? 0,
      });
      return {
        dataset,
        solver,
        grade: graderOf({ sandbox, preamble: dataset.preamble, timeoutMs }),
        manifest,
        isThere: (signal) => isThere(sandbox, languagesOf(problems), signal),
        async close() {
          await close();
          lent.giveBack();
        },
      };
    } catch (error) {
      await close();
      throw error;
    }
  } catch (error) {
    lent.giveBack();
    throw error;
  }
}

/** The manifest of the first shard; others that would judge by another one must not join in. */
async function agreedManifest(
  scope: RunScope,
  runId: string,
  parts: Parameters<typeof manifestOf>[0],
): Promise<RunManifest> {
  const manifest = manifestOf(parts);
  const own = { manifest, hash: manifestHashOf(manifest) };
  const kept = await scope.transaction((tx) => shardRepository.manifest(tx, runId, own));
  if (kept.hash === own.hash) return kept.manifest;
  const [first] = differences(manifest, kept.manifest);
  throw new WhetstoneError(
    'conflict',
    `this server would judge by other means than the part of the run that is done: ${first}. Start a new run.`,
  );
}

/** Its answers were stored when the run was started. */
const recorded = (subject: Solver['subject']) => ({
  solver: {
    subject,
    solve: async ({ id }: Problem): Promise<never> => {
      throw new WhetstoneError('unavailable', `the recorded answer to ${id} is not stored any more`);
    },
  } satisfies Solver,
  close: async () => undefined,
});

/** It was there when the run began: deleted whole, or while it was being read. */
const lostDataset = (name: string, error: unknown) =>
  error instanceof WhetstoneError && error.code !== 'unavailable'
    ? new WhetstoneError(
        error.code,
        `the data set ${name} that the run began with is gone or damaged: ${error.message}`,
        {
          cause: error,
        },
      )
    : error;

const short = (sha256: string) => sha256.slice(0, 12);
