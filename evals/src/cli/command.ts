import type { Command } from 'commander';
import type { Config } from '../config.ts';

export const exitCodes = { ok: 0, gateFailed: 1, notNamed: 1, usage: 2, infrastructure: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a command may touch of the world; tests hand in their own. */
export interface Terminal {
  print(text: string): void;
  complain(text: string): void;
  /** To stderr as it is, without a line end: for what is drawn over. */
  write(text: string): void;
  isTty: boolean;
  /** What is printed goes to a terminal that shows colours, and NO_COLOR does not forbid them. */
  isColoured?: boolean;
  columns: number;
}

export interface CommandContext {
  config: Config;
  terminal: Terminal;
  /** Aborted on SIGINT and SIGTERM. */
  signal: AbortSignal;
}

/** Adds itself to the program; its action says with what code the process ends. */
export type AddCommand = (program: Command, run: RunAction) => void;

export type RunAction = (action: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;
