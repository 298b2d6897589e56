import { Command } from 'commander';
import { WhetstoneError } from '@whetstone/shared/errors';
import manifest from '../../package.json' with { type: 'json' };
import type { Config } from '../config.ts';
import { exitCodes, type ExitCode, type Terminal } from './command.ts';
import { commands } from './commands.ts';

export interface Surroundings {
  terminal: Terminal;
  signal: AbortSignal;
  /** Read when a command runs: `--help` answers whatever the environment says. */
  config: () => Config;
}

/** Runs one command line; answers the exit code of the process. */
export async function runCommandLine(
  args: readonly string[],
  { terminal, signal, config }: Surroundings,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = new Command('whetstone-evals')
    .description('Grades models, agents and recorded samples on code: isolated, resumable, priced, with intervals.')
    .version(manifest.version)
    // Behind a command `--version` is the command's own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
    });
  for (const add of commands)
    add(program, async (action) => {
      code = await action({ config: config(), terminal, signal });
    });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (isCommanderError(error)) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof WhetstoneError) {
      terminal.complain(`whetstone-evals: ${error.message}`);
      return exitCodeOf(error);
    }
    // Left to Node it would end with 1, which says that a gate failed.
    terminal.complain(
      `whetstone-evals: this is a bug of its own: ${error instanceof Error ? error.stack : String(error)}`,
    );
    return exitCodes.infrastructure;
  }
}

const isCommanderError = (error: unknown): error is Error & { exitCode: number } =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('commander.') && 'exitCode' in error;

/** What the person can mend by typing something else is usage; the rest is the world's. */
const exitCodeOf = ({ code }: WhetstoneError): ExitCode =>
  code === 'invalid' || code === 'not_found' || code === 'conflict' ? exitCodes.usage : exitCodes.infrastructure;
