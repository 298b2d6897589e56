import { availableParallelism } from 'node:os';

/** Vitest leaves a core to itself, of two as well; but most tests wait more than they reckon. */
export const workers = `--maxWorkers=${Math.max(2, availableParallelism() - 1)}`;
