import { readFile } from 'node:fs/promises';

/** CPU time of this process, in user and system mode, on all its threads. */
export function cpuMicroseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

/** CPU time of another process so far. Linux counts in hundredths of a second. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => {
    throw new Error('the CPU time of a server is read from /proc, which only Linux has');
  });
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 1).split(' ');
  return (Number(user) + Number(system)) * 10;
}
