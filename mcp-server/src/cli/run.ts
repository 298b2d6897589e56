import type { Command, Terminal } from './command.ts';
import { commands } from './commands.ts';
import { overview } from './help.ts';
import { meaning } from './options.ts';

/** Runs one command line; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], terminal: Terminal, version: string): Promise<number> {
  const [word = '--help', ...rest] = args;
  if (word === '--help' || word === '-h' || word === 'help') {
    terminal.print(overview(version, commands));
    return 0;
  }
  if (word === '--version' || word === '-v') {
    terminal.print(version);
    return 0;
  }
  const command = commands.find(({ name, alias }) => name === word || alias === word);
  if (!command) return unknownWord(word, commands, terminal);
  if (asksForHelp(rest)) {
    const { summary, usage } = (await command.explain?.(rest)) ?? command;
    terminal.print(`${summary}\n\n${usage}`);
    return 0;
  }
  return command.run(rest, terminal);
}

function asksForHelp(args: readonly string[]) {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

function unknownWord(word: string, commands: readonly Command[], terminal: Terminal) {
  const isOption = word.startsWith('-');
  const known = isOption ? ['--help', '--version'] : commands.map(({ name }) => name);
  terminal.complain(`whetstone-mcp: no ${isOption ? 'option' : 'command'} is called "${word}"${meaning(word, known)}`);
  terminal.complain('See whetstone-mcp --help.');
  return 2;
}
