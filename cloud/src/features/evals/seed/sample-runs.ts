import type { Dataset } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { weakenedAnswers, type MistakenProblem } from './mistakes.ts';

/** The sample flag that carries the change which makes one of the subjects worse. */
export const sampleFlag = { key: 'answer-style', variant: 'terse' };

const before = ['python-semver-order', 'typescript-slug'] as const;

/**
 * Runs of the starter set that a new installation really makes: the set's own answers, and answers that we have put
 * mistakes into, which their labels say. One of these subjects gets worse, so that there is a regression to be found.
 */
export function sampleRuns(starter: Dataset): EvalRunRequest[] {
  const weakened = (letter: string, mistaken: readonly MistakenProblem[], promptVersion: string) =>
    ({
      kind: 'samples',
      samples: weakenedAnswers(starter, mistaken),
      promptVersion,
      label: `weakened-${letter} (sample input)`,
    }) as const;
  const run = (rest: Pick<EvalRunRequest, 'subject'> & Partial<EvalRunRequest>): EvalRunRequest => ({
    dataset: starter.name,
    tags: ['sample'],
    ...rest,
  });
  return [
    run({ subject: { kind: 'reference', label: 'reference' } }),
    run({ subject: weakened('a', before, 'sample 1') }),
    run({
      subject: weakened(
        'b',
        [
          'python-build-order',
          'python-split-bill',
          'typescript-merge-patch',
          'typescript-parse-query',
          'typescript-retry',
        ],
        'sample 1',
      ),
    }),
    run({
      subject: weakened(
        'c',
        [
          'python-build-order',
          'python-log-sessions',
          'python-lru-replay',
          'python-merge-slots',
          'python-retry-delays',
          'python-split-bill',
          'typescript-merge-patch',
          'typescript-priority-queue',
          'typescript-relative-time',
          'typescript-retry',
          'typescript-share-calls',
          'typescript-slug',
        ],
        'sample 1',
      ),
    }),
    run({ subject: weakened('a', before, 'sample 1'), tags: ['sample', 'repeat'] }),
    run({
      subject: weakened(
        'a',
        [
          ...before,
          'python-log-sessions',
          'python-lru-replay',
          'python-merge-slots',
          'python-retry-delays',
          'python-split-bill',
          'typescript-parse-query',
          'typescript-priority-queue',
          'typescript-relative-time',
        ],
        'sample 2',
      ),
      flag: sampleFlag,
    }),
  ];
}
