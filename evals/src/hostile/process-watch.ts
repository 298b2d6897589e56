import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessWatch {
  /** What runs that should not, in words; empty is what one wants. Waits a while for what was killed to be gone. */
  left(): Promise<string[]>;
}

/** A busy machine may take this long to see something end, or to start something. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 100;
/** So many looks at the same number of processes, and what a sandbox keeps running is up. */
const STEADY_LOOKS = 10;

/**
 * Daemons of hostile programs carry `marker` in their command line and are looked for on the whole machine. What they only
 * fork looks like the sandbox's own: below `pid` there must never be more processes than now, while nothing is graded.
 * Linux shows these in /proc; elsewhere nothing is seen.
 */
export async function openProcessWatch(pid: number, marker: string): Promise<ProcessWatch> {
  const own = await steadyCount(pid);
  const strangers = async () => {
    const all = await allProcesses();
    const marked = all
      .filter(({ command }) => command.includes(marker))
      .map(({ command }) => `left running: ${command}`);
    const below = descendantsOf(all, pid).length;
    return below > own ? [...marked, `left running: ${below - own} processes below the harness`] : marked;
  };
  return {
    async left() {
      const untilMs = performance.now() + PATIENCE_MS;
      for (;;) {
        const found = await strangers();
        if (found.length === 0 || performance.now() > untilMs) return found;
        await sleep(LOOK_MS);
      }
    },
  };
}

async function steadyCount(pid: number): Promise<number> {
  const counts: number[] = [];
  const untilMs = performance.now() + PATIENCE_MS;
  do {
    counts.push(descendantsOf(await allProcesses(), pid).length);
    const latest = counts.slice(-STEADY_LOOKS);
    if (latest.length === STEADY_LOOKS && new Set(latest).size === 1) break;
    await sleep(LOOK_MS);
  } while (performance.now() < untilMs);
  return Math.max(...counts);
}

interface Process {
  pid: number;
  parent: number;
  command: string;
}

function descendantsOf(all: readonly Process[], pid: number): Process[] {
  const found = all.filter(({ parent }) => parent === pid);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

async function allProcesses(): Promise<Process[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(processOf));
  return found.filter((one) => one !== undefined);
}

/** Undefined for what has ended, waited for or not. */
async function processOf(name: string): Promise<Process | undefined> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${name}/stat`, 'utf8'),
      readFile(`/proc/${name}/cmdline`, 'utf8'),
    ]);
    // Behind the name of the program, which may hold anything (proc_pid_stat(5)).
    const [state, parent] = stat.replace(/^.*\) /s, '').split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return { pid: Number(name), parent: Number(parent), command: command.replaceAll('\0', ' ').trim() };
  } catch {
    return undefined;
  }
}
