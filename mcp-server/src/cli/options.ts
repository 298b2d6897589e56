import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from '../tools/nearest.ts';
import type { Command, Terminal } from './command.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Read<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

/** The options of a command, or a sentence about what does not fit. */
export function readOptions<const O extends Options>(args: readonly string[], options: O): Read<O> | { wrong: string } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    return { wrong: problemOf(error, Object.keys(options)) };
  }
}

/** `parseArgs` explains itself to programmers; people want to hear what they may have meant. */
function problemOf(error: unknown, names: string[]) {
  const { code, message } = error as { code?: string; message: string };
  const option = /'(-[^\s',]*)/.exec(message)?.[1] ?? '';
  const known = names.map((name) => `--${name}`);
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `no option is called "${option}"${meaning(option, known)}`;
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') throw error;
  return message.includes('does not take') ? `${option} takes no value` : `${option} needs a value: ${option} VALUE`;
}

/** `; did you mean …?` where something known is near enough. */
export function meaning(word: string, known: readonly string[]) {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

/** Says what was wrong and how it is said right; the exit code of wrong usage. */
export function refuse(terminal: Terminal, { usage }: Pick<Command, 'usage'>, problem: string) {
  terminal.complain(`whetstone-mcp: ${problem}\n\n${usage}`);
  return 2;
}
