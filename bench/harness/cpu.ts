/** CPU time of this process, in user and system mode, on all its threads. */
export function cpuMicroseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}
