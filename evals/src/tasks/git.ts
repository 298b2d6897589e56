import { execFile } from 'node:child_process';
import { WhetstoneError } from '@whetstone/shared/errors';
import { ambientEnvironment } from '../config.ts';

export interface GitCall {
  /** Where git is started; it finds the repository from here unless `gitDir` says which. */
  cwd: string;
  gitDir?: string;
  workTree?: string;
  indexFile?: string;
  input?: string | Buffer;
  signal?: AbortSignal | undefined;
}

/** One git command, without a shell; its stdout as bytes. Throws GitFailure with what git complained of. */
export function git(args: readonly string[], { cwd, gitDir, workTree, indexFile, input, signal }: GitCall) {
  return new Promise<Buffer>((succeed, fail) => {
    const child = execFile(
      'git',
      [...neutral, ...args],
      {
        cwd,
        env: { ...gitEnvironment(), ...named({ GIT_DIR: gitDir, GIT_WORK_TREE: workTree, GIT_INDEX_FILE: indexFile }) },
        encoding: 'buffer',
        maxBuffer: 1 << 30,
        ...(signal ? { signal } : {}),
      },
      (error, stdout, stderr) => {
        if (!error) return succeed(stdout);
        if (signal?.aborted) return fail(signal.reason as Error);
        if (error.code === 'ENOENT')
          return fail(new WhetstoneError('unavailable', `git could not be started in ${cwd}`, { cause: error }));
        return fail(new GitFailure(args[0] ?? '', stderr.toString('utf8').trim()));
      },
    );
    // A git that refuses its input closes the pipe; what it says about that is in stderr.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

export const gitText = async (args: readonly string[], call: GitCall) =>
  (await git(args, call)).toString('utf8').trim();

export class GitFailure extends Error {
  override name = 'GitFailure';
  readonly complaint: string;

  constructor(command: string, complaint: string) {
    super(`git ${command}: ${complaint}`);
    this.complaint = complaint;
  }
}

/** The same answers for everybody: no hooks, no monitor, no conversion of line ends; another owner is no obstacle. */
const neutral = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'core.autocrlf=false', 'safe.directory=*'].flatMap(
  (setting) => ['-c', setting],
);

/** What a person's surroundings say about git is forgotten, the repository it is called from included. */
function gitEnvironment() {
  const kept = Object.entries(ambientEnvironment()).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  };
}

const named = (entries: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
