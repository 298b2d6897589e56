import { readFileSync } from 'node:fs';

export interface SampleLoad {
  /**
   * How long its first processes stood in line for a processor: what a busy host took from them, and no doing of theirs.
   * Zero where the kernel does not count it (Documentation/scheduler/sched-stats.rst: /proc/PID/schedstat, second number).
   */
  delayMs: number;
  /** Processor time of all it forked, too. */
  cpuMs: number;
}

/** Of the sample that runs in the jails of `keepers`, the processes we spawned; the first process of a jail forks it. */
export function sampleLoad(keepers: readonly number[]): SampleLoad {
  const samples = keepers.flatMap(childrenOf).map((server) => childrenOf(server));
  const delays = samples.map((forked) => {
    // Whatever else there is was forked by the sample, later.
    const [oldest] = forked.toSorted((one, other) => stat(one).startedAt - stat(other).startedAt);
    return oldest === undefined ? 0 : Number(read(`/proc/${oldest}/schedstat`).split(' ')[1] ?? 0) / 1e6;
  });
  const all = samples.flat();
  for (const pid of all) all.push(...childrenOf(pid));
  return { delayMs: sum(delays), cpuMs: sum(all.map((pid) => stat(pid).cpuMs)) };
}

const childrenOf = (pid: number) => read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

/** Fields of proc_pid_stat(5), counted from behind the name, which may hold anything. Ticks are 10 ms on every Linux. */
function stat(pid: number): { cpuMs: number; startedAt: number } {
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  return { cpuMs: sum(fields.slice(11, 15)) * 10 || 0, startedAt: fields[19] ?? 0 };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** What has ended meanwhile has no file any more. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
