import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { WhetstoneError } from '@whetstone/shared/errors';
import { ambientEnvironment } from '../../config.ts';
import type { ExecResult } from '../../sandbox/sandbox.ts';
import { keepEnd } from '../../sandbox/process/keep-end.ts';
import { endMarked } from './end-marked.ts';

export interface HostJob {
  command: string;
  folder: string;
  env: Readonly<Record<string, string>>;
  timeoutMs: number;
}

/**
 * Runs a command as the person would, with their environment, files and network: it is trusted. When it ends, is out of
 * time or is cancelled, everything it started ends: its process group, and what left that but kept the mark.
 */
export async function runOnHost(
  { command, folder, env, timeoutMs }: HostJob,
  signal: AbortSignal,
): Promise<Omit<ExecResult, 'outOfMemory'>> {
  signal.throwIfAborted();
  const mark = randomUUID();
  const startedAt = performance.now();
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: { ...withoutGit(ambientEnvironment()), ...env, [markName]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that it can be ended as a whole.
    detached: true,
  });
  const stdout = keepEnd(child.stdout);
  const stderr = keepEnd(child.stderr);
  let timedOut = false;
  const endGroup = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended by itself.
    }
  };
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup();
  }, timeoutMs);
  signal.addEventListener('abort', endGroup, { once: true });
  try {
    const exitCode = await new Promise<number | null>((succeed, fail) => {
      child.once('error', (cause) => fail(new WhetstoneError('unavailable', 'sh could not be started', { cause })));
      // `close` would wait for a daemon that has kept the pipes.
      child.once('exit', succeed);
    });
    endGroup();
    await endMarked(`${markName}=${mark}`);
    await Promise.all([child.stdout, child.stderr].map(drained));
    signal.throwIfAborted();
    return {
      ...(exitCode === null || timedOut ? {} : { exitCode }),
      timedOut,
      stdout: stdout(),
      stderr: stderr(),
      wallMs: performance.now() - startedAt,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', endGroup);
  }
}

const markName = 'WHETSTONE_RUN_MARK';

/** A command that is started from a git hook must not work on the repository of the hook. */
const withoutGit = (env: ReturnType<typeof ambientEnvironment>) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')));

/** What was written before the end is still in the pipe; one that somebody holds open is not waited for. */
async function drained(stream: NodeJS.ReadableStream & { destroy(): void; readableEnded?: boolean }): Promise<void> {
  if (stream.readableEnded) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 1000);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  stream.destroy();
}
