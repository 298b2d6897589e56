import {
  commandSolver,
  createGate,
  modelSolver,
  openAiUrl,
  openSamples,
  referenceSolver,
  samplesOfRows,
  systemClock,
  type Dataset,
  type Sandbox,
  type Solver,
} from '@whetstone/evals';
import type { EvalRunRequest, EvalSubject } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { ExecutorConfig } from './config.ts';
import { pathInside } from './path-inside.ts';
import { withoutPath } from './without-path.ts';
import { repositoryAt, withRepository } from './repository-at.ts';

type SubjectOf<Kind extends EvalSubject['kind']> = Extract<EvalSubject, { kind: Kind }>;

export interface OpenSubject {
  solver: Solver;
  close: () => Promise<void>;
}

export interface Subjects {
  /** The one that a request names. `sandbox` is for a command, which runs nowhere else. */
  open(
    request: Pick<EvalRunRequest, 'subject' | 'commit'>,
    dataset: Dataset,
    sandbox: Pick<Sandbox, 'tier' | 'exec'> | undefined,
  ): Promise<OpenSubject>;
  /** The endpoint of models, for people. */
  engine: () => string;
}

export function subjects(config: Pick<ExecutorConfig, 'openai' | 'datasetsDir' | 'reposDirs'>): Subjects {
  // One endpoint: who is told to wait makes all runs wait.
  const gate = createGate(systemClock);
  const host = () => new URL(config.openai.baseUrl ?? openAiUrl).host;
  const isConfigured = () => config.openai.apiKey !== undefined || host() !== new URL(openAiUrl).host;

  function modelOf({ model, params, guidance }: SubjectOf<'model'>): Solver {
    if (!isConfigured())
      throw new WhetstoneError(
        'conflict',
        'this engine is not configured: for models, OPENAI_API_KEY (or OPENAI_BASE_URL of another endpoint) is set where the server is started',
      );
    return modelSolver({
      model,
      ...config.openai,
      gate,
      // What cannot be had by then is an error, and asked once more at the end of its part of the run.
      retry: { deadlineMs: 120_000 },
      ...(guidance?.trim() && { guidance }),
      parameters: Object.fromEntries(Object.entries(params ?? {}).filter(([, value]) => value !== undefined)),
    });
  }

  async function samplesOf(subject: SubjectOf<'samples'>, dataset: Dataset): Promise<Solver> {
    const { samples, datasetFile, allowDuplicates = false } = subject;
    const options = { allowDuplicates, allowDuplicatesBy: '"allowDuplicates": true' };
    if (samples) return samplesOfRows(samples, dataset, options);
    const path = await pathInside([config.datasetsDir], datasetFile ?? '', 'WHETSTONE_DATASETS_DIR');
    return withoutPath(openSamples(path, dataset, options), path, datasetFile ?? '');
  }

  async function commandOf(
    { command, repo, timeoutMs }: SubjectOf<'command'>,
    commit: string | undefined,
    sandbox: Pick<Sandbox, 'tier' | 'exec'> | undefined,
  ): Promise<OpenSubject> {
    if (!sandbox?.exec)
      throw new WhetstoneError(
        'forbidden',
        `a command runs only inside a sandbox that runs commands, which ${sandbox ? `the ${sandbox.tier} sandbox does not` : 'none here does'}`,
      );
    const limits = timeoutMs === undefined ? {} : { functionTimeoutMs: timeoutMs };
    if (repo === undefined)
      return { solver: commandSolver({ command, sandbox, ...limits }), close: async () => undefined };
    if (commit === undefined) throw invalidField('commit', 'of which commit is the working copy of the command?');
    const files = await repositoryAt(config.reposDirs, { repo, commit });
    const solver = commandSolver({ command, sandbox: withRepository(sandbox, files), ...limits });
    return { solver: { ...solver, subject: { ...solver.subject, repo, commit } }, close: files.remove };
  }

  return {
    async open({ subject, commit }, dataset, sandbox) {
      const close = async () => undefined;
      switch (subject.kind) {
        case 'model':
          return { solver: modelOf(subject), close };
        case 'samples':
          return { solver: await samplesOf(subject, dataset), close };
        case 'reference':
          return { solver: referenceSolver(), close };
        case 'command':
          return commandOf(subject, commit, sandbox);
      }
    },
    engine: () => (isConfigured() ? host() : 'not configured'),
  };
}
