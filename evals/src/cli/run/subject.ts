import { WhetstoneError } from '@whetstone/shared/errors';
import type { Config } from '../../config.ts';
import type { Dataset } from '../../problem.ts';
import { commandSolver } from '../../solvers/command.ts';
import { modelOptionsFrom } from '../../solvers/model/flags.ts';
import { modelSolver, type ModelOptions } from '../../solvers/model/model-solver.ts';
import { openAiUrl } from '../../solvers/model/openai-url.ts';
import { referenceSolver } from '../../solvers/reference.ts';
import { openSamples } from '../../solvers/samples.ts';
import type { Solver } from '../../solvers/solver.ts';
import type { TaskSandbox } from '../../tasks/run-tests.ts';
import type { RunFlags } from './run-flags.ts';

export type SubjectKind = 'model' | 'samples' | 'command' | 'reference';

/** The one subject that the flags name. */
export function subjectKindOf(flags: RunFlags): SubjectKind {
  const named = (['model', 'samples', 'command', 'reference'] as const).filter((kind) => flags[kind]);
  const [kind] = named;
  if (kind && named.length === 1) return kind;
  throw new WhetstoneError(
    'invalid',
    `whom to run? Give one of --model, --samples, --command and --reference${named.length > 1 ? `, not ${named.length}` : ''}`,
  );
}

export interface SubjectSetting {
  dataset: Dataset;
  config: Config;
  /** For a command that is not trusted. */
  sandbox?: TaskSandbox;
}

/** `given` are the flags as commander read them, for those of a kind of subject. */
export async function openSubject(
  flags: RunFlags,
  given: unknown,
  { dataset, config, sandbox }: SubjectSetting,
): Promise<Solver> {
  switch (subjectKindOf(flags)) {
    case 'model':
      return modelSolver(withKey(await modelOptionsFrom(given, config)));
    case 'command':
      return commandSolver({
        command: flags.command ?? '',
        ...(flags.sandboxCommand && sandbox && { sandbox }),
      });
    case 'samples':
      return openSamples(flags.samples ?? '', dataset, {
        ...(flags.missingSamples && { missing: flags.missingSamples }),
        allowDuplicates: flags.allowDuplicates,
      });
    case 'reference':
      return referenceSolver();
  }
}

/** OpenAI itself answers nobody without a key: no need to have it refuse every problem. */
function withKey(options: ModelOptions): ModelOptions {
  const isOpenAi = options.baseUrl === undefined || new URL(options.baseUrl).host === new URL(openAiUrl).host;
  if (!isOpenAi || options.apiKey) return options;
  throw new WhetstoneError(
    'invalid',
    'OPENAI_API_KEY is not set, and OpenAI wants one. For another endpoint set OPENAI_BASE_URL, or give --base-url',
  );
}
