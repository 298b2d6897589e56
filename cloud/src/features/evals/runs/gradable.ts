import { refuseUngradable, type Language, type Problem, type Sandbox, type SandboxTier } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { ExecutorConfig } from '../executor/config.ts';

const languagesIn: Record<SandboxTier, readonly Language[]> = {
  process: ['python', 'javascript', 'typescript'],
  pyodide: ['python'],
  quickjs: ['javascript', 'typescript'],
  e2b: ['python'],
};

/** Of functions to write, each once; as the command line has them, so that both open the same sandbox. */
export const languagesOf = (problems: readonly Problem[]): Language[] => [
  ...new Set(problems.flatMap((problem) => (problem.kind === 'function' ? [problem.language] : []))),
];

/** The tier that is asked for, or the only one that problems can be graded in. */
export function tierFor(
  asked: SandboxTier | undefined,
  problems: readonly Problem[],
  { e2b }: Pick<ExecutorConfig, 'e2b'>,
): SandboxTier | undefined {
  const needsImages = problems.some(({ kind }) => kind === 'swe-bench');
  const tier = asked ?? (needsImages ? 'e2b' : undefined);
  if (needsImages && tier !== 'e2b')
    throw new WhetstoneError('conflict', 'SWE-bench needs machines made from the image of each instance: sandbox e2b');
  if (tier === 'e2b' && e2b.apiKey === undefined)
    throw new WhetstoneError(
      'conflict',
      'this engine is not configured: for the sandbox e2b, E2B_API_KEY is set where the server is started',
    );
  return tier;
}

/** Before a sandbox is opened that cannot be what is wanted. */
export function refuseCommands(tier: SandboxTier | undefined) {
  if (tier !== 'pyodide' && tier !== 'quickjs') return;
  throw new WhetstoneError(
    'forbidden',
    `a command runs only inside a sandbox that runs commands, which the ${tier} sandbox does not`,
  );
}

/** What a tier cannot grade is refused at once, not sample by sample. */
export function refuseHopeless(
  problems: readonly Problem[],
  tier: SandboxTier | undefined,
  opened: Pick<Sandbox, 'tier' | 'languages' | 'exec'> | undefined,
) {
  if (opened) return refuseUngradable(problems, opened);
  if (tier) refuseUngradable(problems, { tier, languages: languagesIn[tier] });
}
