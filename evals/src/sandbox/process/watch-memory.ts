import { readdir, readFile } from 'node:fs/promises';

const INTERVAL_MS = 250;

/** Calls `exceeded` once when a process and all below it hold more than `limitBytes`; answers how to stop watching. */
export function watchMemory(pid: number | undefined, limitBytes: number, exceeded: () => void): () => void {
  if (pid === undefined) return () => undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const bytes = await bytesBelow(pid);
    if (stopped) return;
    if (bytes > limitBytes) return exceeded();
    timer = setTimeout(() => void look(), INTERVAL_MS);
  };
  timer = setTimeout(() => void look(), INTERVAL_MS);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** A process that ends while it is looked at holds nothing. */
async function bytesBelow(pid: number): Promise<number> {
  const [status, threads] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    readdir(`/proc/${pid}/task`).catch(() => []),
  ]);
  // A child belongs to the thread that made it.
  const lists = threads.map(async (tid) => await readFile(`/proc/${pid}/task/${tid}/children`, 'utf8').catch(() => ''));
  const children = (await Promise.all(lists)).flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  const held = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(
    ([, kilobytes]) => Number(kilobytes) * 1024,
  );
  const below = await Promise.all(children.map(bytesBelow));
  return [...held, ...below].reduce((sum, bytes) => sum + bytes, 0);
}
