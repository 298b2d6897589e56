import type { GradeJob, Language, Sandbox } from '@whetstone/evals';

type Grader = Pick<Sandbox, 'grade' | 'languages'>;

/**
 * Whether a sandbox comes to a verdict about nothing at all, in each of these languages: tells its own trouble from what one
 * candidate does to it.
 */
export async function isThere(sandbox: Grader, languages: readonly Language[], signal: AbortSignal): Promise<boolean> {
  const asked = languages.length > 0 ? languages : sandbox.languages.slice(0, 1);
  for (const language of asked) {
    const { status } = await sandbox.grade({ ...nothing, language }, signal).catch(() => ({ status: 'error' }));
    if (status === 'error') return false;
  }
  return true;
}

const nothing: Omit<GradeJob, 'language'> = {
  program: '',
  setup: '',
  tests: '',
  calls: [],
  handles: [],
  timeoutMs: 10_000,
};
