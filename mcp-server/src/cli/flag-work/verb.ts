import type { Config } from '../../config.ts';
import type { Terminal } from '../command.ts';
import type { Style } from '../style.ts';

/** What a verb is given of the surroundings; only the program itself reads them. */
export interface Given {
  terminal: Terminal;
  config: Config;
  style: Style;
  nowMs: number;
}

/** A word after `flag`, as data. Exit codes: 0 well, 1 something to mend, 2 wrong usage, 3 what it needs cannot be read. */
export interface FlagVerb {
  summary: string;
  usage: string;
  run(args: readonly string[], given: Given): Promise<number>;
}

/** What a command needs cannot be read: the exit code is 3, and the message what a person reads. */
export class NotReadable extends Error {
  override name = 'NotReadable';
}

/** Runs the work of a verb; what cannot be read is a sentence and exit code 3. */
export async function readingOrComplaining(terminal: Terminal, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    terminal.complain(`whetstone-mcp: ${error.message}`);
    return 3;
  }
}
