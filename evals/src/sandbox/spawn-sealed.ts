import { spawn, type ChildProcess, type SpawnOptions, type StdioNull, type StdioPipe } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Writable } from 'node:stream';

type Entry = StdioNull | StdioPipe | number;

export interface SealedOptions extends Omit<SpawnOptions, 'stdio'> {
  stdio: readonly Entry[];
  /** What it reads, to the end, on the descriptor after those of `stdio`. */
  fed?: Buffer | undefined;
}

/**
 * Starts a program that gets no descriptor but those of `stdio`. What whoever started us left open (a shell's `50<file`)
 * would reach it, since Node keeps such descriptors to itself only up to the first gap above 15, and what makes jails passes
 * them on: each is replaced by the null device.
 */
export function spawnSealed(file: string, args: readonly string[], options: SealedOptions): ChildProcess {
  const { stdio: asked, fed, ...others } = options;
  const stdio: Entry[] = fed ? [...asked, 'pipe'] : [...asked];
  const at = asked.length;
  const left = descriptorsLeftOpen().filter((descriptor) => descriptor >= stdio.length);
  const nothing = left.length > 0 ? openSync(devNull, 'r') : undefined;
  try {
    while (stdio.length <= Math.max(...left)) stdio.push('ignore');
    for (const descriptor of left) stdio[descriptor] = nothing as number;
    const child = spawn(file, args, { ...others, stdio });
    // Whoever ends before it has read it says so by its end.
    if (fed) (child.stdio as unknown as Writable[])[at]?.on('error', () => undefined).end(fed);
    return child;
  } finally {
    if (nothing !== undefined) closeSync(nothing);
  }
}

/** From 3 on. Linux says so in /proc; elsewhere there are no jails that would pass them on. */
function descriptorsLeftOpen(): number[] {
  try {
    return readdirSync('/proc/self/fdinfo')
      .map(Number)
      .filter((descriptor) => descriptor > 2 && isPassedOn(descriptor));
  } catch {
    return [];
  }
}

/** `flags` of proc_pid_fdinfo(5) is octal and holds O_CLOEXEC. */
function isPassedOn(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    // Closed meanwhile.
    return false;
  }
}
const CLOSE_ON_EXEC = 0o2_000_000;
