/** Where a command writes; injected so that tests read what a person would. */
export interface Terminal {
  print(text: string): void;
  complain(text: string): void;
  isTty: boolean;
}

/** One word of the command line, as data. */
export interface Command {
  name: string;
  /** Another word for the name. */
  alias?: string;
  /** What one types, where that is more than the name. */
  words?: string;
  /** A line for `--help`. */
  summary: string;
  /** Further lines for `--help`: words, and what they do. */
  also?: readonly [words: string, summary: string][];
  usage: string;
  /** What `--help` shows instead, for some of its arguments. */
  explain?(args: readonly string[]): Promise<{ summary: string; usage: string } | undefined>;
  /** Resolves with the exit code: 0 well, 1 not well, 2 wrong usage. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}
