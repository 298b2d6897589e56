import { readdir, readFile } from 'node:fs/promises';

/**
 * Ends every process that was started with this variable in its environment (`NAME=value`), daemons that left their group
 * and session included. Linux only: elsewhere nobody says what another process was started with. A program that starts
 * others with an emptied environment hides them.
 */
export async function endMarked(variable: string): Promise<void> {
  // What is forked while one looks shows up on the next look; each look leaves fewer to fork.
  for (let look = 0; look < 20; look += 1) {
    const marked = await markedProcesses(variable);
    if (marked.length === 0) return;
    for (const pid of marked) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

async function markedProcesses(variable: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
        return environment.split('\0').includes(variable) ? Number(name) : undefined;
      }),
  );
  return found.filter((pid) => pid !== undefined);
}
