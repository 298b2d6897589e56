import { execFile, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { WhetstoneError } from '@whetstone/shared/errors';
import { workFolder, type ExecJob, type ExecResult, type Sandbox } from '../sandbox.ts';
import { afterEnd } from './after-end.ts';
import { findJailMaker, JAIL_ENV, jailArgv, seccompOf, systemFiles, type JailMaker, type JailPlan } from './jail.ts';
import { spawnSealed } from '../spawn-sealed.ts';
import { keepEnd } from './keep-end.ts';
import { findToolchain, type Toolchain } from './toolchain.ts';
import { watchMemory } from './watch-memory.ts';

/** What runs commands for repository tasks; the process sandbox has it as its `exec`. */
export type Executor = Required<Pick<Sandbox, 'tier' | 'exec'>>;

/** What jails do not hold commands to, in sentences for people. */
export const execCannot: readonly string[] = [
  'The memory of a command of a repository task is looked at four times a second: it may exceed its limit for that long, and pages that processes share count for each.',
  'The size of one file is limited, not what a command of a repository task writes in all.',
];

/** For who runs commands and grades nothing. */
export async function openExecutor(only?: JailMaker['kind']): Promise<Executor> {
  return { tier: 'process', exec: execWith(await findJailMaker(only)) };
}

/** The toolchain is looked for once, when the first command comes. */
export function execWith(maker: JailMaker): Executor['exec'] {
  let toolchain: Promise<Toolchain> | undefined;
  return async (job, signal) => await execInJail(maker, await (toolchain ??= findToolchain()), job, signal);
}

/**
 * Runs one command with no network, seeing the system's programs, its folder (writable) and what was lent to it. When the
 * shell that runs it ends, or the time does, everything it started ends too.
 */
async function execInJail(
  maker: JailMaker,
  toolchain: Toolchain,
  job: ExecJob,
  signal?: AbortSignal,
): Promise<ExecResult> {
  signal?.throwIfAborted();
  if (maker.owner) await giveTo(maker.owner, job.folder);
  // Programs that serve ask for the interfaces that there are, by a socket of this family.
  const filter = seccompOf(maker, { netlink: true });
  const plan = { ...planOf(toolchain, job), ...(filter && { seccompFd: 3 }) };
  const [file, ...args] = jailArgv(maker, plan, ['/bin/sh', '-c', job.command]);
  const startedAt = performance.now();
  const child = spawnSealed(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    fed: filter,
    cwd: '/',
    env: JAIL_ENV,
    detached: true,
  });
  const stdout = keepEnd(child.stdout as Readable);
  const stderr = keepEnd(child.stderr as Readable);
  const end = () => endGroup(child);
  let timedOut = false;
  let outOfMemory = false;
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, job.timeoutMs);
  const stopWatching = watchMemory(child.pid, job.memoryMb * 2 ** 20, () => {
    outOfMemory = true;
    end();
  });
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  try {
    const exitCode = await new Promise<number | null>((succeed, fail) => {
      child.once('error', (cause) =>
        fail(new WhetstoneError('unavailable', `${file} could not be started`, { cause })),
      );
      afterEnd(child, () => succeed(child.exitCode));
    });
    signal?.throwIfAborted();
    return {
      ...(exitCode === null || timedOut || outOfMemory ? {} : { exitCode }),
      timedOut,
      outOfMemory,
      stdout: stdout(),
      stderr: stderr(),
      wallMs: performance.now() - startedAt,
    };
  } finally {
    clearTimeout(timer);
    stopWatching();
    signal?.removeEventListener('abort', end);
  }
}

/**
 * The group that it leads: killed alone before the jail stands, a maker of jails leaves a process behind that waits for it
 * for ever.
 */
function endGroup({ pid }: ChildProcess) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It had ended.
  }
}

function planOf({ readable, path }: Toolchain, job: ExecJob): JailPlan {
  return {
    readable: [...systemFiles(), ...readable, ...(job.readable ?? [])],
    writable: [{ host: job.folder, inside: workFolder }],
    workingFolder: workFolder,
    env: { PATH: path, HOME: '/tmp', TMPDIR: '/tmp', LANG: 'C.UTF-8', CI: '1', ...job.env },
    tmpMb: 512,
    proc: true,
    limits: {
      // Address space is no measure of V8's memory: it reserves gigabytes and uses few of them.
      dataBytes: job.memoryMb * 2 ** 20,
      processes: 512,
      openFiles: 4096,
      fileBytes: 2 ** 30,
    },
  };
}

/** Root works for an owner who has nothing else: the folder has to be theirs. Links are given away, not followed. */
async function giveTo({ uid, gid }: { uid: number; gid: number }, folder: string) {
  await mkdir(folder, { recursive: true });
  await promisify(execFile)('chown', ['-R', '-h', `${uid}:${gid}`, folder]);
}
