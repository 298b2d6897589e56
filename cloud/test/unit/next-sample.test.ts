import { expect, it } from 'vitest';
import { nextSample } from '../../src/features/evals/seed/next-sample.ts';

const nobody = async () => false;
const somebody = async () => true;

it('makes the sample runs one after the other, whatever became of those before', async () => {
  expect(await nextSample({ statuses: [], hasOthers: nobody })).toBe(0);
  expect(await nextSample({ statuses: ['completed'], hasOthers: somebody })).toBe(1);
  expect(await nextSample({ statuses: ['completed', 'failed', 'cancelled'], hasOthers: somebody })).toBe(3);
});

it('waits for the one that is under way, also for one that was cancelled and goes on', async () => {
  for (const status of ['queued', 'running'])
    for (const statuses of [[status], ['completed', status], [status, 'completed']])
      expect(await nextSample({ statuses, hasOthers: somebody })).toBeUndefined();
});

it('begins none where somebody has started runs already', async () => {
  expect(await nextSample({ statuses: [], hasOthers: somebody })).toBeUndefined();
});
