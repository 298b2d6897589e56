import { addBisect } from './bisect.ts';
import type { AddCommand } from './command.ts';
import { addCompare } from './compare.ts';
import { addDatasets } from './datasets.ts';
import { addHostile } from './hostile.ts';
import { addRegrade } from './regrade.ts';
import { addReplayRouting } from './replay-routing.ts';
import { addRetrieval } from './retrieval.ts';
import { addRun } from './run.ts';
import { addTask } from './task.ts';

/** Every command, in the order `--help` lists them. */
export const commands: readonly AddCommand[] = [
  addRun,
  addRegrade,
  addCompare,
  addDatasets,
  addTask,
  addBisect,
  addReplayRouting,
  addRetrieval,
  addHostile,
];
