import type { AddCommand } from './command.ts';
import { addHostile } from './hostile.ts';

/** Every command, in the order `--help` lists them. */
export const commands: readonly AddCommand[] = [addHostile];
