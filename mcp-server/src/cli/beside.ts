import { surroundingsFromEnvironment } from '../config.ts';
import type { Command, Terminal } from './command.ts';
import { styleFor, type Style } from './style.ts';

/** What a command is made of, in a file that is loaded when it is typed: no agent's session needs any of it. */
interface Work {
  usage: string;
  run(args: readonly string[], terminal: Terminal & { style: Style }): Promise<number>;
}

export const commandBeside = (name: string, summary: string, load: () => Promise<Work>): Command => ({
  name,
  summary,
  usage: '',
  explain: async () => ({ summary, usage: (await load()).usage }),
  async run(args, terminal) {
    const style = styleFor(terminal.isTty && !surroundingsFromEnvironment().noColor);
    return (await load()).run(args, { ...terminal, style });
  },
});
