import { graderOf, type Grade } from '../../graders/grade.ts';
import { publishedGrading } from '../../graders/published.ts';
import type { Config } from '../../config.ts';
import type { Dataset, Problem } from '../../problem.ts';
import type { Executor } from '../../run/manifest.ts';
import { openSandbox } from '../../sandbox/open.ts';
import type { Sandbox, SandboxTier } from '../../sandbox/sandbox.ts';
import type { RunFlags } from './run-flags.ts';

export interface OpenGrading {
  executor: Executor;
  /** Absent where verdicts are taken over and nothing runs. */
  sandbox?: Sandbox;
  grade: Grade;
  close(): Promise<void>;
}

export interface GradingSetting {
  dataset: Dataset;
  problems: readonly Problem[];
  /** Gradings at a time. */
  width: number;
  timeoutMs: number;
}

/** Where verdicts come from: a sandbox, opened for the languages that are needed, or what was published. */
export async function openGrading(
  flags: Pick<RunFlags, 'published' | 'hashSeed' | 'e2bTemplate'> & { sandbox?: SandboxTier | undefined },
  { dataset, problems, width, timeoutMs }: GradingSetting,
  config: Config,
): Promise<OpenGrading> {
  if (flags.published) return { ...(await publishedGrading(flags.published, dataset)), close: async () => {} };
  const languages = [
    ...new Set(problems.flatMap((problem) => (problem.kind === 'function' ? [problem.language] : []))),
  ];
  const sandbox = await openSandbox(
    {
      ...(flags.sandbox && { tier: flags.sandbox }),
      workers: width,
      hashSeed: flags.hashSeed,
      ...(languages.length > 0 && { languages }),
    },
    config,
  );
  const grading = { sandbox, preamble: dataset.preamble, timeoutMs };
  return {
    executor: sandbox,
    sandbox,
    grade: graderOf({ ...grading, ...(flags.e2bTemplate && { sweBenchTemplate: flags.e2bTemplate }) }),
    close: sandbox.close,
  };
}
