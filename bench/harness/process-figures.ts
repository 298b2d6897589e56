import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time of a running process, all its threads and all its children, in milliseconds. From the scheduler, in
 * nanoseconds: /proc/…/stat counts in hundredths of a second. A thread or child that has ended already is missing.
 */
export function cpuMsOf(pid: number): number {
  if (!existsSync('/proc/self')) throw new Error('the CPU time of a server is read from /proc, which only Linux has');
  let ns = 0;
  for (const thread of threadsOf(pid)) {
    const directory = `/proc/${pid}/task/${thread}`;
    ns += Number(read(`${directory}/schedstat`).split(' ')[0]);
    for (const child of read(`${directory}/children`).split(' ').filter(Boolean)) ns += cpuMsOf(Number(child)) * 1e6;
  }
  return ns / 1e6;
}

/** Memory that is resident now, and the most that ever was; of the process itself. */
export function memoryMbOf(pid: number): { nowMb: number; peakMb: number } {
  const status = read(`/proc/${pid}/status`);
  const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { nowMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The thread has ended meanwhile.
    return '';
  }
}
