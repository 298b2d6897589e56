import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cellCounts, countTask, noCounts, type Attempt, type Counts } from '../../src/portfolio/index.ts';

const attempt: fc.Arbitrary<Attempt> = fc.record({
  model: fc.constantFrom('a', 'b', 'c'),
  attempt: fc.constantFrom(undefined, 1, 2, 3),
  verdict: fc.constantFrom('solved', 'failed', 'provider_error', 'aborted', 'unknown'),
  costUsd: fc.constantFrom(undefined, 0, 0.25, 4),
  timeMs: fc.constantFrom(undefined, 1_024),
  likeness: fc.record({ taskType: fc.constantFrom('t', undefined), repoId: fc.constantFrom('r', undefined) }),
  origin: fc.constantFrom('work', 'run'),
  epoch: fc.constantFrom(0, 1),
});

it('counts come out the same in whatever order tasks are added, and whatever was added and taken away between', () => {
  const tasks = fc.array(fc.array(attempt, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
  fc.assert(
    fc.property(tasks, tasks, fc.infiniteStream(fc.nat()), (kept, passing, order) => {
      const once = noCounts();
      for (const task of kept) countTask(once, task, 1);
      const shuffled = [...kept, ...passing].map((task) => ({ task, place: order.next().value! }));
      const late = noCounts();
      for (const { task } of shuffled.toSorted((a, b) => a.place - b.place)) countTask(late, task, 1);
      for (const task of passing.toReversed()) countTask(late, task, -1);
      expect(readable(late)).toEqual(readable(once));
    }),
    { numRuns: 1_000 },
  );
});

/** Without what was counted down to nothing; the costs above are sums of powers of two, so that nothing is rounded. */
const readable = (counts: Counts) => ({
  cells: new Set(cellCounts(counts).filter(({ n }) => n > 0)),
  rescues: new Map([...counts.rescues].filter(([, { n }]) => n > 0)),
});
