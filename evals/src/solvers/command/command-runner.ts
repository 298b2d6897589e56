import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workFolder, type ExecResult } from '../../sandbox/sandbox.ts';
import type { TaskSandbox } from '../../tasks/run-tests.ts';
import { shellWord } from '../../tasks/shell-word.ts';
import { runOnHost } from './host-command.ts';

export interface CommandJob {
  /** On the host. The command starts in `subfolder` of it. */
  folder: string;
  subfolder: string;
  instruction: string;
  env: Readonly<Record<string, string>>;
  timeoutMs: number;
  memoryMb: number;
  readable: readonly { host: string; inside: string }[];
}

export type CommandEnd = Omit<ExecResult, 'timedOut' | 'outOfMemory'> & {
  /** What was not as it should be, for people. Its answer is taken all the same. */
  notes: readonly string[];
};

export interface CommandRunner {
  jailed: boolean;
  run(job: CommandJob, signal: AbortSignal): Promise<CommandEnd>;
}

export function commandRunner(command: string, sandbox: TaskSandbox | undefined): CommandRunner {
  // Read from the file by the shell, so that nothing an instruction says is taken for a command.
  const filled = command.replaceAll('{{instruction}}', '"$(cat "$WHETSTONE_INSTRUCTION_FILE")"');
  return {
    jailed: sandbox !== undefined,
    async run({ folder, subfolder, instruction, env, timeoutMs, memoryMb, readable }, signal) {
      await writeFile(join(folder, 'instruction.md'), instruction);
      const root = sandbox ? workFolder : folder;
      const job = {
        folder,
        command: `cd ${shellWord(join(root, subfolder))} && exec < "$WHETSTONE_INSTRUCTION_FILE" || exit 126\n${filled}`,
        env: {
          ...env,
          WHETSTONE_INSTRUCTION_FILE: join(root, 'instruction.md'),
          WHETSTONE_COST_FILE: join(root, 'cost.json'),
        },
        timeoutMs,
      };
      const { timedOut, ...end } = sandbox?.exec
        ? await sandbox.exec({ ...job, memoryMb, readable }, signal)
        : await runOnHost(job, signal);
      const notes = [
        ...(timedOut ? [`it was ended after ${timeoutMs / 1000} s`] : []),
        ...('outOfMemory' in end && end.outOfMemory ? [`it was ended for taking more than ${memoryMb} MB`] : []),
        ...(end.exitCode !== undefined && end.exitCode !== 0 ? [`it ended with exit code ${end.exitCode}`] : []),
      ];
      return { ...end, notes };
    },
  };
}
